"""Requests to a kernel, matched with their answers by message id, any number at a time on one channel."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import zmq.sugar.socket
from zmq.eventloop.zmqstream import ZMQStream

from jupyter_orch.ports import CodeServerError, LocationUnavailable
from jupyter_orch.records.failure import Failure


class KernelChannel:
    """One of a kernel's channels. Belongs to the event loop that made it."""

    def __init__(self, manager: Any, channel: str = "control") -> None:
        """Args:
        manager: the kernel's manager.
        channel: ``"control"`` is answered while user code runs, ``"shell"`` waits behind it.
        """
        # No socket identity on purpose: clients that share the manager's Session share one, and the kernel's router
        # then hands answers to whichever connected last.
        socket = manager.connect_control() if channel == "control" else manager.connect_shell()
        self._session = manager.session
        self._stream = socket if isinstance(socket, ZMQStream) else ZMQStream(zmq.sugar.socket.Socket.shadow(socket))
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._stream.on_recv(self._on_frames)

    async def ask(self, method: str, params: dict[str, Any], timeout: float) -> Any:
        """One request.

        Raises:
            CodeServerError: the code server said no, or did not answer in ``timeout`` seconds.
            LocationUnavailable: the kernel ended meanwhile.
        """
        message = self._session.msg("orch_request", {"method": method, "params": params})
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[message["header"]["msg_id"]] = answer
        self._stream.send_multipart(self._session.serialize(message))
        try:
            content = await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            raise CodeServerError(
                f"the code location did not answer {method!r} in {timeout:g} s", "TIMEOUT", None
            ) from None
        finally:
            self._waiting.pop(message["header"]["msg_id"], None)
        if content["status"] == "ok":
            return content["result"]
        failure = content.get("failure")
        raise CodeServerError(
            content["message"],
            content["code"],
            msgspec.convert(failure, Failure) if failure else None,
            **content.get("facts") or {},
        )

    def close(self, reason: str) -> None:
        """Fail what still waits, and close."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(LocationUnavailable(reason))
        self._waiting.clear()
        self._stream.close(0)

    def _on_frames(self, frames: list[bytes]) -> None:
        _, frames = self._session.feed_identities(frames)
        message = self._session.deserialize(frames)
        answer = self._waiting.get(message["parent_header"].get("msg_id"))
        if answer is not None and not answer.done():
            answer.set_result(message["content"])
