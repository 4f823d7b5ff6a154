"""Requests to a kernel, matched with their answers by message id, any number at a time on one channel."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import msgspec
import zmq
from zmq.eventloop.zmqstream import ZMQStream

from jupyter_orch.ports import CodeServerError, LocationUnavailable
from jupyter_orch.records.failure import Failure

ATTACH = (
    "import jupyter_orch_kernel as _orch_kernel\n_orch_kernel.load_ipython_extension(get_ipython())\ndel _orch_kernel\n"
)
"""What makes a code server of an ipykernel that was started without our extension."""


class Channel(Protocol):
    """A line to a code server; belongs to the event loop that made it."""

    async def ask(self, method: str, params: dict[str, Any], timeout: float) -> Any:
        """One request.

        Raises:
            CodeServerError: the code server said no, or did not answer in ``timeout`` seconds.
            LocationUnavailable: the kernel ended meanwhile.
        """

    def close(self, reason: str) -> None:
        """Fail what still waits, and close."""


class PendingReplies:
    """Replies that are awaited, by the id of their request."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def wait(self, request_id: str, timeout: float) -> dict[str, Any]:
        """The content of the reply.

        Raises:
            TimeoutError: it did not come.
            LocationUnavailable: the channel was closed.
        """
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        try:
            return await asyncio.wait_for(answer, timeout)
        finally:
            self._waiting.pop(request_id, None)

    def take(self, request_id: str, content: dict[str, Any]) -> None:
        """A reply came; one that nobody waits for is dropped."""
        answer = self._waiting.get(request_id)
        if answer is not None and not answer.done():
            answer.set_result(content)

    def fail(self, reason: str) -> None:
        """No reply will come any more."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(LocationUnavailable(reason))
        self._waiting.clear()


class KernelChannel:
    """One of a kernel's channels over ZeroMQ. See :class:`Channel`."""

    def __init__(self, manager: Any, channel: str = "control") -> None:
        """Args:
        manager: the kernel's manager.
        channel: ``"control"`` is answered while user code runs, ``"shell"`` waits behind it.
        """
        # No socket identity on purpose: clients that share the manager's Session share one, and the kernel's router
        # then hands answers to whichever connected last. And not the manager's own asyncio socket: collected late, it
        # takes a reader off the event loop that belongs to whoever has its descriptor by then.
        info = manager.get_connection_info()
        separator = "-" if info["transport"] == "ipc" else ":"
        socket = zmq.Context(manager.context).socket(zmq.DEALER)
        socket.linger = 1000
        socket.connect(f"{info['transport']}://{info['ip']}{separator}{info[f'{channel}_port']}")
        self._session = manager.session
        # A reply that comes again finds nobody who waits for it; what Jupyter remembers against such takes megabytes.
        self._session.digest_history_size = 0
        self._stream = ZMQStream(socket)
        self._replies = PendingReplies()
        self._stream.on_recv(self._on_frames)

    async def ask(self, method: str, params: dict[str, Any], timeout: float) -> Any:
        message = self._session.msg("orch_request", {"method": method, "params": params})
        request_id = message["header"]["msg_id"]
        self._stream.send_multipart(self._session.serialize(message))
        try:
            return result_of(await self._replies.wait(request_id, timeout))
        except TimeoutError:
            self._send("orch_request", {"method": "give_up", "params": {"request": request_id}})
            raise no_answer(method, timeout) from None

    async def attach(self, timeout: float) -> None:
        """Load our extension into an ipykernel that was started without it; for the channel ``"shell"``.

        Raises:
            CodeServerError: the kernel could not do it, e.g. because the package is not installed there.
        """
        request = execute_request(ATTACH)
        request_id = self._send("execute_request", request)
        try:
            check_attached(await self._replies.wait(request_id, timeout))
        except TimeoutError:
            raise no_answer("attach", timeout) from None

    def close(self, reason: str) -> None:
        self._replies.fail(reason)
        self._stream.close(0)

    def _send(self, kind: str, content: dict[str, Any]) -> str:
        message = self._session.msg(kind, content)
        self._stream.send_multipart(self._session.serialize(message))
        return str(message["header"]["msg_id"])

    def _on_frames(self, frames: list[bytes]) -> None:
        _, frames = self._session.feed_identities(frames)
        message = self._session.deserialize(frames)
        self._replies.take(message["parent_header"].get("msg_id", ""), message["content"])


def result_of(content: dict[str, Any]) -> Any:
    """The result in a reply.

    Raises:
        CodeServerError: the reply is an error.
    """
    if content["status"] == "ok":
        return content["result"]
    failure = content.get("failure")
    raise CodeServerError(
        content["message"],
        content["code"],
        msgspec.convert(failure, Failure) if failure else None,
        **content.get("facts") or {},
    )


def execute_request(code: str) -> dict[str, Any]:
    """The content of a request to execute code that leaves no trace in the kernel's history."""
    return {
        "code": code,
        "silent": True,
        "store_history": False,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": True,
    }


def check_attached(content: dict[str, Any]) -> None:
    """Whether a kernel took our extension.

    Raises:
        CodeServerError: it did not; says what to install.
    """
    if content.get("status") == "ok":
        return
    reason = f"{content.get('ename', 'error')}: {content.get('evalue', '')}"
    failure = Failure(
        cls="EnvironmentError",
        message=f"the kernel can not load jupyter_orch_kernel: {reason}",
        hint="install jupyter-orch-kernel into the kernel's environment",
    )
    raise CodeServerError(failure.message, "NOT_ATTACHED", failure)


def no_answer(method: str, timeout: float) -> CodeServerError:
    """The error of a request that was not answered in time."""
    return CodeServerError(f"the code location did not answer {method!r} in {round(timeout, 1):g} s", "TIMEOUT", None)
