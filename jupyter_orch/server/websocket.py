"""``GET orch/graphql/ws``: subscriptions over the protocol ``graphql-transport-ws``.

Authenticated at the upgrade, authorized for ``read``; mutations over the socket ask for what they need, as over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
from typing import Any

from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyter_orch.errors import OrchError
from jupyter_orch.server.handling import TellsProblems, name_of, require_login, rights_of

PROTOCOL = "graphql-transport-ws"
MAX_SUBSCRIPTIONS = 20
INIT_TIMEOUT = 10.0
MAX_MESSAGE = 256 * 1024


class GraphQLSocket(TellsProblems, ExtensionHandlerMixin, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One client's socket."""

    _track_activity = False

    async def prepare(self, *, _redirect_to_login: bool = False) -> None:
        """403 before anything else."""
        await super().prepare()
        require_login(self)

    def set_default_headers(self) -> None:
        """A websocket handshake carries no content policy."""

    def get_compression_options(self) -> None:
        """Small messages: compressing them costs more than it saves."""

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> Any:
        """Upgrade, for those who may read."""
        if not await self._may_read():
            raise web.HTTPError(403, "needs read on jupyter_orch:api")
        if PROTOCOL not in self.request.headers.get("Sec-WebSocket-Protocol", ""):
            raise web.HTTPError(400, f"speak the sub-protocol {PROTOCOL}")
        return await super().get(*args, **kwargs)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """The one protocol that is spoken here."""
        return PROTOCOL if PROTOCOL in subprotocols else None

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Begin to wait for ``connection_init``."""
        super().open(*args, **kwargs)
        self._acknowledged = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        asyncio.get_running_loop().call_later(INIT_TIMEOUT, self._close_if_silent)

    def on_close(self) -> None:
        """End what was subscribed."""
        super().on_close()
        for task in getattr(self, "_tasks", {}).values():
            task.cancel()

    async def on_message(self, raw: str | bytes) -> None:
        """One protocol message."""
        message = _decode(raw)
        match message:
            case {"type": "connection_init"} if self._acknowledged:
                self.close(4429, "Too many initialisation requests")
            case {"type": "connection_init"}:
                self._acknowledged = True
                await self._send("connection_ack")
            case {"type": "ping"}:
                await self._send("pong")
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(number), "payload": dict(payload)}:
                self._subscribe(number, payload)
            case {"type": "complete", "id": str(number)}:
                if task := self._tasks.pop(number, None):
                    task.cancel()
            case _:
                self.close(4400, "Invalid message")

    def _subscribe(self, number: str, payload: dict[str, Any]) -> None:
        if not self._acknowledged:
            self.close(4401, "Unauthorized")
        elif number in self._tasks:
            self.close(4409, "Subscriber for this id already exists")
        elif len(self._tasks) >= MAX_SUBSCRIPTIONS:
            self.close(4429, f"More than {MAX_SUBSCRIPTIONS} subscriptions")
        else:
            self._tasks[number] = asyncio.ensure_future(self._serve(number, payload))

    async def _serve(self, number: str, payload: dict[str, Any]) -> None:
        try:
            await self._answer(number, payload)
        except WebSocketClosedError:
            pass
        except OrchError as error:
            await self._send("error", number, [{"message": error.message}])
        finally:
            self._tasks.pop(number, None)

    async def _answer(self, number: str, payload: dict[str, Any]) -> None:
        deployment = await self.settings["jupyter_orch_readiness"].wait()
        try:
            operation = deployment.engine.prepare(payload)
        except Exception as error:
            await self._send("error", number, [getattr(error, "formatted", {"message": str(error)})])
            return
        context = deployment.context(name_of(self.current_user), rights_of(self))
        if not operation.is_subscription:
            await self._send("next", number, (await deployment.engine.run(operation, context)).formatted)
        else:
            stream = await deployment.engine.stream(operation, context)
            if not hasattr(stream, "__aiter__"):
                await self._send("error", number, [e.formatted for e in stream.errors or ()])
                return
            async with contextlib.aclosing(stream):
                async for result in stream:
                    if not await self._may_read():  # a right may be taken away while somebody listens
                        self.close(4403, "Forbidden")
                        return
                    await self._send("next", number, result.formatted)
        await self._send("complete", number)

    async def _send(self, kind: str, number: str | None = None, payload: Any = None) -> None:
        message: dict[str, Any] = {"type": kind}
        if number is not None:
            message["id"] = number
        if payload is not None:
            message["payload"] = payload
        with contextlib.suppress(WebSocketClosedError):
            await self.write_message(json.dumps(message, separators=(",", ":")))

    def _close_if_silent(self) -> None:
        if not self._acknowledged:
            self.close(4408, "Connection initialisation timeout")

    async def _may_read(self) -> bool:
        answer = self.authorizer.is_authorized(self, self.current_user, "read", "jupyter_orch:api")
        return bool(await answer if inspect.isawaitable(answer) else answer)


def _decode(raw: str | bytes) -> Any:
    if len(raw) > MAX_MESSAGE:
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
