"""Runs GraphQL operations: limits before parsing, texts parsed once, resolvers in a thread.

A flat lexer pass counts tokens and depth first: 750 bytes of nesting would overflow the parser's stack. What parses is
weighed before it is validated (``api/weight.py``), and an answer that grows too large is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLSchema,
    Lexer,
    OperationDefinitionNode,
    OperationType,
    Source,
    TokenKind,
    create_source_event_stream,
    execute,
    parse,
    validate,
)

from jupyter_orch.api.context import Allowance, Context
from jupyter_orch.api.later_names import with_our_inputs
from jupyter_orch.api.problems import safe_error
from jupyter_orch.api.weight import MAX_DEPTH, check_weight
from jupyter_orch.errors import OrchError

MAX_BYTES, MAX_TOKENS = 32 * 1024, 3000
MAX_ANSWER, MAX_ROWS = 500_000, 200_000
PARALLEL_OPERATIONS = 32
LONGEST_WAIT = 30.0
"""Seconds until an operation that finds all threads busy is given back."""


class ServerBusy(OrchError):
    """The server is busy: the operation found no free place in 30 s and was not begun; try again."""

    code = "SERVER_BUSY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of a request, ready to run."""

    document: DocumentNode
    node: OperationDefinitionNode
    name: str | None
    variables: dict[str, Any] | None

    @property
    def is_subscription(self) -> bool:
        """Whether it gives a stream."""
        return self.node.operation == OperationType.SUBSCRIPTION

    @property
    def is_mutation(self) -> bool:
        """Whether it changes something."""
        return self.node.operation == OperationType.MUTATION


class Engine:
    """One schema and its remembered documents."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        # Resolvers wait for databases and code servers: a few slow locations must not use up the server's own threads.
        self._threads = ThreadPoolExecutor(PARALLEL_OPERATIONS, thread_name_prefix="orch-api")
        self._document = lru_cache(maxsize=512)(self._parse)

    def prepare(self, payload: Any) -> Operation:
        """Check a request.

        Raises:
            GraphQLError: it is malformed, too large, or does not fit the schema.
        """
        if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
            raise GraphQLError("expected a JSON object with a text 'query'; batches are not accepted")
        variables, name = payload.get("variables"), payload.get("operationName")
        if variables is not None and not isinstance(variables, dict):
            raise GraphQLError("'variables' must be a JSON object")
        if _has_nul(payload["query"]) or _has_nul(variables):
            raise GraphQLError("a text has a NUL character, which no name or id of ours has")
        document, errors = self._document(payload["query"])
        if errors:
            raise errors[0]
        assert document is not None
        return Operation(document=document, node=_operation(document, name), name=name, variables=variables)

    async def run(self, operation: Operation, context: Context) -> ExecutionResult:
        """Run a query or mutation in a thread; the event loop stays free. One that finds no free thread in time is
        not begun, and its result says so.
        """
        begun = self._threads.submit(self._run, operation, context)
        done = asyncio.wrap_future(begun)
        await asyncio.wait({done}, timeout=LONGEST_WAIT)
        if begun.cancel():
            return ExecutionResult(errors=[safe_error(GraphQLError("", original_error=ServerBusy()))])
        return await done

    @staticmethod
    def status_of(result: ExecutionResult) -> int:
        """The HTTP status of a result: 503 for an operation that was not begun, else 200 whatever its errors."""
        codes = {error.extensions.get("code") for error in result.errors or () if error.extensions}
        return 503 if ServerBusy.code in codes else 200

    def close(self) -> None:
        """Take no more operations."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, operation: Operation, context: Context) -> ExecutionResult:
        try:
            result = execute(
                self._schema,
                operation.document,
                context_value=replace(context, allowance=Allowance(MAX_ROWS)),
                variable_values=operation.variables,
                operation_name=operation.name,
                field_resolver=_Counting(),
            )
        except _TooLarge:
            told = f"the answer would have more than {MAX_ANSWER:,} fields: ask for less, or page by page"
            return ExecutionResult(None, [GraphQLError(told)])
        assert isinstance(result, ExecutionResult)
        if result.errors:
            result.errors = [safe_error(error) for error in result.errors]
        return result

    async def stream(self, operation: Operation, context: Context) -> AsyncIterator[ExecutionResult] | ExecutionResult:
        """Start a subscription; an ExecutionResult holds why it can not start."""
        executor = Executor.build(
            self._schema,
            operation.document,
            context_value=context,
            raw_variable_values=operation.variables,
            operation_name=operation.name,
        )
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        started: Any = create_source_event_stream(executor)
        source = await started if hasattr(started, "__await__") else started
        return source if isinstance(source, ExecutionResult) else self._answers(source, operation, context)

    async def _answers(self, source: Any, operation: Operation, context: Context) -> AsyncIterator[ExecutionResult]:
        """An answer to each event, made by itself: graphql-core's ``subscribe`` (3.3.2) keeps the fields of every event
        that it has answered for as long as the subscription lasts, which is as long as a panel is open.
        """
        try:
            async for event in source:
                answer: Any = execute(
                    self._schema,
                    operation.document,
                    event,
                    context_value=context,
                    variable_values=operation.variables,
                    operation_name=operation.name,
                )
                yield await answer if hasattr(answer, "__await__") else answer
        finally:
            await source.aclose()

    def _parse(self, query: str) -> tuple[DocumentNode | None, list[GraphQLError]]:
        try:
            _check_size(query)
            document = with_our_inputs(parse(query, no_location=False))
            check_weight(document)
        except GraphQLError as error:
            return None, [error]
        except RecursionError:
            return None, [GraphQLError("the query is nested too deep")]
        return document, validate(self._schema, document, max_errors=10)


class _TooLarge(BaseException):
    """The answer has more fields than anybody may have; no resolver shall make an answer of this."""


class _Counting:
    """Resolves the fields of one answer, which are items of objects, and counts them: lists in lists multiply."""

    def __init__(self) -> None:
        self._answered = 0

    def __call__(self, source: Any, info: Any, **arguments: Any) -> Any:
        self._answered += 1
        if self._answered > MAX_ANSWER:
            raise _TooLarge
        found = source.get(info.field_name)
        return found(info, **arguments) if callable(found) else found


def _has_nul(value: Any) -> bool:
    """Whether a text has a NUL, which databases refuse; a run config may hold what it likes."""
    if isinstance(value, str):
        return "\0" in value or "\\u0000" in value
    if isinstance(value, dict):
        return any(_has_nul(item) for key, item in value.items() if key != "runConfigData")
    return isinstance(value, list) and any(map(_has_nul, value))


def _check_size(query: str) -> None:
    if len(query.encode("utf-8", "replace")) > MAX_BYTES:
        raise GraphQLError(f"the query is longer than {MAX_BYTES} bytes")
    lexer = Lexer(Source(query))
    count = depth = 0
    while (token := lexer.advance()).kind != TokenKind.EOF:
        count += 1
        if count > MAX_TOKENS:
            raise GraphQLError(f"the query has more than {MAX_TOKENS} tokens")
        if token.kind == TokenKind.BRACE_L:
            depth += 1
            if depth > MAX_DEPTH:
                raise GraphQLError(f"the query is nested deeper than {MAX_DEPTH}")
        elif token.kind == TokenKind.BRACE_R:
            depth -= 1


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    chosen = [o for o in found if name is None or (o.name is not None and o.name.value == name)]
    if len(chosen) != 1:
        raise GraphQLError(
            "say which operation by 'operationName'" if name is None else f"there is no operation {name!r}"
        )
    return chosen[0]
