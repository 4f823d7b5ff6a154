"""The table behind REST: every document fits the schema, every variable is one of its own, wrong values are told."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse
from openapi_spec_validator import OpenAPIV31SpecValidator

from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.doors import BadRequest, Door
from jupyter_orch.api.engine import Engine
from jupyter_orch.api.openapi import openapi
from jupyter_orch.api.rest import DOORS
from jupyter_orch.server.handlers import routes


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return make_schema()


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_documents_fit_the_schema_and_their_parameters(door: Door, schema: GraphQLSchema) -> None:
    operation = Engine(schema).prepare({"query": door.document, "variables": {}})
    declared = {v.variable.name.value for v in operation.node.variable_definitions or ()}
    used = {p.variable.split(".")[0] for p in (*door.parameters, *door.body)}
    assert used <= declared
    assert operation.is_mutation == (door.method != "GET")
    (root,) = parse(door.document).definitions
    assert isinstance(root, OperationDefinitionNode) and len(root.selection_set.selections) == 1
    for parameter in door.parameters:
        assert (f"{{{parameter.name}}}" in door.path) == parameter.in_path


def test_names_and_routes_are_unique() -> None:
    assert len({door.name for door in DOORS}) == len(DOORS)
    assert len({(door.method, door.path) for door in DOORS}) == len(DOORS)
    patterns = [route[0] for route in routes()]
    assert len(set(patterns)) == len(patterns)


def test_the_description_is_openapi_3_1(schema: GraphQLSchema) -> None:
    OpenAPIV31SpecValidator(openapi(schema)).validate()


def door(name: str) -> Door:
    return next(d for d in DOORS if d.name == name)


def test_values_go_where_the_document_wants_them() -> None:
    query = {"tag": ["a=b=c", "d="], "status": ["QUEUED"], "limit": ["7"], "createdAfter": ["1.5"]}
    assert door("listRuns").variables({}, query, None) == {
        "filter": {
            "tags": [{"key": "a", "value": "b=c"}, {"key": "d", "value": ""}],
            "statuses": ["QUEUED"],
            "createdAfter": 1.5,
        },
        "limit": 7,
    }
    body = {"pipeline": "p", "runConfig": {"a": 1}, "tags": {"k": "v"}}
    assert door("launchRun").variables({}, {}, body, "key") == {
        "params": {
            "selector": {"pipelineName": "p"},
            "runConfigData": {"a": 1},
            "executionMetadata": {"tags": [{"key": "k", "value": "v"}]},
            "idempotencyKey": "key",
        }
    }
    assert door("getAsset").variables({"key": "a/b"}, {}, None) == {"key": {"path": ["a", "b"]}}


@pytest.mark.parametrize(
    ("name", "query", "body"),
    [
        ("listRuns", {"limit": ["٣"]}, None),
        ("listRuns", {"limit": ["9" * 40]}, None),
        ("listRuns", {"createdAfter": ["inf"]}, None),
        ("listRuns", {"pipeline": ["a\0b"]}, None),
        ("listRuns", {"pipeline": ["a" * 20_000]}, None),
        ("listRuns", {"tag": ["=x"]}, None),
        ("launchRun", {}, {"pipeline": True}),
        ("launchRun", {}, {"pipeline": "p", "tags": [1]}),
        ("launchRun", {}, {"pipeline": "p", "runConfig": 3}),
        ("launchBackfill", {}, {"partitionSet": "p", "location": "l", "repository": "r", "all": "yes"}),
    ],
)
def test_values_of_another_kind_are_refused(name: str, query: dict[str, list[str]], body: Any) -> None:
    with pytest.raises(BadRequest):
        door(name).variables({}, query, body)


def test_all_that_a_body_lacks_is_told_at_once() -> None:
    with pytest.raises(BadRequest) as refused:
        door("launchBackfill").variables({}, {}, {"repository": None, "all": True})
    assert str(refused.value) == (
        "the JSON body must have 'partitionSet' (name of a partition set), 'location' (code location that defines it), "
        "'repository' (repository that defines it)"
    )
