"""Limits of the GraphQL engine: hostile documents are refused quickly, before they are parsed."""

from __future__ import annotations

import pytest
from graphql import GraphQLError

from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(make_schema())


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("{" * 250 + "a" + "}" * 250, "nested deeper"),
        ("{ " + "version " * 5000 + "}", "bytes|tokens"),
        ("{ " + "version " * 1000 + "}", "more than 200 fields"),
        ("{ version", "Syntax Error"),
        ("", "Syntax Error"),
        ("{ nothing }", "Cannot query field"),
        ('{ pipelineRunOrError(runId: "\\u0000") { __typename } }', "NUL"),
        ("fragment f on Query { ...f } { ...f }", "itself"),
    ],
)
def test_documents_that_are_too_much_or_wrong_are_refused(engine: Engine, query: str, sentence: str) -> None:
    with pytest.raises(GraphQLError, match=sentence):
        engine.prepare({"query": query})


@pytest.mark.parametrize(
    "payload", [None, [], [{"query": "{version}"}], {"query": 3}, {"query": "{version}", "variables": []}]
)
def test_requests_of_another_form_are_refused(engine: Engine, payload: object) -> None:
    with pytest.raises(GraphQLError):
        engine.prepare(payload)


def test_one_operation_of_several_is_chosen_by_name(engine: Engine) -> None:
    query = "query a { version } mutation b { _ }"
    assert engine.prepare({"query": query, "operationName": "b"}).is_mutation
    with pytest.raises(GraphQLError, match="operationName"):
        engine.prepare({"query": query})
    with pytest.raises(GraphQLError, match="no operation 'c'"):
        engine.prepare({"query": query, "operationName": "c"})
