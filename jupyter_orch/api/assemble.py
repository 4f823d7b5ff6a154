"""Assembles the schema: SDL files by noun, and each noun's resolvers."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema

from jupyter_orch.api import automation, instance, runs, stream, workspace

NOUNS = ("root", "instance", "workspace", "runs", "automation")


def sdl() -> str:
    """The schema as text."""
    folder = files("jupyter_orch.api") / "schema"
    return "\n".join((folder / f"{noun}.graphql").read_text("utf-8") for noun in NOUNS)


def make_schema() -> GraphQLSchema:
    """The executable schema."""
    schema = build_schema(sdl())
    for part in (instance.RESOLVERS, workspace.RESOLVERS, runs.RESOLVERS, automation.RESOLVERS):
        for type_name, fields in part.items():
            for name, resolve in fields.items():
                _object(schema, type_name).fields[name].resolve = resolve
    for name, subscribe in stream.SUBSCRIPTIONS.items():
        _object(schema, "Subscription").fields[name].subscribe = subscribe
    return schema


def _object(schema: GraphQLSchema, name: str) -> Any:
    found = schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found
