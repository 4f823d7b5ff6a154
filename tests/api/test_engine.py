"""Limits of the GraphQL engine: hostile documents are refused quickly, before they are parsed."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from graphql import ExecutionResult, GraphQLError, build_schema

from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(make_schema())


def doubling(levels: int) -> str:
    """Fragments each of which holds the next one twice."""
    start = "fragment f0 on Query { repositoriesOrError { ... on PythonError { ...f1 } } } "
    inner = (
        f"fragment f{n} on PythonError {{ a: cause {{ ...f{n + 1} }} b: cause {{ ...f{n + 1} }} }} "
        for n in range(1, levels)
    )
    return start + "".join(inner) + f"fragment f{levels} on PythonError {{ message }}"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("{" * 250 + "a" + "}" * 250, "nested deeper"),
        ("{ " + "version " * 5000 + "}", "bytes|tokens"),
        ("{ " + "version " * 21 + "}", "more than 20 fields of the operation"),
        ("{ " + " ".join(f"a{n}: version" for n in range(900)) + "}", "more than 20 fields"),
        ("{ instance { " + "info " * 201 + "} }", "more than 200 fields of a selection"),
        ("{ " + ("... on Query { instance { " + "info " * 190 + "} } ") * 9 + "}", "200 fields"),
        ("query { ...f0 } " + doubling(30), "5000 fields|nested deeper"),
        ("query { ...f0 } " + doubling(12), "5000 fields"),
        ("{ version } " + doubling(30), "5000 fields|nested deeper"),
        (
            "{ ...f } fragment f on Query { repositoriesOrError { ... on RepositoryConnection { nodes { ...g } } } } "
            "fragment g on Repository { location { repositories { ...g } } }",
            "nested deeper",
        ),
        ("{ version " + "@skip(if: false) " * 900 + "}", "tokens|not repeatable|only be used once"),
        (" ".join(f"query q{n} {{ version }}" for n in range(1000)), "tokens|bytes"),
        ("query(" + " ".join(f"$v{n}: Int" for n in range(990)) + ") { version }", "tokens|never used"),
        ('query($v: String = "' + "x" * 10**6 + '") { version }', "bytes"),
        (
            "{ runOrError(runId: " + "[" * 1400 + "1" + "]" * 1400 + ") { __typename } }",
            "nested too deep|tokens|cannot represent",
        ),
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


async def _numbers(count: int) -> AsyncIterator[dict[str, Any]]:
    for number in range(count):
        yield {"counted": {"number": number}}


def test_a_subscription_keeps_nothing_of_what_it_has_answered() -> None:
    schema = build_schema("type Query { a: Int } type Counted { number: Int! } type Subscription { counted: Counted! }")
    field = schema.subscription_type.fields["counted"]  # type: ignore[union-attr]
    field.subscribe = lambda _, info: _numbers(info.context)
    engine = Engine(schema)
    operation = engine.prepare({"query": "subscription { counted { number } }"})

    async def answered(events: int) -> None:
        stream = await engine.stream(operation, cast(Any, events))
        assert not isinstance(stream, ExecutionResult)
        answers = [answer.data async for answer in stream]
        assert answers == [{"counted": {"number": number}} for number in range(events)]

    async def held_after(events: int) -> int:
        stream = await engine.stream(operation, cast(Any, events))
        assert not isinstance(stream, ExecutionResult)
        for _ in range(events - 1):
            await anext(stream)
        gc.collect()
        held = sum(str(type(thing).__module__).startswith("graphql.execution") for thing in gc.get_objects())
        await cast(Any, stream).aclose()
        return held

    asyncio.run(answered(3))
    assert asyncio.run(held_after(400)) < asyncio.run(held_after(10)) + 50
