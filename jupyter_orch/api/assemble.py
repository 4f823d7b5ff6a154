"""Assembles the schema: SDL files by noun, each noun's resolvers, and the later names beside the classic ones."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from graphql import DocumentNode, GraphQLObjectType, GraphQLSchema, build_ast_schema, parse, print_schema

from jupyter_orch.api import (
    assets,
    audit,
    backfills,
    captured_logs,
    definitions,
    instance,
    launching,
    notebooks,
    repositories,
    runs,
    schedules,
    sensors,
    stream,
    ticks,
    workspace,
)
from jupyter_orch.api.audit import audited
from jupyter_orch.api.events import events_sdl
from jupyter_orch.api.later_names import LATER_FIELDS, LATER_TYPES, answer_as_asked, with_later_names

NOUNS = (
    "root",
    "instance",
    "workspace",
    "repositories",
    "runs",
    "assets",
    "automation",
    "backfills",
    "notebooks",
    "definitions",
    "logs",
)
PARTS = (
    instance.RESOLVERS,
    workspace.RESOLVERS,
    repositories.RESOLVERS,
    runs.RESOLVERS,
    launching.RESOLVERS,
    assets.RESOLVERS,
    schedules.RESOLVERS,
    sensors.RESOLVERS,
    ticks.RESOLVERS,
    backfills.RESOLVERS,
    notebooks.RESOLVERS,
    definitions.RESOLVERS,
    captured_logs.RESOLVERS,
    audit.RESOLVERS,
)


def sdl() -> str:
    """The whole schema as text, with both names of what has two."""
    return print_schema(make_schema())


def document() -> DocumentNode:
    """What the schema is made of, later names included."""
    folder = files("jupyter_orch.api") / "schema"
    written = [(folder / f"{noun}.graphql").read_text("utf-8") for noun in NOUNS]
    return with_later_names(parse("\n".join([*written, events_sdl()]), no_location=True))


def make_schema() -> GraphQLSchema:
    """The executable schema; that it is valid is known from the tests, and not looked at in each server."""
    schema = build_ast_schema(document(), assume_valid=True)
    for part in PARTS:
        for type_name, fields in part.items():
            for name, resolve in fields.items():
                _set_resolver(schema, type_name, name, resolve)
    for name, subscribe in stream.SUBSCRIPTIONS.items():
        _object(schema, "Subscription").fields[name].subscribe = subscribe
    answer_as_asked(schema)
    return schema


def _set_resolver(schema: GraphQLSchema, type_name: str, name: str, resolve: Any) -> None:
    if type_name == "Mutation":
        resolve = audited(name, resolve)
    fields = _object(schema, type_name).fields
    fields[name].resolve = resolve
    if type_name in LATER_TYPES:
        _object(schema, LATER_TYPES[type_name]).fields[name].resolve = resolve
    if type_name in ("Query", "Mutation") and name in LATER_FIELDS:
        fields[LATER_FIELDS[name]].resolve = resolve


def _object(schema: GraphQLSchema, name: str) -> Any:
    found = schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found
