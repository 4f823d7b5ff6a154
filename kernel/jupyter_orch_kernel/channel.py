"""Carries requests to the code server over the channels of an ipykernel.

One message type, ``orch_request`` → ``orch_reply``: ``{"method", "params"}`` → ``{"status": "ok", "result"}`` or
``{"status": "error", "code", "message", "facts", "failure"}``. On the *control* channel it is answered while user code
runs; ``load`` is asked on *shell*, because user code expects the main thread. The same requests work over the comm
target ``jupyter_orch.rpc`` for clients that have only comms.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from jupyter_orch_kernel.answers import REPLY, REQUEST, Answers

COMM_TARGET = "jupyter_orch.rpc"
LONG = frozenset({"evaluate_schedule", "evaluate_sensor", "partition_names", "partition_config", "run_news"})
"""Requests that call users' functions: each has a thread of its own, so that nobody waits behind a slow one."""


class Channel:
    """Requests to one ipykernel."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._answers = Answers()

    def answer(self, content: dict[str, Any]) -> dict[str, Any]:
        """The content of the reply to a request; never raises."""
        return self._answers.answer(content)

    async def on_request(self, stream: Any, identity: Any, parent: dict[str, Any]) -> None:
        """Handler of a kernel message."""
        self._kernel.session.send(stream, REPLY, self.answer(parent["content"]), parent, identity)

    def on_comm(self, comm: Any, _: dict[str, Any]) -> None:
        """A client opened a comm."""

        @comm.on_msg  # type: ignore[untyped-decorator]
        def _answer(message: dict[str, Any]) -> None:
            request = message["content"]["data"]
            comm.send({"id": request.get("id"), **self.answer(request)})


def attach(kernel: Any) -> Channel:
    """Teach a kernel to answer our requests.

    Args:
        kernel: an ``ipykernel`` kernel.
    """
    channel = Channel(kernel)
    kernel.shell_handlers[REQUEST] = channel.on_request
    kernel.control_handlers[REQUEST] = channel.on_request
    kernel.comm_manager.register_target(COMM_TARGET, channel.on_comm)
    _answer_quickly(kernel, channel)
    return channel


def _answer_quickly(kernel: Any, channel: Channel) -> None:
    """Skip ipykernel's busy/idle broadcast and stdout flush for our requests on control: 2.3 → 1.2 ms a call."""
    ordinary = kernel.process_control

    async def process_control(message: Any) -> None:
        identity, frames = kernel.session.feed_identities(message, copy=False)
        # Peek at the header: deserialize() checks the signature and refuses the same message a second time.
        if kernel.session.unpack(frames[1].bytes)["msg_type"] != REQUEST:
            await ordinary(message)
            return
        request = kernel.session.deserialize(frames, content=True, copy=False)
        if request["content"].get("method") in LONG:
            _answer_apart(kernel, channel, identity, request)
        else:
            await channel.on_request(kernel.control_stream, identity, request)

    kernel.process_control = process_control


def _answer_apart(kernel: Any, channel: Channel, identity: Any, request: dict[str, Any]) -> None:
    """Answer in a new thread; the reply is sent by this one, which owns the socket."""
    loop = asyncio.get_running_loop()

    def reply(answer: dict[str, Any]) -> None:
        kernel.session.send(kernel.control_stream, REPLY, answer, request, identity)

    def work() -> None:
        answer = channel.answer(request["content"])
        loop.call_soon_threadsafe(reply, answer)

    threading.Thread(target=work, name=f"orch-{request['content']['method']}", daemon=True).start()
