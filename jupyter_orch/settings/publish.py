"""Writes what is published of ``orch.yaml``, schema and page: ``python -m jupyter_orch.settings.publish``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from jupyter_orch.settings.kinds import LARGEST, Group, Kind, ListOf, MapOf, Number, Part, Switch, Text
from jupyter_orch.settings.orch_yaml import ORCH_YAML, PurgeAfter, json_schema

SCHEMA_FILE = Path(__file__).parent.parent / "schemas" / "orch.schema.json"
PAGE_FILE = Path(__file__).parent.parent.parent / "docs" / "reference" / "orch_yaml.md"

_INTRODUCTION = """\
# orch.yaml

Settings of an instance. The file stands in `$JUPYTER_ORCH_HOME` (default: `orch` in Jupyter's data folder;
`jupyter orch instance info` tells) and is read when a server, a daemon or a command starts. Everything is optional; no
file means one SQLite database in that folder. Any scalar may be `{env: NAME}`. Every mistake is told at once, with line
and column: `jupyter orch instance check`. Editors that know JSON Schema complete and check the file with
`jupyter_orch/schemas/orch.schema.json`, which ships with the package.

A *part* is a short name (`run_launcher: subprocess`), a short name with what it is told
(`storage: {sqlite: {path: runs.db}}`), or a class of your own:
`{module: my_company.launchers, class: NightLauncher, config: {queue: night}}`. The class is one of
`jupyter_orch.ports`; it may carry a `config_schema` (a `jupyter_orch.settings.kinds.Group`), and its config is then
checked as strictly as ours.

| key | holds | meaning |
| --- | --- | --- |
"""


def page() -> str:
    """The page on ``orch.yaml``, one row a key."""
    return _INTRODUCTION + "".join(f"| {row} |\n" for row in _rows(ORCH_YAML, ""))


def _rows(group: Group, prefix: str) -> Iterator[str]:
    for key, kind in group.fields.items():
        name = f"{prefix}{key}"
        yield f"`{name}` | {_told(kind)} | {kind.description}"
        if isinstance(kind, ListOf) and isinstance(kind.item, Group):
            yield from _rows(kind.item, f"{name}[].")
        elif isinstance(kind, Group):
            yield from _rows(kind, f"{name}.")
        elif isinstance(kind, Part) and not name.endswith("_storage"):  # these are told what 'storage' is
            for short_name, told in kind.shipped.items():
                yield f"`{name}: {short_name}` | | {told.description}"
                yield from _rows(told, f"{name}.{short_name}.")


def _told(kind: Kind) -> str:
    match kind:
        case Text():
            return " \\| ".join(kind.choices) or "text"
        case Number():
            most = f", ≤ {kind.most:g}" if kind.most < LARGEST else ""
            null = " or null" if kind.or_null else ""
            return f"{'whole number' if kind.whole else 'number'} ≥ {kind.least:g}{most}{null}"
        case Switch():
            return "true \\| false"
        case ListOf():
            return "list"
        case Part():
            return "part"
        case PurgeAfter():
            return "number or mapping"
        case MapOf() | Group():
            return "mapping"
    return "anything"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(json.dumps(json_schema(), indent=2) + "\n", "utf-8")
    PAGE_FILE.write_text(page(), "utf-8")
