"""A server all of whose threads are busy gives operations back, instead of keeping everybody waiting for ever."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, cast

import pytest
from graphql import ExecutionResult

from jupyter_orch.api import engine as engine_module
from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.context import Context
from jupyter_orch.api.engine import PARALLEL_OPERATIONS, Engine
from jupyter_orch.api.rest import DOORS
from jupyter_orch.api.rest_answers import Problem, answer_of


def test_S_H_an_operation_that_finds_no_free_thread_is_given_back_and_not_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_module, "LONGEST_WAIT", 0.1)
    engine, free, begun = Engine(make_schema()), threading.Event(), threading.Semaphore(0)
    runs: list[Any] = []

    def run(operation: Any, context: Any) -> ExecutionResult:
        runs.append(context)
        begun.release()
        assert free.wait(60)
        return ExecutionResult(data={"answer": 1})

    monkeypatch.setattr(engine, "_run", run)
    operation = engine.prepare({"query": "{ version }"})

    async def ask() -> tuple[ExecutionResult, list[ExecutionResult]]:
        tasks = [asyncio.create_task(engine.run(operation, cast(Context, n))) for n in range(PARALLEL_OPERATIONS)]
        for _ in tasks:
            await asyncio.to_thread(begun.acquire)
        refused = await engine.run(operation, cast(Context, "late"))
        free.set()
        return refused, await asyncio.gather(*tasks)

    refused, answered = asyncio.run(ask())
    engine.close()
    assert engine.status_of(refused) == 503 and "not begun" in str(refused.errors)
    problem = answer_of(DOORS[0], refused)
    assert isinstance(problem, Problem) and (problem.status, problem.code) == (503, "SERVER_BUSY")
    assert [result.data for result in answered] == [{"answer": 1}] * PARALLEL_OPERATIONS and "late" not in runs
    assert {engine.status_of(result) for result in answered} == {200}
