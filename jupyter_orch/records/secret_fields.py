"""Where secrets stand in a run config: in the fields whose definitions say so; both wings must agree on it.

A field is secret when its definition says so (``Field(…, is_secret=True)``), which is ``writeOnly`` in its JSON Schema.
``{env: NAME}`` is a reference, not a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from jupyter_orch.records.snapshot import JsonSchema, ModeSnapshot, PipelineSnapshot, SolidSnapshot

Path = tuple[str | int, ...]


def secret_paths(pipeline: PipelineSnapshot, mode: str, run_config: Any) -> tuple[Path, ...]:
    """The places of a run config that hold secrets."""
    return tuple(path for path, value in _secret_fields(pipeline, mode, run_config) if not _is_reference(value))


def secret_variables(pipeline: PipelineSnapshot, mode: str, run_config: Any) -> tuple[str, ...]:
    """The environment variables that a run config names in the places of secrets."""
    fields = _secret_fields(pipeline, mode, run_config)
    return tuple(sorted({str(value["env"]) for _, value in fields if _is_reference(value)}))


def _secret_fields(pipeline: PipelineSnapshot, mode: str, run_config: Any) -> list[tuple[Path, Any]]:
    if not isinstance(run_config, dict):
        return []
    modes = {found.name: found for found in pipeline.modes}
    return [
        *_of_solids(pipeline.solids, run_config.get("solids"), ("solids",)),
        *_of_solids(pipeline.solids, run_config.get("ops"), ("ops",)),
        *_of_mode(modes.get(mode), run_config),
    ]


def _of_mode(mode: ModeSnapshot | None, run_config: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    if mode is None:
        return
    for key, members in (("resources", mode.resources), ("loggers", mode.loggers)):
        given = run_config.get(key)
        if not isinstance(given, dict):
            continue
        for member in members:
            yield from _of_config(member.config_schema, given.get(member.key), (key, member.key))


def _of_solids(solids: Sequence[SolidSnapshot], given: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if not isinstance(given, dict):
        return
    for solid in solids:
        entry = given.get(solid.name)
        if isinstance(entry, dict):
            here = (*path, solid.name)
            yield from _of_config(solid.config_schema, entry, here)
            for key in ("solids", "ops"):
                yield from _of_solids(solid.solids, entry.get(key), (*here, key))


def _of_config(schema: JsonSchema | None, entry: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if schema is not None and isinstance(entry, dict) and "config" in entry:
        yield from _walk(schema, entry["config"], (*path, "config"))


def _walk(schema: JsonSchema, value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if schema.get("writeOnly"):
        yield path, value
        return
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _walk(part, value, path)
    if isinstance(value, dict):
        fields, others = schema.get("properties", {}), schema.get("additionalProperties")
        for key, item in value.items():
            inner = fields.get(key, others)
            if isinstance(inner, dict):
                yield from _walk(inner, item, (*path, key))
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for number, item in enumerate(value):
            yield from _walk(schema["items"], item, (*path, number))


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"env"}
