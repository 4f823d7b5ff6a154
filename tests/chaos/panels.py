"""What people's panels do to a server: each hears of runs over a socket, asks for the newest ones, and follows one's log."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.server_process import ServerProcess

NEWEST = "{ pipelineRunsOrError(limit: 25) { ... on PipelineRuns { results { runId status stepKeysToExecute } } } }"
CHANGES = "subscription { pipelineRunsChanged { runIds } }"
LOG = """subscription($id: ID!) { pipelineRunLogs(runId: $id, after: "0") {
    ... on PipelineRunLogsSubscriptionSuccess { events run { status } } } }"""
OPENING, ASKING = 60.0, 30.0


class Panels(threading.Thread):
    """Panels that look until they are told to stop.

    Attributes:
        refused: what went wrong, in words.
        looks: requests for the newest runs.
        news: messages that a run has changed.
        followed: logs that were followed to their runs' ends, without a gap.
    """

    def __init__(self, server: ServerProcess, panels: int) -> None:
        super().__init__(name="panels", daemon=True)
        self._server = server
        self._panels = panels
        self._done = threading.Event()
        self.refused: list[str] = []
        self.looks = self.news = self.followed = 0

    def run(self) -> None:
        asyncio.run(self._look())

    def stop(self) -> None:
        """Close them."""
        self._done.set()
        if self.ident is not None:
            self.join(OPENING)

    async def _look(self) -> None:
        await asyncio.gather(*(self._panel() for _ in range(self._panels)))

    async def _panel(self) -> None:
        panel = _Panel(self, await self._opened())
        reading = asyncio.create_task(panel.read())
        while not self._done.is_set():
            await asyncio.sleep(1.0)
            if reading.done():
                self.refused.append(f"a socket was closed: {panel.line.close_reason}")
                reading = asyncio.create_task((panel := _Panel(self, await self._opened())).read())
            if panel.has_news:
                panel.has_news = False
                await asyncio.to_thread(self._ask)
        panel.line.close()
        await reading

    async def _opened(self) -> WebSocketClientConnection:
        address = f"ws://127.0.0.1:{self._server.port}{self._server.base_url}orch/graphql/ws?token={self._server.token}"
        line = await websocket_connect(
            HTTPRequest(address, connect_timeout=OPENING), subprotocols=["graphql-transport-ws"]
        )
        await line.write_message(json.dumps({"type": "connection_init"}))
        await line.write_message(json.dumps({"type": "subscribe", "id": "runs", "payload": {"query": CHANGES}}))
        return line

    def _ask(self) -> None:
        try:
            self._server.graphql(NEWEST)
            self.looks += 1
        except (OSError, AssertionError) as error:
            if not self._done.is_set():
                self.refused.append(str(error)[:200])


class _Panel:
    """One socket: news of all runs, and the log of one after the other."""

    def __init__(self, all_of_them: Panels, line: WebSocketClientConnection) -> None:
        self.line = line
        self.has_news = True
        self._all = all_of_them
        self._run_id = ""
        self._numbers: list[int] = []

    async def read(self) -> None:
        """Until the line is closed."""
        while (text := await self.line.read_message()) is not None:
            message = json.loads(text)
            if message["type"] == "ping":
                await self.line.write_message(json.dumps({"type": "pong"}))
            elif message["type"] == "error":
                self._all.refused.append(str(message)[:200])
            elif message.get("id") == "runs" and message["type"] == "next":
                await self._hear(message["payload"]["data"]["pipelineRunsChanged"]["runIds"])
            elif message["type"] == "next":
                self._numbers += [_number(event) for event in message["payload"]["data"]["pipelineRunLogs"]["events"]]
            elif message["type"] == "complete":
                self._end()

    async def _hear(self, run_ids: list[str]) -> None:
        self._all.news += 1
        self.has_news = True
        if not self._run_id and run_ids:
            self._run_id = run_ids[-1]
            payload = {"query": LOG, "variables": {"id": self._run_id}}
            await self.line.write_message(json.dumps({"type": "subscribe", "id": self._run_id, "payload": payload}))

    def _end(self) -> None:
        if self._numbers == list(range(1, len(self._numbers) + 1)) and self._numbers:
            self._all.followed += 1
        else:
            self._all.refused.append(f"the log of run {self._run_id} came as {self._numbers}")
        self._run_id, self._numbers = "", []


def _number(event: dict[str, Any]) -> int:
    return int(event["seq"])
