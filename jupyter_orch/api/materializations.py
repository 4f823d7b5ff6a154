"""GraphQL: what events say of assets, and the typed values of their metadata."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jupyter_orch.api.problems import Answer
from jupyter_orch.records.asset import AssetPath

LARGEST_INT = 2**31 - 1


def asset_key(path: Iterable[str]) -> Answer:
    """An asset's key."""
    return {"__typename": "AssetKey", "path": list(path)}


def asset_fields(data: Mapping[str, Any]) -> Answer:
    """What events of materializations and observations have beside the fields of all events.

    Args:
        data: the event's particulars.
    """
    key = data.get("asset_key")
    return {
        "assetKey": asset_key(key) if key else None,
        "partition": data.get("partition"),
        "materialization": {
            "label": " ".join(key or ()),
            "description": data.get("description") or None,
            "assetKey": asset_key(key) if key else None,
            "metadataEntries": metadata_entries(data.get("metadata") or ()),
        },
        "assetLineage": [{"assetKey": asset_key(parent), "partitions": []} for parent in data.get("lineage") or ()],
    }


def metadata_entries(entries: Iterable[Mapping[str, Any]]) -> list[Answer]:
    """Metadata under its classic types; a kind that has none is told as JSON."""
    return [_entry(entry) for entry in entries]


def _entry(entry: Mapping[str, Any]) -> Answer:
    name, fields = _KINDS.get(entry.get("kind", ""), _JSON)
    try:
        told = fields(entry.get("value"))
    except (TypeError, ValueError, KeyError):
        name, told = _JSON[0], _JSON[1](entry.get("value"))
    return {
        "__typename": name,
        "label": str(entry.get("label", "")),
        "description": entry.get("description") or None,
        **told,
    }


def _int(value: Any) -> Answer:
    number = int(value)
    return {"intValue": number if abs(number) <= LARGEST_INT else None, "intRepr": str(number)}


def _asset(value: Any) -> Answer:
    path: AssetPath = tuple(value) if isinstance(value, (list, tuple)) else (str(value),)
    return {"assetKey": asset_key(path)}


def _json(value: Any) -> Answer:
    return {"jsonString": json.dumps(value, ensure_ascii=False)}


_JSON: tuple[str, Callable[[Any], Answer]] = ("EventJsonMetadataEntry", _json)
_KINDS: dict[str, tuple[str, Callable[[Any], Answer]]] = {
    "text": ("EventTextMetadataEntry", lambda value: {"text": str(value)}),
    "url": ("EventUrlMetadataEntry", lambda value: {"url": str(value)}),
    "path": ("EventPathMetadataEntry", lambda value: {"path": str(value)}),
    "notebook": ("EventPathMetadataEntry", lambda value: {"path": str(value)}),
    "md": ("EventMarkdownMetadataEntry", lambda value: {"mdStr": str(value)}),
    "float": ("EventFloatMetadataEntry", lambda value: {"floatValue": None if value is None else float(value)}),
    "int": ("EventIntMetadataEntry", _int),
    "python": (
        "EventPythonArtifactMetadataEntry",
        lambda value: {"module": str(value["module"]), "name": str(value["name"])},
    ),
    "run": ("EventPipelineRunMetadataEntry", lambda value: {"pipelineRunId": str(value)}),
    "asset": ("EventAssetMetadataEntry", _asset),
    "table": ("EventTableMetadataEntry", lambda value: {"table": value}),
    "json": _JSON,
}
