"""Many requests and live sockets at once: none fails, all is told to everybody, and the event loop goes on turning."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tornado.websocket import WebSocketClientConnection

from tests import loop_lag
from tests.chaos.load import CHANGES, FOLLOW, TAIL, messages, quantile, subscribed, unread, unsent, workspace
from tests.chaos.onlooker import Onlooker
from tests.server_process import ServerProcess, serving, wait_for

pytestmark = pytest.mark.journey

SECONDS, A_SECOND, SOCKETS, FOLLOWERS, EVENTS = 20, 20, 20, 5, 50
LATE, TIMES_AS_LATE = 0.1, 3.0
"""A turn of the event loop may be so many seconds late, or so many times as late as anybody is on this machine meanwhile."""
LIST = "{ pipelineRunsOrError(limit: 25) { ... on PipelineRuns { count results { runId status stepStats { stepKey status } } } } }"


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server for nothing else."""
    with serving(workspace(tmp_path), tmp_path / "home") as server:
        server.wait_for_locations()
        yield server


def launched(server: ServerProcess, pipeline: str, solid: str, **config: float) -> str:
    """A run of what the load runs."""
    return str(server.launch(pipeline, {"solids": {solid: {"config": config}}})["run"]["runId"])


async def hear_of(line: WebSocketClientConnection, run_ids: set[str]) -> bool:
    """Whether the news tell of all these runs; the socket is closed then."""
    left = set(run_ids)
    async for news in messages(line):
        left -= set(news["pipelineRunsChanged"]["runIds"])
        if not left:
            line.close()
            return True
    return False


async def told(line: WebSocketClientConnection) -> list[int]:
    """Numbers of the events that came, to the run's end."""
    return [event["seq"] async for answer in messages(line) for event in answer["pipelineRunLogs"]["events"]]


async def tailed(line: WebSocketClientConnection) -> str:
    """The output that came, to the run's end."""
    return "".join([answer["computeLogs"]["data"] or "" async for answer in messages(line)])


def test_many_requests_and_sockets_at_once(loaded: ServerProcess) -> None:
    """20 requests a second of all kinds and 20 live sockets for 20 s; a reader that never reads holds nobody up.

    Meanwhile five follow a run that tells 50 events a second, and one looks at 8 MB of output.
    """
    written = launched(loaded, "writing", "write", megabytes=2.0, seconds=4.0)
    loaded.wait_for_run(written)
    paths = ("runs?limit=25", f"runs/{written}", f"runs/{written}/events", "locations", "health", "schedules")
    short: set[str] = set()

    def ask(number: int) -> int:
        if number % 100 == 50:
            answer = loaded.launch("short")
            if answer["__typename"] != "LaunchPipelineRunSuccess":
                return 500
            short.add(answer["run"]["runId"])
            return 200
        if number % 2:
            return loaded.request("orch/graphql", {"query": LIST})[0]
        return loaded.request(f"orch/api/v1/{paths[number // 2 % len(paths)]}")[0]

    async def live() -> None:
        loop = asyncio.get_running_loop()
        lines = [await subscribed(loaded, CHANGES) for _ in range(SOCKETS)]
        with ThreadPoolExecutor(16) as pool:
            run_id = await asyncio.to_thread(launched, loaded, "telling", "tell", events=EVENTS, seconds=SECONDS * 0.7)
            followers = [
                asyncio.ensure_future(told(await subscribed(loaded, FOLLOW, run_id))) for _ in range(FOLLOWERS)
            ]
            tail = asyncio.ensure_future(tailed(await subscribed(loaded, TAIL, written)))
            asked = []
            for second in range(SECONDS):
                due = time.monotonic() + 1
                asked += [loop.run_in_executor(pool, ask, second * A_SECOND + n) for n in range(A_SECOND)]
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            assert set(await asyncio.gather(*asked)) == {200}
        every = list(range(1, (await asyncio.to_thread(loaded.wait_for_run, run_id))["lastEventSeq"] + 1))
        assert len(every) > EVENTS
        assert [numbers == every for numbers in await asyncio.gather(*followers)] == [True] * FOLLOWERS
        assert (await tail) == output.read_text()
        assert len(short) == SECONDS * A_SECOND // 100
        assert await asyncio.gather(*(hear_of(line, short) for line in lines)) == [True] * SOCKETS

    (output,) = loaded.orch_home.rglob(f"{written}/write.out")
    with unread(loaded, written) as port:
        wait_for(lambda: bool(unsent(loaded, port)), 60, lambda: "it is not held up")
        measured(loaded, live)


def measured(server: ServerProcess, live: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do it, and see that the event loop goes on turning meanwhile."""
    before, onlooker = loop_lag.turns(server), Onlooker()
    try:
        asyncio.run(live())
    finally:
        anybodys = quantile(onlooker.lags(), 0.99)
    found = dict(loop_lag.between(before, loop_lag.turns(server)))
    limit = min(edge for edge in found if edge >= max(LATE, TIMES_AS_LATE * anybodys))
    turns, in_time = found[math.inf], found[limit]
    assert turns >= 10 and anybodys > 0, "it was measured"
    late = f"of {turns:g} turns only {in_time:g} were at most {limit} s late; a process beside it {anybodys:.3f} s"
    assert in_time >= 0.95 * turns - 1, late
