"""``orch/api/v1``: the doors of the REST table, a run's events as JSON or as a stream, and what describes them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from jupyter_orch.api.doors import Door
from jupyter_orch.api.rest import DOORS
from jupyter_orch.server.handling import OrchHandler
from jupyter_orch.version import __version__

RUNS, API = "jupyter_orch:runs", "jupyter_orch:api"
API_VERSION = 1
EVENTS_PAGE = 1000
KEEP_ALIVE = 15.0
LOOK_ANYWAY = 1.0


class HealthHandler(OrchHandler):
    """Whether both halves fit and the orchestrator works."""

    @web.authenticated
    @authorized(action="read", resource="jupyter_orch:health")
    async def get(self) -> None:
        """``{version, api, status, error?, home?, workspace?, storageSeconds?, daemon?}``; 200 also while starting, so
        that the panel can say so.
        """
        readiness = self.readiness
        answer: dict[str, Any] = {"version": __version__, "api": API_VERSION, "status": readiness.status}
        if readiness.error is not None:
            answer["error"] = str(readiness.error)
        if readiness.deployment is not None:
            supervisor = readiness.deployment.orchestrator.supervisor
            answer |= readiness.deployment.place()
            answer["storageSeconds"] = round(supervisor.storage_took, 3)
            answer["daemon"] = {
                loop.name: {
                    "heartbeat": loop.heartbeat,
                    "healthy": not loop.is_failing,
                    "reason": f"{loop.errors[0].cls}: {loop.errors[0].message}" if loop.errors else None,
                    "errorTime": loop.error_at,
                }
                for loop in supervisor.loops
            }
        self.write_json(answer)


class OpenapiHandler(OrchHandler):
    """``GET orch/api/v1/openapi.yaml``."""

    @web.authenticated
    @authorized(action="read", resource=API)
    async def get(self) -> None:
        """The OpenAPI document of these routes."""
        deployment = await self.deployment()
        self.set_header("Content-Type", "application/yaml")
        self.finish(await asyncio.to_thread(deployment.openapi))


class SchemaHandler(OrchHandler):
    """``GET orch/api/v1/schema.graphql``."""

    @web.authenticated
    @authorized(action="read", resource=API)
    async def get(self) -> None:
        """The GraphQL schema as text."""
        deployment = await self.deployment()
        self.set_header("Content-Type", "application/graphql")
        self.finish(await asyncio.to_thread(deployment.sdl))


class DoorHandler(OrchHandler):
    """The routes of the REST table. The endpoint needs ``read``; what a door changes asks for its own right."""

    def initialize(self, name: str, *args: Any, doors: dict[str, Door] | None = None, **kwargs: Any) -> None:
        """Args:
        doors: the route's doors by method.
        """
        super().initialize(name, *args, **kwargs)
        self._doors = doors or {}

    @web.authenticated
    @authorized(action="read", resource=API)
    async def get(self, **path: str) -> None:
        """Look."""
        await self._pass("GET", path)

    @web.authenticated
    @authorized(action="read", resource=API)
    async def post(self, **path: str) -> None:
        """Change."""
        await self._pass("POST", path)

    @web.authenticated
    @authorized(action="read", resource=API)
    async def delete(self, **path: str) -> None:
        """Remove."""
        await self._pass("DELETE", path)

    async def _pass(self, method: str, path: dict[str, str]) -> None:
        door = self._doors.get(method)
        if door is None:
            self.set_header("Allow", ", ".join(sorted(self._doors)))
            raise web.HTTPError(405, f"this route takes {', '.join(sorted(self._doors))}")
        deployment = await self.deployment()
        body = self.json_body() if method == "POST" else None
        if body is not None and not isinstance(body, dict):
            raise web.HTTPError(400, "expected a JSON object")
        query = {name: list(map(_text, values)) for name, values in self.request.query_arguments.items()}
        key = self.request.headers.get("Idempotency-Key")
        status, answer = await deployment.pass_door(door, self.context(deployment), path, query, body, key)
        if status >= 400:
            self.write_problem(**answer)
            return
        if status == 201 and "runId" in answer:
            self.set_header("Location", f"{self.base_url}orch/api/v1/runs/{answer['runId']}")
        self.write_json(answer, status)


class EventsHandler(OrchHandler):
    """``GET orch/api/v1/runs/{id}/events``."""

    @web.authenticated
    @authorized(action="read", resource=RUNS)
    async def get(self, run_id: str) -> None:
        """Events after the number ``after``: at most ``limit`` of them as JSON, or all as they come as a stream."""
        after, limit = self.number("after", 0, 2**53), max(1, self.number("limit", EVENTS_PAGE, 10_000))
        deployment = await self.deployment()
        if "text/event-stream" in self.request.headers.get("Accept", ""):
            await self._stream(deployment, run_id, self._last_event_id() or after)
            return
        found = await asyncio.to_thread(deployment.events, run_id, after, limit)
        if found is None:
            raise web.HTTPError(404, "%s", f"there is no run {run_id[:64]!r}")
        events, newest, _ = found
        last = events[-1]["seq"] if events else after
        self.write_json({"events": events, "nextCursor": last if last < newest else None})

    def _last_event_id(self) -> int:
        text = self.request.headers.get("Last-Event-ID", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0

    async def _stream(self, deployment: Any, run_id: str, after: int) -> None:
        """Server-sent events until the run has ended; a comment now and then shows that the line is alive."""
        with deployment.hub.watching(run_id) as news:
            silent = 0.0
            while True:
                news.clear()
                found = await asyncio.to_thread(deployment.events, run_id, after, EVENTS_PAGE)
                if found is None:
                    raise web.HTTPError(404, "%s", f"there is no run {run_id[:64]!r}")
                events, newest, ended = found
                if events:
                    after, silent = events[-1]["seq"], 0.0
                    await self._push("".join(map(_as_message, events)))
                elif ended and after >= newest:
                    await self._push("event: end\ndata: {}\n\n")
                    self.finish()
                    return
                else:
                    if silent == 0.0 or silent >= KEEP_ALIVE:
                        silent = 0.0
                        await self._push(": waiting\n\n")
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), LOOK_ANYWAY)
                    silent += LOOK_ANYWAY

    async def _push(self, text: str) -> None:
        if not self._headers_written:
            self.set_header("Content-Type", "text/event-stream")
            self.set_header("Cache-Control", "no-store")
            self.set_header("X-Accel-Buffering", "no")
        self.write(text)
        try:
            await self.flush()
        except StreamClosedError:
            raise web.Finish from None


def _as_message(event: dict[str, Any]) -> str:
    return f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event, separators=(',', ':'))}\n\n"


class UnknownRouteHandler(OrchHandler):
    """Anything else below ``orch/``: a 404 for those who are logged in."""

    @web.authenticated
    @authorized(action="read", resource=API)
    async def get(self) -> None:
        """Say so."""
        raise web.HTTPError(404, "there is no such route")

    @web.authenticated
    @authorized(action="read", resource=API)
    async def post(self) -> None:
        """Say so."""
        raise web.HTTPError(404, "there is no such route")


def _text(value: bytes) -> str:
    """A parameter as it was sent; Jupyter's own way would drop control characters in silence."""
    return value.decode("utf-8", "replace")


def door_routes() -> list[tuple[str, type, dict[str, Any]]]:
    """A route for every path of the REST table."""
    doors: dict[str, dict[str, Door]] = {}
    for door in DOORS:
        doors.setdefault(door.path, {})[door.method] = door
    return [(_pattern(path), DoorHandler, {"doors": of_path}) for path, of_path in doors.items()]


def _pattern(path: str) -> str:
    return "orch/api/v1/" + re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)
