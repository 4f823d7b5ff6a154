"""``jupyter-orch asset``: what runs have written and looked at."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from jupyter_orch.cli.listing import Column, moment, print_json, show_facts, show_listing
from jupyter_orch.cli.opening import add_json, opened_instance
from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.ports import AssetStorage
from jupyter_orch.records.asset import AssetFact, AssetFilter, AssetPath
from jupyter_orch.records.event import EventType
from jupyter_orch.runs.problems import AssetNotFound

ALL = 1_000_000

ASSETS = (
    Column("asset", "ASSET"),
    Column("latest_at", "LAST MATERIALIZED", moment),
    Column("partition", "PARTITION"),
    Column("run_id", "RUN"),
)
FACTS = (
    Column("timestamp", "WHEN", moment),
    Column("partition", "PARTITION"),
    Column("step_key", "STEP"),
    Column("run_id", "RUN"),
    Column("summary", "METADATA"),
)


class WipeNotConfirmed(OrchError):
    """Nobody said yes."""

    code = "WIPE_NOT_CONFIRMED"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="every asset that a run has materialized or observed")
    listed.add_argument("--prefix", metavar="KEY", help="only assets below this one")
    listed.set_defaults(act=_list)
    show = verbs.add_parser("show", help="one asset: where it comes from, what follows from it, its partitions")
    show.set_defaults(act=_show)
    history = verbs.add_parser("materializations", help="when and by what an asset was made, newest first")
    history.add_argument("--partition", action="append", help="only this slice; may be given several times")
    history.add_argument("--observations", action="store_true", help="when it was looked at instead")
    history.set_defaults(act=_materializations)
    wipe = verbs.add_parser("wipe", help="forget what is known of assets; what was written stays where it is")
    wipe.add_argument("keys", metavar="KEY", nargs="*", help="the assets, e.g. shop/orders")
    wipe.add_argument("--all", action="store_true", help="every asset")
    wipe.add_argument("--yes", action="store_true", help="do not ask")
    wipe.set_defaults(act=_wipe, refuse=wipe.error)
    for verb in (show, history):
        verb.add_argument("key", metavar="KEY", help="the asset, e.g. shop/orders, or its parts as JSON")
    for verb in (listed, history):
        verb.add_argument("--limit", type=int, default=25, help="at most so many (25)")
    for verb in (listed, show, history, wipe):
        add_json(verb)


def _list(arguments: argparse.Namespace) -> int:
    prefix = _path(arguments.prefix) if arguments.prefix else ()
    with opened_instance() as instance:
        keys = instance.storage.list_assets(prefix, limit=max(1, arguments.limit))
        latest = instance.storage.asset_facts(keys, AssetFilter(), limit=1)
        home = instance.settings.home
    rows = [_row(key, next(iter(latest.get(key, ())), None)) for key in keys]
    show_listing(rows, ASSETS, as_json=arguments.json, nothing=f"No assets in {home}.")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        storage = instance.storage
        key = _known(storage, arguments.key)
        latest = next(iter(storage.asset_facts([key], AssetFilter(), limit=1).get(key, ())), None)
        facts = {
            **_row(key, latest),
            "metadata": list(latest.metadata) if latest is not None else [],
            "made_from": [_text(parent) for _, parent in storage.asset_lineage([key], upstream=True)],
            "used_for": [_text(child) for child, _ in storage.asset_lineage([key], upstream=False)],
            "partitions": storage.count_partitions([key]).get(key, {}),
        }
    if arguments.json:
        print_json(facts)
        return 0
    show_facts(
        {
            "asset": facts["asset"],
            "last materialized": moment(facts["latest_at"]),
            "by run": facts["run_id"],
            "made from": facts["made_from"],
            "used for": facts["used_for"],
            "partitions": "\n".join(f"{name} ({count})" for name, count in facts["partitions"].items()),
            "metadata": _summary(latest, "\n"),
        }
    )
    return 0


def _materializations(arguments: argparse.Namespace) -> int:
    wanted = AssetFilter(
        type=EventType.ASSET_OBSERVATION if arguments.observations else EventType.ASSET_MATERIALIZATION,
        partitions=tuple(arguments.partition) if arguments.partition else None,
    )
    with opened_instance() as instance:
        key = _known(instance.storage, arguments.key)
        facts = instance.storage.asset_facts([key], wanted, limit=max(1, arguments.limit)).get(key, [])
    rows = [
        {
            "timestamp": fact.timestamp,
            "partition": fact.partition,
            "step_key": fact.step_key,
            "run_id": fact.run_id,
            "description": fact.description,
            "metadata": list(fact.metadata),
            "made_from": [_text(parent) for parent in fact.lineage],
            "summary": _summary(fact, ", "),
        }
        for fact in facts
    ]
    if arguments.json:
        print_json([{name: value for name, value in row.items() if name != "summary"} for row in rows])
    else:
        show_listing(rows, FACTS, as_json=False, nothing="None.")
    return 0


def _wipe(arguments: argparse.Namespace) -> int:
    if bool(arguments.keys) == arguments.all:
        arguments.refuse("name the assets to wipe, or say --all")
    with opened_instance() as instance:
        storage = instance.storage
        keys = storage.list_assets(limit=ALL) if arguments.all else [_known(storage, key) for key in arguments.keys]
        if keys and not arguments.yes:
            _confirm(keys)
        wiped = storage.wipe_assets(keys)
    if arguments.json:
        print_json([list(key) for key in wiped])
    else:
        print(f"wiped {len(wiped)} asset{'' if len(wiped) == 1 else 's'}")
    return 0


def _confirm(keys: list[AssetPath]) -> None:
    names = ", ".join(map(_text, keys[:5])) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
    if not sys.stdin.isatty():
        raise WipeNotConfirmed(f"this would forget all that is known of {names}; say --yes")
    print(f"Forget all that is known of {names}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise WipeNotConfirmed("nothing was wiped")


def _known(storage: AssetStorage, text: str) -> AssetPath:
    key = _path(text)
    if key in storage.list_assets(key, limit=1):
        return key
    names = [_text(path) for path in storage.list_assets(limit=1000)]
    listed = ", ".join(names[:20]) or "none"
    raise AssetNotFound(f"nothing is known of an asset {text!r}{did_you_mean(text, names)}; there are: {listed}")


def _path(text: str) -> AssetPath:
    """A key as people write it: parts joined by slashes, or as a JSON list when a part has one in it."""
    if text.startswith("["):
        try:
            parts = json.loads(text)
        except ValueError as error:
            raise AssetNotFound(f"the asset key {text!r} is no JSON list: {error}") from error
        return tuple(map(str, parts))
    return tuple(text.split("/"))


def _text(key: AssetPath) -> str:
    return json.dumps(list(key), ensure_ascii=False) if any("/" in part for part in key) else "/".join(key)


def _row(key: AssetPath, latest: AssetFact | None) -> dict[str, Any]:
    return {
        "asset": _text(key),
        "asset_key": list(key),
        "latest_at": latest.timestamp if latest is not None else None,
        "partition": latest.partition if latest is not None else None,
        "run_id": latest.run_id if latest is not None else None,
    }


def _summary(fact: AssetFact | None, between: str) -> str:
    entries = fact.metadata if fact is not None else ()
    return between.join(f"{entry.get('label')}: {_short(entry.get('value'))}" for entry in entries)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
