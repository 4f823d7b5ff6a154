"""GraphQL: assets as runs have made them and as they stand in definitions. Rows of one answer are read together."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jupyter_orch.api import runs
from jupyter_orch.api.context import ASSETS, WRITE, Context, context_of
from jupyter_orch.api.events import message_event
from jupyter_orch.api.materializations import asset_key
from jupyter_orch.api.problems import Answer, answering
from jupyter_orch.api.selectors import select
from jupyter_orch.api.together import Together
from jupyter_orch.errors import OrchError
from jupyter_orch.records.asset import AssetFact, AssetFilter, AssetPath, event_of
from jupyter_orch.records.asset_node import AssetNode, asset_nodes
from jupyter_orch.records.event import EventType, StoredEvent
from jupyter_orch.records.run import RunFilter
from jupyter_orch.runs.problems import AssetNotFound

DEFAULT_PAGE, MAX_PAGE = 100, 1_000
MAX_KEYS = 1_000
MAX_DEPTH = 100


class BadAssetRequest(OrchError):
    """A key, cursor or number in a request about assets can not be used."""

    code = "BAD_ASSET_REQUEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedNode:
    """An asset's definition and the location that it is in."""

    location: str
    node: AssetNode


# asset by asset


class _Rows:
    """Some assets of one answer: whatever one of them is asked for is read for all of them at once."""

    def __init__(self, context: Context, keys: Sequence[AssetPath]) -> None:
        self._context = context
        self._storage = context.orchestrator.instance.storage
        self._keys = keys
        self._facts: dict[Any, Together[AssetPath, list[Answer]]] = {}
        self._counts = Together(keys, self._storage.count_partitions)
        self._nodes: Together[AssetPath, PlacedNode] = Together(
            keys, lambda _: {placed.node.asset_key: placed for placed in placed_nodes(context)}
        )

    def facts(
        self,
        key: AssetPath,
        kind: EventType,
        info: Any,
        partitions: list[str] | None = None,
        beforeTimestampMillis: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> list[Answer]:
        """The facts of one of the assets."""
        where = AssetFilter(
            type=kind,
            partitions=None if partitions is None else tuple(partitions),
            before_time=None if beforeTimestampMillis is None else _number(beforeTimestampMillis) / 1000,
            before=None if cursor is None else _number(cursor),
        )
        count = _count(limit)
        if (where, count) not in self._facts:
            self._facts[where, count] = Together(self._keys, lambda keys: self._read(keys, where, count))
        return self._facts[where, count].of(key) or []

    def counts(self, key: AssetPath, info: Any) -> list[Answer]:
        """How often each partition of one of the assets was materialized."""
        counts = self._counts.of(key) or {}
        return [{"partition": name, "materializationCount": count} for name, count in counts.items()]

    def definition(self, key: AssetPath, info: Any) -> Answer | None:
        """What stands of one of the assets in the definitions, if anything."""
        placed = self._nodes.of(key)
        return None if placed is None else node_answers(self._context, [placed])[0]

    def _read(self, keys: Sequence[AssetPath], where: AssetFilter, count: int) -> dict[AssetPath, list[Answer]]:
        found = self._storage.asset_facts(keys, where, limit=count)
        run_ids = list(dict.fromkeys(fact.run_id for facts in found.values() for fact in facts))
        runs_by_id: Together[str, Answer] = Together(run_ids, partial(_runs_by_id, self._context))
        return {key: [_fact(fact, runs_by_id) for fact in facts] for key, facts in found.items()}


def asset_answers(context: Context, keys: Sequence[AssetPath]) -> list[Answer]:
    """Several assets."""
    together = _Rows(context, keys)
    return [
        {
            "__typename": "Asset",
            "id": json.dumps(list(key), ensure_ascii=False),
            "key": asset_key(key),
            "assetMaterializations": partial(together.facts, key, EventType.ASSET_MATERIALIZATION),
            "assetObservations": partial(together.facts, key, EventType.ASSET_OBSERVATION),
            "materializationCountByPartition": partial(together.counts, key),
            "lineage": partial(_lineage, context, key),
            "definition": partial(together.definition, key),
        }
        for key in keys
    ]


def _fact(fact: AssetFact, runs_by_id: Together[str, Answer]) -> Answer:
    event = message_event(StoredEvent(run_id=fact.run_id, seq=fact.seq, event=event_of(fact)))
    return {
        "cursor": str(fact.cursor),
        "partition": fact.partition,
        "runId": fact.run_id,
        "timestamp": event["timestamp"],
        "materializationEvent": event,
        "observationEvent": event,
        "runOrError": lambda info: (
            runs_by_id.of(fact.run_id)
            or {
                "__typename": "PipelineRunNotFoundError",
                "message": f"run {fact.run_id} was deleted",
                "runId": fact.run_id,
            }
        ),
    }


def _runs_by_id(context: Context, run_ids: Sequence[str]) -> dict[str, Answer]:
    found = context.orchestrator.instance.storage.list_runs(RunFilter(run_ids=tuple(run_ids)), limit=len(run_ids))
    return {answer["runId"]: answer for answer in runs.rows(context, found)}


def _lineage(context: Context, key: AssetPath, info: Any, upstream: bool = True, depth: int = 1) -> list[Answer]:
    steps = max(1, min(depth, MAX_DEPTH))
    edges = context.orchestrator.instance.storage.asset_lineage([key], upstream=upstream, depth=steps)
    return [{"asset": asset_key(child), "madeFrom": asset_key(parent)} for child, parent in edges]


# definitions


def placed_nodes(context: Context) -> list[PlacedNode]:
    """The assets in the definitions of all locations that have loaded; the first location that has a key keeps it."""
    found: dict[AssetPath, PlacedNode] = {}
    for state in context.orchestrator.code_servers.states():
        for repository in state.snapshot.repositories if state.snapshot is not None else ():
            for node in asset_nodes(repository):
                found.setdefault(node.asset_key, PlacedNode(location=state.name, node=node))
    return list(found.values())


def node_answers(context: Context, chosen: Sequence[PlacedNode]) -> list[Answer]:
    """Several definitions."""
    together = _Rows(context, [placed.node.asset_key for placed in chosen])
    depended_by: dict[AssetPath, list[AssetPath]] = {}
    for placed in placed_nodes(context):
        for parent in placed.node.dependencies:
            depended_by.setdefault(parent, []).append(placed.node.asset_key)
    return [
        {
            "__typename": "AssetNode",
            "id": json.dumps([placed.location, placed.node.repository, *placed.node.asset_key], ensure_ascii=False),
            "assetKey": asset_key(placed.node.asset_key),
            "description": placed.node.description or None,
            "opName": placed.node.solid,
            "computeKind": placed.node.kind or None,
            "jobNames": list(placed.node.pipelines),
            "repositoryName": placed.node.repository,
            "repositoryLocationName": placed.location,
            "dependencyKeys": [asset_key(key) for key in placed.node.dependencies],
            "dependedByKeys": [asset_key(key) for key in sorted(depended_by.get(placed.node.asset_key, ()))],
            "assetMaterializations": partial(together.facts, placed.node.asset_key, EventType.ASSET_MATERIALIZATION),
            "materializationCountByPartition": partial(together.counts, placed.node.asset_key),
        }
        for placed in chosen
    ]


# Query


def _assets_or_error(
    _: Any, info: Any, prefix: list[str] | None = None, cursor: str | None = None, limit: int | None = None
) -> Answer:
    context = context_of(info)
    count = _count(limit)
    after = None if not cursor else _path_of_cursor(cursor)
    found = context.orchestrator.instance.storage.list_assets(tuple(prefix or ()), limit=count + 1, after=after)
    page = found[:count]
    return {
        "__typename": "AssetConnection",
        "nodes": lambda info: asset_answers(context, page),
        "cursor": json.dumps(list(page[-1]), ensure_ascii=False) if len(found) > count else None,
    }


def _asset_or_error(_: Any, info: Any, assetKey: dict[str, Any]) -> Answer:
    context = context_of(info)
    key = _path(assetKey)
    if not is_known(context, key) and all(placed.node.asset_key != key for placed in placed_nodes(context)):
        raise AssetNotFound(f"nothing is known of an asset {'/'.join(key)!r}")
    return asset_answers(context, [key])[0]


def is_known(context: Context, key: AssetPath) -> bool:
    """Whether any run has made or seen the asset."""
    return key in context.orchestrator.instance.storage.list_assets(key, limit=1)


def _asset_nodes(
    _: Any, info: Any, pipeline: dict[str, Any] | None = None, assetKeys: list[dict[str, Any]] | None = None
) -> list[Answer]:
    context = context_of(info)
    chosen = placed_nodes(context)
    if pipeline is not None:
        selected = select(context, pipeline, None)
        chosen = [
            placed
            for placed in chosen
            if placed.location == selected.location
            and placed.node.repository == selected.selector.repository
            and selected.selector.pipeline in placed.node.pipelines
        ]
    if assetKeys is not None:
        keys = {_path(key) for key in assetKeys}
        chosen = [placed for placed in chosen if placed.node.asset_key in keys]
    return node_answers(context, chosen)


def _asset_node_or_error(_: Any, info: Any, assetKey: dict[str, Any]) -> Answer:
    context = context_of(info)
    key = _path(assetKey)
    chosen = [placed for placed in placed_nodes(context) if placed.node.asset_key == key]
    if not chosen:
        raise AssetNotFound(f"no definition makes an asset {'/'.join(key)!r}")
    return node_answers(context, chosen)[0]


def _assets_of_run(run: Answer, info: Any) -> list[Answer]:
    keys = dict.fromkeys(fact.asset_key for fact in run["assetFacts"]() or ())
    return asset_answers(context_of(info), list(keys))


def _materializations_of_run(run: Answer, info: Any) -> list[Answer]:
    return [
        message_event(StoredEvent(run_id=fact.run_id, seq=fact.seq, event=event_of(fact)))
        for fact in run["assetFacts"]() or ()
        if fact.type is EventType.ASSET_MATERIALIZATION
    ]


def _latest_info(_: Any, info: Any, assetKeys: list[dict[str, Any]]) -> list[Answer]:
    keys = list(dict.fromkeys(_path(key) for key in assetKeys))
    if len(keys) > MAX_KEYS:
        raise BadAssetRequest(f"at most {MAX_KEYS} assets at a time, not {len(keys)}")
    together = _Rows(context_of(info), keys)

    def newest(key: AssetPath) -> Callable[[Any], Answer | None]:
        return lambda info: next(iter(together.facts(key, EventType.ASSET_MATERIALIZATION, info, limit=1)), None)

    return [{"assetKey": asset_key(key), "latestMaterialization": newest(key)} for key in keys]


# Mutation


def _wipe(_: Any, info: Any, assetKeys: list[dict[str, Any]]) -> Answer:
    context = context_of(info)
    context.require(WRITE, ASSETS)
    keys = [_path(key) for key in assetKeys]
    unknown = ["/".join(key) for key in keys if not is_known(context, key)]
    if unknown:
        raise AssetNotFound(f"nothing is known of {', '.join(map(repr, unknown))}; nothing was wiped")
    wiped = context.orchestrator.instance.storage.wipe_assets(keys)
    return {"__typename": "AssetWipeSuccess", "assetKeys": [asset_key(key) for key in wiped]}


# what clients say


def _path(given: dict[str, Any]) -> AssetPath:
    path = tuple(given["path"])
    if not path or not all(path):
        raise BadAssetRequest("an asset key needs one or more parts, none of them empty")
    return path


def _path_of_cursor(cursor: str) -> AssetPath:
    try:
        parts = json.loads(cursor)
    except ValueError:
        parts = None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts):
        raise BadAssetRequest(f"this is no cursor of assetsOrError: {cursor!r}")
    return tuple(parts)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadAssetRequest(f"expected a whole number as text, found {text!r}") from None


def _count(limit: int | None) -> int:
    return max(1, min(DEFAULT_PAGE if limit is None else limit, MAX_PAGE))


RESOLVERS: dict[str, dict[str, Callable[..., Any]]] = {
    "Query": {
        "assetsOrError": answering(_assets_or_error),
        "assetOrError": answering(_asset_or_error),
        "assetNodes": _asset_nodes,
        "assetNodeOrError": answering(_asset_node_or_error),
        "assetsLatestInfo": _latest_info,
    },
    "Mutation": {"wipeAssets": answering(_wipe)},
    "PipelineRun": {"assets": _assets_of_run, "assetMaterializations": _materializations_of_run},
}
