"""What our handlers share: who may come in, how much they may send, and errors as JSON."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable
from http.client import responses
from typing import Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado import web

from jupyter_orch.errors import OrchError
from jupyter_orch.server.readiness import Readiness

MAX_BODY = 1024 * 1024
MOST_PASSED_BY = 8 * MAX_BODY
NO_XSRF = "a browser's login is not enough: send the cookie _xsrf as the header X-XSRFToken too, or the server's token"
TOO_LONG = f"the body is longer than {MAX_BODY} bytes"
RIGHTS_TIMEOUT = 10.0


def require_login(handler: JupyterHandler) -> None:
    """Refuse whoever is not logged in, whatever they ask for: nobody else learns which methods a route has.

    Raises:
        HTTPError: 403; says whether there was no token or a wrong one.
    """
    if not handler.current_user:
        sent = "Authorization" in handler.request.headers or "token" in handler.request.query_arguments
        wrong = "the token is wrong, or of a server that has ended"
        raise web.HTTPError(403, wrong if sent else "log in, or send the server's token")


def name_of(user: Any) -> str:
    """A user's name for the record; token logins have a made-up one that reads better than their id."""
    found = getattr(user, "display_name", None) or getattr(user, "name", None) or getattr(user, "username", None)
    return str(found or "unknown")


def rights_of(handler: JupyterHandler) -> Callable[[str, str], bool]:
    """Asks Jupyter's authorizer whether this request's user may do (action, resource); for threads, not for the loop.

    Some authorizers answer at once, others have to be waited for, which is done in the loop that is running now.
    """
    loop = asyncio.get_running_loop()

    def may(action: str, resource: str) -> bool:
        answer = handler.authorizer.is_authorized(handler, handler.current_user, action, resource)
        if not inspect.isawaitable(answer):
            return bool(answer)
        return bool(asyncio.run_coroutine_threadsafe(_waited_for(answer), loop).result(RIGHTS_TIMEOUT))

    return may


async def _waited_for(answer: Awaitable[Any]) -> Any:
    return await answer


def _said(error: web.HTTPError) -> str:
    """Its message with what belongs into it, or its reason; empty when it has neither."""
    told = error.log_message % error.args if error.log_message else error.reason  # a lone % is doubled by tornado
    return str(told or "")


class QuietAboutTokens(JupyterHandler):
    """Logs what went wrong without the query string, where a token may stand."""

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Refusals in one line, the rest with its traceback; never the address as it was sent."""
        if isinstance(value, web.HTTPError):
            told = _said(value).replace("\n", " ")
            self.log.info("%s %s: %d %s", self.request.method, self.request.path, value.status_code, told[:300])
        else:
            where = f"{self.request.method} {self.request.path}"
            self.log.error("error in %s", where, exc_info=(typ, value, tb))


class TellsProblems(QuietAboutTokens):
    """Errors as problem+json."""

    def check_xsrf_cookie(self) -> None:
        """Jupyter's check; whoever is not logged in at all is told that instead."""
        if getattr(self, "_jupyter_current_user", True) is None:
            require_login(self)
        try:
            super().check_xsrf_cookie()
        except web.HTTPError:
            raise web.HTTPError(403, NO_XSRF) from None

    def write_problem(self, status: int, title: str, **more: Any) -> None:
        """An answer in problem+json."""
        self.set_status(status)
        self.set_header("Content-Type", "application/problem+json")
        self.finish(json.dumps({"status": status, "title": title, **more}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Errors as problem+json, without tracebacks."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        told = _said(error) if isinstance(error, web.HTTPError) else ""
        self.write_problem(status_code, told or responses.get(status_code, "error"))


@web.stream_request_body
class OrchHandler(TellsProblems, ExtensionHandlerMixin, APIHandler):
    """A handler below ``orch/``: JSON problems, the deployment, and no activity tracking for what panels poll.

    The body is taken piece by piece, so that one that is too long is never held: a little too long, it is let pass by,
    so that the client reads why it was refused; much too long, it is refused before it has come.
    """

    _track_activity = False

    def initialize(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Begin with an empty body."""
        super().initialize(name, *args, **kwargs)
        self._pieces: list[bytes] = []
        self._is_too_long = False

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler declares it
        """403 before anything else; then 413 for a body that says that it is too long."""
        for given in (self.request.arguments, self.request.query_arguments):
            given.pop("_xsrf", None)  # by header only: a parameter can be planted in a link
        await super().prepare()
        require_login(self)
        self._refuse_long_body()

    def _refuse_long_body(self) -> None:
        length = self.request.headers.get("Content-Length", "0")
        told = int(length) if length.isdigit() else 0
        self._is_too_long = told > MAX_BODY
        if told > MOST_PASSED_BY:
            self.set_header("Connection", "close")
            raise web.HTTPError(413, TOO_LONG)
        connection: Any = self.request.connection
        connection.set_max_body_size(max(MAX_BODY, told))

    def data_received(self, chunk: bytes) -> None:
        """A piece of the body."""
        if not self._is_too_long:
            self._pieces.append(chunk)

    def json_body(self) -> Any:
        """The body as JSON; None when there is none.

        Raises:
            HTTPError: 413 when it is too long, 415 for another type, 400 for what is not JSON.
        """
        if self._is_too_long:
            raise web.HTTPError(413, TOO_LONG)
        body = b"".join(self._pieces)
        kind = self.request.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if not body and not kind:
            return None
        if kind != "application/json":
            raise web.HTTPError(415, "send application/json")
        if not body:
            return None
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise web.HTTPError(400, "the body is not JSON") from None

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
            raise web.HTTPError(503, "%s", error.message) from error

    def context(self, deployment: Any) -> Any:
        """The surroundings of this request for the API."""
        traceparent = self.request.headers.get("traceparent", "")
        return deployment.context(name_of(self.current_user), rights_of(self), traceparent)

    def write_json(self, value: Any, status: int = 200) -> None:
        """A JSON answer."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(value, separators=(",", ":")))

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from the query string, at most ``most``."""
        text = self.get_query_argument(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 18):
            raise web.HTTPError(400, "%s", f"{name} must be a whole number, found {text[:40]!r}")
        return min(int(text), most)
