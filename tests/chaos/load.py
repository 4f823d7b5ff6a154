"""Q13: more and more of everything at once on a real server, until it does not hold what it promises any more.

At the promised level: 100 requests a second of all kinds, 200 live sockets, a run that tells 500 events a second to its
followers, another that writes 50 MB a second while somebody looks on, and a reader that never reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests import loop_lag
from tests.chaos.onlooker import Onlooker
from tests.server_process import ServerProcess

REQUESTS, SOCKETS, EVENTS, MEGABYTES, FOLLOWERS = 100, 200, 500, 50, 5
STEPS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
"""Shares of the promised level, one after the other."""
WRITTEN_FOR = 4.0
"""Seconds of output at full speed: a stream of a step is kept up to 256 MiB."""
SLOWEST_ANSWER, LATEST_TURN, LONGEST_UNREAD = 0.25, 0.1, 180.0
"""Seconds: p95 of requests, p99 of the event loop's turns, and until a reader that does not read is cut."""
ENOUGH = 0.9
"""Of the output that a step is to write, so much must have been written in time; all of that must come to who looks on."""
PATIENCE = 60.0
CODE = """\
import sys, time
from jupyter_orch import pipeline, repository, solid

@solid(config_schema={"events": int, "seconds": float})
def tell(context):
    begun, told = time.monotonic(), 0
    while (now := time.monotonic()) < begun + context.solid_config["seconds"]:
        while told < (now - begun) * context.solid_config["events"]:
            context.log.info(f"event {told} of many, of usual length")
            told += 1
        time.sleep(0.02)

@solid(config_schema={"megabytes": float, "seconds": float})
def write(context):
    line, begun, written = "a line of output, as programs print them " * 25 + "\\\\n", time.monotonic(), 0
    while (now := time.monotonic()) < begun + context.solid_config["seconds"]:
        while written < (now - begun) * context.solid_config["megabytes"] * 1e6:
            written += sys.stdout.write(line * 50)
        sys.stdout.flush()
        time.sleep(0.02)

@solid
def one():
    return 1

@pipeline
def telling():
    tell()

@pipeline
def writing():
    write()

@pipeline
def short():
    one()

@repository
def repo():
    return [telling, writing, short]
"""
LIST = """{ pipelineRunsOrError(limit: 25) { ... on PipelineRuns { count results { runId status tags { key value }
    stepStats { stepKey status startTime endTime } } } } }"""
FOLLOW = (
    "subscription($id: ID!) { pipelineRunLogs(runId: $id) { ... on PipelineRunLogsSubscriptionSuccess { events } } }"
)
TAIL = """subscription($id: ID!) { computeLogs(runId: $id, stepKey: "write", ioType: STDOUT) { data cursor } }"""
CHANGES = "subscription { pipelineRunsChanged { runIds } }"
PATHS = ("runs?limit=25", "locations", "health", "schedules")


@dataclass(slots=True)
class Step:
    """What came of one level; seconds.

    Attributes:
        share: of the promised level.
        asked: requests.
        late: how much later than due they were sent: the load's own lag, part of what is measured on a busy machine.
        turn_p99: of the event loop.
        onlooker_p99: the lag of a process beside it that does nothing but look at the clock.
        told, heard: events that the run told, and that all its followers together were sent.
        to_write, written, tailed: megabytes of output that were to be written, that were, and that came to the one who
            looks on.
    """

    share: float
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    answer_p50: float = 0.0
    answer_p95: float = 0.0
    late_p95: float = 0.0
    turn_p99: float = 0.0
    onlooker_p99: float = 0.0
    told: int = 0
    heard: int = 0
    to_write: float = 0.0
    written: float = 0.0
    tailed: float = 0.0
    rss_mb: float = 0.0

    def broken(self) -> list[str]:
        """What it does not hold."""
        found = [f"{len(self.failed)} of {self.asked} requests failed: {self.failed[0]}"] if self.failed else []
        if self.answer_p95 > SLOWEST_ANSWER:
            found.append(f"p95 of answers {self.answer_p95:.3f} s")
        if self.turn_p99 > LATEST_TURN:
            found.append(f"p99 of the loop's turns {self.turn_p99:.3f} s late")
        if self.heard != self.told * FOLLOWERS:
            found.append(f"{self.heard} events came to {FOLLOWERS} followers of {self.told}")
        if self.written < ENOUGH * self.to_write:
            found.append(f"{self.written} of {self.to_write} MB were written")
        if self.tailed != self.written:
            found.append(f"{self.tailed} of {self.written} MB came to who looks on")
        return found


@dataclass(slots=True)
class Load:
    """All steps up to the first that broke.

    Attributes:
        held: the largest share that held everything.
        unread_for: seconds until the reader that never reads was cut; None if it never was.
    """

    steps: list[Step] = field(default_factory=list)
    held: float = 0.0
    broke: list[str] = field(default_factory=list)
    unread_for: float | None = None

    @property
    def is_well(self) -> bool:
        """Whether the promised level was held."""
        return self.held >= 1.0 and self.unread_for is not None


def load(folder: Path, seconds: float, steps: tuple[float, ...] = STEPS) -> Load:
    """Step up.

    Args:
        folder: a new one, removed by nobody.
        seconds: how long each level lasts.
    """
    server = ServerProcess(workspace(folder), folder / "home")
    found = Load()
    try:
        server.start(wait=False)
        server.wait_until_ready(180)
        server.wait_for_locations(180)
        for share in steps:
            step = asyncio.run(_Level(server, share, seconds).run())
            print(step, flush=True)
            found.steps.append(step)
            shutil.rmtree(server.orch_home / "compute_logs", ignore_errors=True)
            if broken := step.broken():
                found.broke = broken
                break
            found.held = share
        found.unread_for = _unread(server)
    finally:
        server.stop()
    return found


def workspace(folder: Path) -> Path:
    """A new folder with what the load runs."""
    root = folder / "root"
    root.mkdir(parents=True)
    (root / "code.py").write_text(CODE)
    (root / "workspace.yaml").write_text("load_from:\n  - python_file: code.py\n")
    return root


class _Level:
    """One level on one server."""

    def __init__(self, server: ServerProcess, share: float, seconds: float) -> None:
        self._server, self._seconds = server, seconds
        self._step = Step(share)
        self._rate = REQUESTS * share
        self._taken: list[float] = []
        self._late: list[float] = []
        AsyncHTTPClient.configure(None, max_clients=2000)
        self._client = AsyncHTTPClient(force_instance=True)
        self._headers = {"Authorization": f"token {server.token}", "Content-Type": "application/json"}

    async def run(self) -> Step:
        """All at once."""
        share, server, step = self._step.share, self._server, self._step
        written_for = min(self._seconds, WRITTEN_FOR / max(1.0, share))
        lines = [await subscribed(server, CHANGES) for _ in range(round(SOCKETS * share))]
        with ThreadPoolExecutor(8) as pool:
            loop = asyncio.get_running_loop()

            async def launched(pipeline: str, solid: str, **config: float) -> str:
                given = {"solids": {solid: {"config": config}}}
                answer = await loop.run_in_executor(pool, server.launch, pipeline, given)
                return str(answer["run"]["runId"])

            before, onlooker = loop_lag.turns(server), Onlooker()
            telling = await launched("telling", "tell", events=round(EVENTS * share), seconds=self._seconds * 0.7)
            writing = await launched("writing", "write", megabytes=MEGABYTES * share, seconds=written_for)
            followers = [await subscribed(server, FOLLOW, telling) for _ in range(FOLLOWERS)]
            onlookers = [asyncio.ensure_future(_heard(line)) for line in followers]
            tail = asyncio.ensure_future(_tailed(await subscribed(server, TAIL, writing)))
            await self._ask(pool)
            step.turn_p99 = round(loop_lag.quantile(loop_lag.between(before, loop_lag.turns(server)), 0.99), 4)
            step.onlooker_p99 = quantile(onlooker.lags(), 0.99)
            step.heard, step.tailed = sum(await asyncio.gather(*onlookers)), await tail / 1e6
            step.to_write = MEGABYTES * share * written_for
            step.written = sum(file.stat().st_size for file in server.orch_home.rglob(f"{writing}/write.out")) / 1e6
            told = await loop.run_in_executor(pool, server.run, telling)
            step.told = int(told["lastEventSeq"])
        for line in lines:
            line.close()
        step.answer_p50, step.answer_p95 = quantile(self._taken, 0.5), quantile(self._taken, 0.95)
        step.late_p95 = quantile(self._late, 0.95)
        assert server.process is not None
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        step.rss_mb = round(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024, 1)
        return step

    async def _ask(self, pool: ThreadPoolExecutor) -> None:
        """Requests that are sent when they are due, whether or not those before have been answered."""
        begun, asking = time.perf_counter(), list[asyncio.Future[None]]()
        for number in range(round(self._rate * self._seconds)):
            due = begun + number / self._rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self._late.append(time.perf_counter() - due)
            asking.append(asyncio.ensure_future(self._request(number)))
            if number % round(self._rate * 2) == 0:
                asking.append(asyncio.get_running_loop().run_in_executor(pool, self._launch))
        await asyncio.gather(*asking)

    def _launch(self) -> None:
        self._step.asked += 1
        try:
            answer = self._server.launch("short")
            if answer["__typename"] != "LaunchPipelineRunSuccess":
                self._step.failed.append(f"launch: {answer}")
        except (OSError, AssertionError) as error:
            self._step.failed.append(f"launch: {error}")

    async def _request(self, number: int) -> None:
        self._step.asked += 1
        path = "graphql" if number % 2 else f"api/v1/{PATHS[number // 2 % len(PATHS)]}"
        body = {"method": "POST", "body": json.dumps({"query": LIST})} if number % 2 else {}
        begun = time.perf_counter()
        try:
            await self._client.fetch(
                f"{self._server.url}orch/{path}", headers=self._headers, request_timeout=PATIENCE, **body
            )
            self._taken.append(time.perf_counter() - begun)
        except Exception as error:
            self._step.failed.append(f"{path}: {error!r}")


async def subscribed(server: ServerProcess, query: str, run_id: str | None = None) -> WebSocketClientConnection:
    """A socket with one subscription."""
    line = await websocket_connect(
        HTTPRequest(_address(server), request_timeout=PATIENCE, connect_timeout=PATIENCE),
        subprotocols=["graphql-transport-ws"],
    )
    payload = {"query": query, "variables": {"id": run_id} if run_id else {}}
    await line.write_message(json.dumps({"type": "connection_init"}))
    await line.write_message(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    return line


def _address(server: ServerProcess) -> str:
    return f"ws://127.0.0.1:{server.port}{server.base_url}orch/graphql/ws?token={server.token}"


async def _heard(line: WebSocketClientConnection) -> int:
    """How many events came, to the run's end."""
    count = 0
    async for payload in messages(line):
        count += len(payload["pipelineRunLogs"]["events"])
    return count


async def _tailed(line: WebSocketClientConnection) -> int:
    """How many characters of output came, to the run's end."""
    count = 0
    async for payload in messages(line):
        count += len(payload["computeLogs"]["data"] or "")
    return count


async def messages(line: WebSocketClientConnection) -> AsyncIterator[Any]:
    """What comes over a socket, to the end of its subscription, or until nothing comes any more."""
    with contextlib.suppress(TimeoutError):
        while (raw := await asyncio.wait_for(line.read_message(), PATIENCE)) is not None:
            message = json.loads(raw)
            assert message["type"] != "error", message
            if message["type"] == "complete":
                break
            if message["type"] == "next":
                yield message["payload"]["data"]
    line.close()


def _unread(server: ServerProcess) -> float | None:
    """How long somebody may subscribe to much output and never read."""
    run_id = server.launch("writing", {"solids": {"write": {"config": {"megabytes": 50.0, "seconds": 4.0}}}})["run"][
        "runId"
    ]
    server.wait_for_run(run_id, 120)
    begun = time.monotonic()
    with unread(server, run_id) as port:
        assert unsent(server, port) is not None
        while unsent(server, port) is not None:
            if time.monotonic() - begun > LONGEST_UNREAD:
                return None
            time.sleep(0.5)
    return round(time.monotonic() - begun, 1)


@contextlib.contextmanager
def unread(server: ServerProcess, run_id: str) -> Iterator[int]:
    """A socket that subscribes to the output of a run of ``writing`` and is never read; its port."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", server.port))
        line.sendall(
            f"GET {server.base_url}orch/graphql/ws?token={server.token} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        payload = {"query": TAIL, "variables": {"id": run_id}}
        for message in ({"type": "connection_init"}, {"type": "subscribe", "id": "1", "payload": payload}):
            body = json.dumps(message).encode()
            line.sendall(bytes([0x81, 0x80 | 126]) + len(body).to_bytes(2, "big") + bytes(4) + body)
        line.settimeout(PATIENCE)
        assert b" 101 " in line.recv(64), "the server takes the socket"
        yield line.getsockname()[1]


def unsent(server: ServerProcess, port: int) -> int | None:
    """Bytes that wait at the server's end of a connection; None when it was closed: such a one has no inode."""
    wanted = f":{server.port:04X}", f":{port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[1].endswith(wanted[0]) and parts[2].endswith(wanted[1]) and parts[9] != "0":
            return int(parts[4].split(":")[0], 16)
    return None


def quantile(values: list[float], share: float) -> float:
    """Of values in any order; 0 of none."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 4) if ordered else 0.0
