"""A Jupyter kernel that serves a location's code and nothing else.

It speaks the Jupyter messaging protocol (five sockets, signed messages) with pyzmq alone: an ipykernel with IPython
costs 25 MiB and 0.3 s for each location, for cells that a code server never runs. One thread reads the sockets, so the
kernel answers at once whether it lives; every request is answered in a thread of its own, so a slow sensor keeps
nobody waiting.
"""

from __future__ import annotations

import collections
import ctypes
import hashlib
import hmac
import itertools
import json
import os
import platform
import threading
import time
from datetime import UTC, datetime
from typing import Any

import zmq

from jupyter_orch.version import __version__
from jupyter_orch_kernel.answers import REPLY, REQUEST, Answers

PROTOCOL_VERSION = "5.3"
MOST_AT_ONCE = 16
_DELIMITER = b"<IDS|MSG>"
_ALLOWED_AGE = 512


class TookTooLong(BaseException):
    """Raised inside user code whose asker has given up."""


class LeanKernel:
    """One kernel; made in the process it lives in, because ZeroMQ does not outlive a fork."""

    def __init__(self, connection: dict[str, Any], answers: Answers) -> None:
        """Args:
        connection: the content of a Jupyter connection file.
        answers: to the requests.
        """
        self._key = connection["key"].encode()
        self._answers = answers
        self._session = os.urandom(8).hex()
        self._numbers = itertools.count(1)
        self._context = zmq.Context(1)
        self._shell = self._bound(zmq.ROUTER, connection, "shell")
        self._control = self._bound(zmq.ROUTER, connection, "control")
        self._stdin = self._bound(zmq.ROUTER, connection, "stdin")
        self._iopub = self._bound(zmq.PUB, connection, "iopub")
        self._heartbeat = self._bound(zmq.REP, connection, "hb")
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._replies: collections.deque[tuple[Any, list[bytes], str, dict[str, Any], dict[str, Any]]] = (
            collections.deque()
        )
        self._waiting: collections.deque[tuple[Any, list[bytes], dict[str, Any], dict[str, Any]]] = collections.deque()
        self._working: dict[str, threading.Thread] = {}
        self._given_up: set[str] = set()
        self._seen: collections.deque[bytes] = collections.deque(maxlen=_ALLOWED_AGE)
        self._is_open = True

    def serve(self) -> None:
        """Answer until somebody asks for the end."""
        poller = zmq.Poller()
        for source in (self._shell, self._control, self._heartbeat, self._wake_read):
            poller.register(source, zmq.POLLIN)
        self._publish("status", {"execution_state": "starting"}, {})
        while self._is_open:
            ready = dict(poller.poll())
            if self._heartbeat in ready:
                self._heartbeat.send_multipart(self._heartbeat.recv_multipart())
            if self._wake_read in ready:
                os.read(self._wake_read, 4096)
            for socket in (self._control, self._shell):
                if socket in ready:
                    self._take(socket)
            self._send_replies()
        self._context.destroy(linger=200)

    def interrupt(self, _signal: int = 0, _frame: Any = None) -> None:
        """Interrupt the code that is at work, if any is; fits as a signal handler."""
        for request_id in list(self._working):
            self._give_up(request_id, KeyboardInterrupt)

    def _bound(self, kind: int, connection: dict[str, Any], channel: str) -> Any:
        socket: Any = self._context.socket(kind)
        socket.linger = 200
        if kind == zmq.ROUTER:
            socket.router_handover = True
        if connection["transport"] == "ipc":
            socket.bind(f"ipc://{connection['ip']}-{connection[f'{channel}_port']}")
        else:
            socket.bind(f"tcp://{connection['ip']}:{connection[f'{channel}_port']}")
        return socket

    # messages in

    def _take(self, socket: Any) -> None:
        frames = socket.recv_multipart()
        if _DELIMITER not in frames:
            return
        at = frames.index(_DELIMITER)
        identities, signature, parts = frames[:at], frames[at + 1], frames[at + 2 : at + 6]
        if len(parts) < 4 or not hmac.compare_digest(signature, self._sign(parts)) or signature in self._seen:
            return  # not from who knows the key, or said before
        self._seen.append(signature)
        header, content = json.loads(parts[0]), json.loads(parts[3])
        kind = header.get("msg_type", "")
        if kind == REQUEST:
            self._begin(socket, identities, header, content)
        elif kind.endswith("_request"):
            self._publish("status", {"execution_state": "busy"}, header)
            reply, reply_content = self._plain_answer(kind, content)
            self._send(socket, identities, reply, reply_content, header)
            self._publish("status", {"execution_state": "idle"}, header)

    def _plain_answer(self, kind: str, content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """What every Jupyter client may ask of any kernel."""
        reply = kind.removesuffix("_request") + "_reply"
        if kind == "kernel_info_request":
            return reply, _kernel_info()
        if kind == "shutdown_request":
            self._is_open = False
            return reply, {"status": "ok", "restart": bool(content.get("restart"))}
        if kind == "interrupt_request":
            self.interrupt()
            return reply, {"status": "ok"}
        if kind == "comm_info_request":
            return reply, {"status": "ok", "comms": {}}
        if kind == "is_complete_request":
            return reply, {"status": "unknown"}
        sentence = "this kernel serves a code location and executes no cells; open a notebook to try things out"
        return reply, {"status": "error", "ename": "NotSupported", "evalue": sentence, "traceback": []}

    # requests to the code

    def _begin(self, socket: Any, identities: list[bytes], header: dict[str, Any], content: dict[str, Any]) -> None:
        if content.get("method") == "ping":
            stuck = sum(request_id in self._given_up for request_id in self._working)
            state = {**(content.get("params") or {}), "busy": len(self._working), "stuck": stuck}
            self._send(socket, identities, REPLY, {"status": "ok", "result": state}, header)
        elif content.get("method") == "give_up":
            self._give_up((content.get("params") or {}).get("request", ""))
            self._send(socket, identities, REPLY, {"status": "ok", "result": None}, header)
        elif len(self._working) < MOST_AT_ONCE:
            self._start(socket, identities, header, content)
        else:
            self._waiting.append((socket, identities, header, content))

    def _start(self, socket: Any, identities: list[bytes], header: dict[str, Any], content: dict[str, Any]) -> None:
        request_id = header.get("msg_id", "")

        def work() -> None:
            try:
                answer = self._answers.answer(content)
            except (TookTooLong, KeyboardInterrupt):  # between two lines of ours
                answer = {"status": "error", "code": "TIMEOUT", "message": "given up", "facts": {}, "failure": None}
            self._replies.append((socket, identities, REPLY, answer, header))
            os.write(self._wake_write, b"!")

        thread = threading.Thread(target=work, name=str(content.get("method")), daemon=True)
        self._working[request_id] = thread
        thread.start()

    def _give_up(self, request_id: str, error: type[BaseException] = TookTooLong) -> None:
        """Nobody waits for this answer any more: raise in its thread. Python code ends at its next line."""
        thread = self._working.get(request_id)
        if thread is not None and thread.ident is not None and request_id not in self._given_up:
            self._given_up.add(request_id)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(error))

    # messages out

    def _send_replies(self) -> None:
        while self._replies:
            socket, identities, kind, content, header = self._replies.popleft()
            self._working.pop(header.get("msg_id", ""), None)
            self._given_up.discard(header.get("msg_id", ""))
            self._send(socket, identities, kind, content, header)
            if self._waiting:
                self._start(*self._waiting.popleft())

    def _send(self, socket: Any, to: list[bytes], kind: str, content: dict[str, Any], parent: dict[str, Any]) -> None:
        header = {
            "msg_id": f"{self._session}_{next(self._numbers)}",
            "session": self._session,
            "username": "jupyter_orch",
            "date": datetime.fromtimestamp(time.time(), UTC).isoformat(),
            "msg_type": kind,
            "version": PROTOCOL_VERSION,
        }
        parts = [
            json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
            for part in (header, parent, {}, content)
        ]
        socket.send_multipart([*to, _DELIMITER, self._sign(parts), *parts])

    def _publish(self, kind: str, content: dict[str, Any], parent: dict[str, Any]) -> None:
        self._send(self._iopub, [kind.encode()], kind, content, parent)

    def _sign(self, parts: list[bytes]) -> bytes:
        if not self._key:
            return b""
        mac = hmac.new(self._key, digestmod=hashlib.sha256)
        for part in parts:
            mac.update(part)
        return mac.hexdigest().encode()


def _kernel_info() -> dict[str, Any]:
    return {
        "status": "ok",
        "protocol_version": PROTOCOL_VERSION,
        "implementation": "jupyter_orch",
        "implementation_version": __version__,
        "language_info": {
            "name": "python",
            "version": platform.python_version(),
            "mimetype": "text/x-python",
            "file_extension": ".py",
        },
        "banner": "A jupyter_orch code location.",
        "help_links": [],
        "supported_features": [],
    }
