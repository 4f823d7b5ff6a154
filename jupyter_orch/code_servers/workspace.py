"""``workspace.yaml``: which code there is. Every mistake is reported with its place; one bad entry hides no other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_orch.errors import OrchError
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.yaml_text import Located, YamlError, load_yaml

_KINDS = {
    "python_file": "relative_path",
    "python_module": "module_name",
    "python_package": "package_name",
    "notebook": "relative_path",
}
_SHARED_KEYS = {"attribute", "working_directory", "location_name", "executable_path", "kernel", "env"}


class WorkspaceError(OrchError):
    """The workspace file is wrong."""

    code = "WORKSPACE_ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationEntry:
    """One entry of the workspace file.

    Attributes:
        target: what to load; its ``name`` is the location's name.
        kernel: kernelspec whose interpreter to use, or None.
        executable: interpreter to use, or None.
        env: environment variables to add.
        problem: why this entry can not be used; the others can.
    """

    target: LocationTarget
    kernel: str | None = None
    executable: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    problem: str | None = None


def read_workspace(path: Path) -> list[LocationEntry]:
    """The entries of a workspace file; an absent or empty file has none.

    Raises:
        WorkspaceError: the file as a whole can not be read.
    """
    if not path.exists():
        return []
    try:
        document = load_yaml(path.read_bytes(), str(path))
    except (OSError, YamlError) as error:
        raise WorkspaceError(f"{path}: {error}") from error
    if document.value is None:
        return []
    if not isinstance(document.value, dict) or not isinstance(document.value.get("load_from"), list):
        raise WorkspaceError(f"{path}: expected a mapping with a list 'load_from', found {_kind_of(document.value)}")
    entries = [
        _entry(item, f"{path}:{document.line('load_from', number) or 1}", path.parent)
        for number, item in enumerate(document.value["load_from"])
    ]
    return _without_name_clashes(entries, document)


def _entry(item: Any, place: str, root: Path) -> LocationEntry:
    if not isinstance(item, dict) or len(item) != 1 or next(iter(item)) not in _KINDS:
        known = ", ".join(_KINDS)
        return _unusable(place, f"expected one of {known}, found {_kind_of(item)}")
    kind, settings = next(iter(item.items()))
    if isinstance(settings, str):
        settings = {_KINDS[kind]: settings}
    if not isinstance(settings, dict):
        return _unusable(place, f"{kind}: expected a text or a mapping, found {_kind_of(settings)}")
    unknown = settings.keys() - _SHARED_KEYS - {_KINDS[kind]}
    if unknown:
        allowed = ", ".join(sorted(_SHARED_KEYS | {_KINDS[kind]}))
        return _unusable(place, f"{kind}: unknown key {sorted(unknown)[0]!r}; known are {allowed}")
    code = settings.get(_KINDS[kind])
    if not isinstance(code, str) or not code:
        return _unusable(place, f"{kind}: {_KINDS[kind]} is missing")
    if "://" in code:
        return _unusable(place, f"{kind}: {code} is an address, expected a path below {root}")
    return _usable(kind, code, settings, place, root)


def _usable(kind: str, code: str, settings: dict[str, Any], place: str, root: Path) -> LocationEntry:
    is_file = _KINDS[kind] == "relative_path"
    path = (root / code).resolve() if is_file else None
    folder = settings.get("working_directory")
    working_directory = (root / folder).resolve() if folder else (path.parent if path else root.resolve())
    name = settings.get("location_name") or (Path(code).name if is_file else code)
    problem = None
    if path is not None and not path.exists():
        problem = f"{place}: {path} does not exist"
    elif not working_directory.is_dir():
        problem = f"{place}: working_directory {working_directory} is not a folder"
    executable = settings.get("executable_path")
    return LocationEntry(
        target=LocationTarget(
            name=str(name),
            kind=kind,
            path=str(path) if path else "",
            module="" if is_file else code,
            attribute=settings.get("attribute"),
            working_directory=str(working_directory),
        ),
        kernel=settings.get("kernel"),
        executable=str((root / executable).absolute()) if executable else None,
        env=tuple((str(k), str(v)) for k, v in (settings.get("env") or {}).items()),
        problem=problem,
    )


def _unusable(place: str, problem: str) -> LocationEntry:
    return LocationEntry(target=LocationTarget(name=place.rsplit("/", 1)[-1], kind=""), problem=f"{place}: {problem}")


def _without_name_clashes(entries: list[LocationEntry], document: Located) -> list[LocationEntry]:
    first: dict[str, int] = {}
    kept: list[LocationEntry] = []
    for number, entry in enumerate(entries):
        name = entry.target.name
        line = document.line("load_from", number)
        if name in first:
            kept.append(
                _unusable(
                    f"{document.name}:{line}",
                    f"a location named {name!r} stands in line {first[name]} already; give one a location_name",
                )
            )
        else:
            first[name] = line or 0
            kept.append(entry)
    return kept


def _kind_of(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping with " + (", ".join(map(str, value)) or "nothing in it")
    return {list: "a list", str: f"the text {value!r}", type(None): "nothing"}.get(type(value), repr(value))
