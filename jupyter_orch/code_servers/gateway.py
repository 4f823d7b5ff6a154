"""Kernels of another Jupyter server (or kernel gateway), over its REST API and kernel websocket."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_orch.code_servers.rpc import ATTACH, PendingReplies, check_attached, execute_request, no_answer, result_of
from jupyter_orch.code_servers.workspace import Gateway
from jupyter_orch.errors import OrchError

CONNECT_TIMEOUT = 20.0
STAY = 90.0
"""Seconds without a word from us after which a kernel over there ends itself."""
KEEP_COMPANY_EVERY = 5.0
_LOST_ITS_CODE = ("restarting", "autorestarting", "dead")
"""States of a kernel that is another one from now on."""


class GatewayUnavailable(OrchError):
    """The other Jupyter server can not be used."""

    code = "GATEWAY_UNAVAILABLE"

    def __init__(self, message: str, status: int | None = None) -> None:
        """Args:
        status: what the server answered with, when it did.
        """
        super().__init__(message)
        self.status = status


class GatewayKernel:
    """A kernel over there, and the line to it. Belongs to the event loop that opened it.

    Has what a :class:`~jupyter_orch.code_servers.replica.Replica` needs of a kernel and of a channel.
    """

    pid = None
    transport = "websocket"

    def __init__(self, gateway: Gateway, kernel_id: str, line: WebSocketClientConnection) -> None:
        """See :func:`open_kernel`."""
        self.kernel_id = kernel_id
        self._gateway = gateway
        self._line = line
        self._session = uuid.uuid4().hex
        self._replies = PendingReplies()
        self._is_open = True
        self._reading = asyncio.ensure_future(self._read())
        self._company = asyncio.ensure_future(self._keep_company())

    async def ask(self, method: str, params: dict[str, Any], timeout: float, *, channel: str = "control") -> Any:
        """One request; see :class:`~jupyter_orch.code_servers.rpc.Channel`."""
        request_id = self._send(channel, "orch_request", {"method": method, "params": params})
        try:
            return result_of(await self._replies.wait(request_id, timeout))
        except TimeoutError:
            raise no_answer(method, timeout) from None

    async def attach(self, timeout: float) -> None:
        """Make a code server of it.

        Raises:
            CodeServerError: our package is not installed over there, or it does not answer.
        """
        request_id = self._send("shell", "execute_request", execute_request(ATTACH))
        try:
            check_attached(await self._replies.wait(request_id, timeout))
        except TimeoutError:
            raise no_answer("attach", timeout) from None
        await self.ask("leave_when_alone", {"seconds": STAY}, timeout)

    async def is_alive(self) -> bool:
        """Whether the line to it is open."""
        return self._is_open

    def exit_status(self) -> int | None:
        """Nobody here knows how a kernel over there ended."""
        return None

    async def interrupt(self) -> None:
        """Interrupt what runs in its main thread.

        Raises:
            GatewayUnavailable: the server does not do it.
        """
        await _call(self._gateway, "POST", f"/api/kernels/{self.kernel_id}/interrupt")

    async def signal_kernel(self, _signal: int) -> None:
        """End it: the only signal there is for a kernel over there."""
        await self.shutdown_kernel(now=True)

    async def shutdown_kernel(self, *, now: bool) -> None:
        """End it, and the line to it."""
        self._is_open = False
        self._company.cancel()
        self._reading.cancel()
        with contextlib.suppress(GatewayUnavailable):
            await _call(self._gateway, "DELETE", f"/api/kernels/{self.kernel_id}")
        self._line.close()

    def close(self, reason: str) -> None:
        """Fail what still waits."""
        self._replies.fail(reason)

    def _send(self, channel: str, kind: str, content: dict[str, Any]) -> str:
        request_id = uuid.uuid4().hex
        header = {
            "msg_id": request_id,
            "msg_type": kind,
            "session": self._session,
            "username": getpass.getuser(),
            "date": datetime.now(UTC).isoformat(),
            "version": "5.3",
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
            "channel": channel,
        }
        if self._is_open:
            sent = self._line.write_message(json.dumps(message))
            sent.add_done_callback(lambda done: done.exception())  # a closed line is noticed by who reads it
        return request_id

    async def _read(self) -> None:
        while (text := await self._line.read_message()) is not None:
            if isinstance(text, str):
                message = json.loads(text)
                if message.get("channel") in ("control", "shell"):
                    self._replies.take(message["parent_header"].get("msg_id", ""), message["content"])
                elif message["content"].get("execution_state") in _LOST_ITS_CODE:
                    break
        self._is_gone("the kernel ended, or the line to it was closed")

    def _is_gone(self, reason: str) -> None:
        self._is_open = False
        self._replies.fail(reason)

    async def _keep_company(self) -> None:
        while True:
            await asyncio.sleep(KEEP_COMPANY_EVERY)
            with contextlib.suppress(OrchError):
                await self.ask("ping", {}, KEEP_COMPANY_EVERY)
                continue
            if await self._is_forgotten():
                self._is_gone("the kernel was ended over there")

    async def _is_forgotten(self) -> bool:
        """Whether the server over there says that it has no such kernel any more."""
        try:
            await _call(self._gateway, "GET", f"/api/kernels/{self.kernel_id}")
        except GatewayUnavailable as error:
            return error.status == 404
        return False


async def open_kernel(gateway: Gateway) -> GatewayKernel:
    """Start a kernel over there, and open the line to it.

    Raises:
        GatewayUnavailable: the server does not answer, refuses, or has no such kernelspec; says which.
    """
    made = await _call(gateway, "POST", "/api/kernels", {"name": gateway.kernel})
    kernel_id = str(made["id"])
    address = "ws" + gateway.url.removeprefix("http") + f"/api/kernels/{kernel_id}/channels"
    request = HTTPRequest(address, headers=_headers(gateway), connect_timeout=CONNECT_TIMEOUT)
    try:
        line = await websocket_connect(request, ping_interval=30, max_message_size=64 * 1024 * 1024)
    except (OSError, HTTPClientError) as error:
        with contextlib.suppress(GatewayUnavailable):
            await _call(gateway, "DELETE", f"/api/kernels/{kernel_id}")
        raise GatewayUnavailable(f"{gateway.url} opens no line to its kernel: {error}") from error
    return GatewayKernel(gateway, kernel_id, line)


async def _call(gateway: Gateway, method: str, path: str, body: Any = None) -> Any:
    request = HTTPRequest(
        gateway.url + path,
        method=method,
        headers=_headers(gateway),
        body=json.dumps(body or {}) if method == "POST" else None,
        connect_timeout=CONNECT_TIMEOUT,
        request_timeout=60.0,
        allow_nonstandard_methods=True,
    )
    try:
        answer = await AsyncHTTPClient().fetch(request)
    except HTTPClientError as error:
        raise GatewayUnavailable(_refusal(gateway, error), error.code) from error
    except OSError as error:
        raise GatewayUnavailable(f"the Jupyter server {gateway.url} does not answer: {error}") from error
    return json.loads(answer.body) if answer.body else None


def _refusal(gateway: Gateway, error: HTTPClientError) -> str:
    if error.code in (401, 403):
        return f"the Jupyter server {gateway.url} refuses us ({error.code}): give its token in the entry's key 'token'"
    said = ""
    with contextlib.suppress(ValueError, AttributeError, TypeError):
        said = json.loads(error.response.body).get("message", "") if error.response is not None else ""
    if error.code == 404:
        return f"{gateway.url} is no Jupyter server: it has no /api/kernels"
    told = f": {said}" if said else ""
    return f"the Jupyter server {gateway.url} started no kernel {gateway.kernel!r} ({error.code}){told}"


def _headers(gateway: Gateway) -> dict[str, str]:
    return {"Authorization": f"token {gateway.token}"} if gateway.token else {}
