"""Carries requests to the code server over a kernel's channels.

One message type, ``orch_request`` → ``orch_reply``: ``{"method", "params"}`` → ``{"status": "ok", "result"}`` or
``{"status": "error", "code", "message", "facts", "failure"}``. On the *control* channel it is answered while user code
runs; ``load`` is asked on *shell*, because user code expects the main thread. The same requests work over the comm
target ``jupyter_orch.rpc`` for clients that have only comms.
"""

from __future__ import annotations

from typing import Any

from jupyter_orch.errors import OrchError
from jupyter_orch.execution.failures import failure_of
from jupyter_orch.records import codec
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch_kernel.code_server import CodeServer
from jupyter_orch_kernel.loader import Loaded, LoadError, load

REQUEST = "orch_request"
REPLY = "orch_reply"
COMM_TARGET = "jupyter_orch.rpc"


class Channel:
    """The code server of one kernel, before and after its code was loaded."""

    def __init__(self, kernel: Any, loaded: Loaded | None = None) -> None:
        self._kernel = kernel
        self._server = CodeServer(loaded) if loaded is not None else None

    def answer(self, content: dict[str, Any]) -> dict[str, Any]:
        """The content of the reply to a request; never raises."""
        try:
            return {"status": "ok", "result": self._dispatch(content["method"], content.get("params") or {})}
        except LoadError as error:
            return _problem(error, codec.to_json(error.failure))
        except OrchError as error:
            return _problem(error, None)
        except BaseException as error:  # user code may raise SystemExit; the kernel must live
            failure = failure_of(error)
            return {
                "status": "error",
                "code": "USER_CODE_ERROR",
                "message": failure.message,
                "facts": {},
                "failure": codec.to_json(failure),
            }

    def _dispatch(self, method: str, params: dict[str, Any]) -> Any:
        if method == "ping":
            return params
        if method == "load":
            loaded = load(codec.from_json(LocationTarget, params["target"]))
            self._server = CodeServer(loaded)
            return codec.to_json(loaded.snapshot())
        if self._server is None:
            raise OrchError("this kernel has loaded no code yet")
        return self._server.answer(method, params)

    async def on_request(self, stream: Any, identity: Any, parent: dict[str, Any]) -> None:
        """Handler of a kernel message."""
        self._kernel.session.send(stream, REPLY, self.answer(parent["content"]), parent, identity)

    def on_comm(self, comm: Any, _: dict[str, Any]) -> None:
        """A client opened a comm."""

        @comm.on_msg  # type: ignore[untyped-decorator]
        def _answer(message: dict[str, Any]) -> None:
            request = message["content"]["data"]
            comm.send({"id": request.get("id"), **self.answer(request)})


def attach(kernel: Any, loaded: Loaded | None = None) -> Channel:
    """Teach a kernel to answer our requests.

    Args:
        kernel: an ``ipykernel`` kernel.
        loaded: the code, when it is loaded already (a forked kernel).
    """
    channel = Channel(kernel, loaded)
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
        await channel.on_request(kernel.control_stream, identity, request)

    kernel.process_control = process_control


def _problem(error: OrchError, failure: Any) -> dict[str, Any]:
    return {
        "status": "error",
        "code": error.code,
        "message": error.message,
        "facts": codec.to_json(error.facts),
        "failure": failure,
    }
