"""Routes below ``orch/``: every verb authenticated and authorized, with explicit action and resource."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado import web

from jupyter_orch.errors import OrchError
from jupyter_orch.server.readiness import Readiness
from jupyter_orch.server.websocket import GraphQLSocket, name_of, require_login
from jupyter_orch.version import __version__

MAX_BODY = 1024 * 1024
API_VERSION = 1
RUNS = "jupyter_orch:runs"


class OrchHandler(ExtensionHandlerMixin, APIHandler):
    """What our handlers share: JSON problems, the deployment, and no activity tracking for what panels poll."""

    _track_activity = False

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler declares it
        """403 before anything else."""
        await super().prepare()
        require_login(self)

    @property
    def readiness(self) -> Readiness:
        """Where the deployment is waited for."""
        found: Readiness = self.settings["jupyter_orch_readiness"]
        return found

    async def deployment(self) -> Any:
        """The open deployment, or an answer 503."""
        try:
            return await self.readiness.wait()
        except OrchError as error:
            raise web.HTTPError(503, error.message) from error

    def user_name(self) -> str:
        """Name of the caller, for the record."""
        return name_of(self.current_user)

    def may(self, action: str, resource: str) -> bool:
        """Ask Jupyter's authorizer."""
        return bool(self.authorizer.is_authorized(self, self.current_user, action, resource))

    def context(self, deployment: Any) -> Any:
        """The surroundings of this request for the API."""
        return deployment.context(self.user_name(), self.may)

    def write_problem(self, status: int, title: str) -> None:
        """An answer in problem+json."""
        self.set_status(status)
        self.set_header("Content-Type", "application/problem+json")
        self.finish(json.dumps({"status": status, "title": title}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Errors as problem+json, without tracebacks."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        message = getattr(error, "log_message", None) or self._reason
        self.write_problem(status_code, str(message))

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from the query string, at most ``most``."""
        text = self.get_query_argument(name, str(default))
        if not text.isdigit():
            raise web.HTTPError(400, f"{name} must be a whole number, found {text[:40]!r}")
        return min(int(text), most)


class HealthHandler(OrchHandler):
    """Whether both halves fit and the orchestrator works."""

    @web.authenticated
    @authorized(action="read", resource="jupyter_orch:health")
    async def get(self) -> None:
        """``{version, api, status, error?}``; 200 also while starting, so that the panel can say so."""
        readiness = self.readiness
        answer: dict[str, Any] = {"version": __version__, "api": API_VERSION, "status": readiness.status}
        if readiness.error is not None:
            answer["error"] = str(readiness.error)
        if readiness.deployment is not None:
            answer["daemon"] = {
                loop.name: {"heartbeat": loop.heartbeat, "healthy": loop.error is None}
                for loop in readiness.deployment.orchestrator.supervisor.loops
            }
        self.finish(json.dumps(answer))


class GraphQLHandler(OrchHandler):
    """``POST orch/graphql``. The endpoint needs ``read``; each mutation asks for what it needs."""

    @web.authenticated
    @authorized(action="read", resource="jupyter_orch:api")
    async def post(self) -> None:
        """Run one operation."""
        if self.request.headers.get("Content-Type", "").split(";")[0].strip() != "application/json":
            raise web.HTTPError(415, "send application/json")
        if len(self.request.body) > MAX_BODY:
            raise web.HTTPError(413, f"the body is longer than {MAX_BODY} bytes")
        deployment = await self.deployment()
        status, answer = await self._run(deployment)
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(answer, separators=(",", ":")))

    async def _run(self, deployment: Any) -> tuple[int, dict[str, Any]]:
        try:
            payload = json.loads(self.request.body)
        except (ValueError, RecursionError):
            return 400, {"errors": [{"message": "the body is not JSON"}]}
        try:
            operation = deployment.engine.prepare(payload)
        except Exception as error:
            return 400, {"errors": [getattr(error, "formatted", {"message": str(error)})]}
        if operation.is_subscription:
            return 400, {"errors": [{"message": "subscriptions go over the websocket orch/graphql/ws"}]}
        result = await deployment.engine.run(operation, self.context(deployment))
        return 200, result.formatted


class EventsHandler(OrchHandler):
    """``GET orch/api/v1/runs/{id}/events``."""

    @web.authenticated
    @authorized(action="read", resource=RUNS)
    async def get(self, run_id: str) -> None:
        """Events after the number ``after``, at most ``limit`` of them, oldest first."""
        after, limit = self.number("after", 0, 2**53), self.number("limit", 1000, 10_000)
        deployment = await self.deployment()
        events = await asyncio.to_thread(deployment.events, run_id, after, limit)
        if events is None:
            raise web.HTTPError(404, f"there is no run {run_id!r}")
        self.finish(json.dumps({"events": events}, separators=(",", ":")))


class LogHandler(OrchHandler):
    """``GET orch/api/v1/runs/{id}/logs/{step}/{stream}``: captured output as a download."""

    @web.authenticated
    @authorized(action="read", resource=RUNS)
    async def get(self, run_id: str, step_key: str, stream: str) -> None:
        """The bytes as they were captured."""
        deployment = await self.deployment()
        fd = await asyncio.to_thread(deployment.open_log, run_id, step_key, stream)
        if fd is None:
            raise web.HTTPError(404, f"there is no {stream} of step {step_key!r}")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Disposition", f'attachment; filename="{stream}.txt"')
        with os.fdopen(fd, "rb") as file:
            while chunk := await asyncio.to_thread(file.read, 256 * 1024):
                self.write(chunk)
                await self.flush()
        self.finish()


class NotebookHandler(OrchHandler):
    """``GET orch/api/v1/runs/{id}/notebooks/{step}``: an executed notebook as JSON, never as HTML."""

    @web.authenticated
    @authorized(action="read", resource=RUNS)
    async def get(self, run_id: str, step_key: str) -> None:
        """The notebook, 404 while there is none."""
        deployment = await self.deployment()
        notebook = await asyncio.to_thread(deployment.notebook, run_id, step_key)
        if notebook is None:
            raise web.HTTPError(404, f"step {step_key!r} has no executed notebook yet")
        self.finish(notebook)


class UnknownRouteHandler(OrchHandler):
    """Anything else below ``orch/``: a 404 for those who are logged in."""

    @web.authenticated
    @authorized(action="read", resource="jupyter_orch:api")
    async def get(self) -> None:
        """Say so."""
        raise web.HTTPError(404, "there is no such route")

    @web.authenticated
    @authorized(action="read", resource="jupyter_orch:api")
    async def post(self) -> None:
        """Say so."""
        raise web.HTTPError(404, "there is no such route")


def routes() -> list[tuple[str, type]]:
    """All routes; the server puts its base URL before them."""
    run = r"orch/api/v1/runs/([^/]+)"
    return [
        (r"orch/api/v1/health", HealthHandler),
        (r"orch/graphql", GraphQLHandler),
        (r"orch/graphql/ws", GraphQLSocket),
        (rf"{run}/events", EventsHandler),
        (rf"{run}/logs/([^/]+)/(stdout|stderr)", LogHandler),
        (rf"{run}/notebooks/([^/]+)", NotebookHandler),
        (r"orch(?:/.*)?", UnknownRouteHandler),
    ]
