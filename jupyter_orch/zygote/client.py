"""Ask a zygote for a child. Blocking, for threads and workers; takes about as long as the fork, 1 to 20 ms."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_orch.errors import OrchError
from jupyter_orch.zygote.protocol import connect, receive_packet, send_packet


class ZygoteUnavailable(OrchError):
    """The warm process does not answer."""

    code = "ZYGOTE_UNAVAILABLE"


class ZygoteSilent(ZygoteUnavailable):
    """It lives, and has not answered in time: stopped, or hanging."""


def fork_child(
    path: Path,
    entry: str,
    args: dict[str, Any],
    fds: Sequence[int] = (),
    *,
    status: bool = False,
    dies_with_starter: bool = False,
    timeout: float = 10.0,
) -> int:
    """Fork a child that runs ``entry``.

    Args:
        path: where the zygote listens.
        entry: name of what the child does.
        args: JSON arguments for it.
        fds: descriptors for it; with ``status`` the last one is kept by the zygote for the child's end.
        dies_with_starter: kill the child when the process that started the zygote ends.
        timeout: seconds to wait for the answer.

    Returns:
        The child's process id.

    Raises:
        ZygoteSilent: it did not answer in time.
        ZygoteUnavailable: it is gone, or refused.
    """
    request = {"entry": entry, "args": args, "status": status, "dies_with_starter": dies_with_starter}
    try:
        with connect(path, timeout) as sock:
            send_packet(sock, request, fds)
            answer, _ = receive_packet(sock)
    except TimeoutError as error:
        raise ZygoteSilent(f"the warm process has not answered within {timeout:g} s") from error
    except (OSError, ValueError) as error:
        raise ZygoteUnavailable(f"the warm process does not answer: {error}") from error
    if answer is None or "pid" not in answer:
        raise ZygoteUnavailable((answer or {}).get("error", "the warm process ended while it was asked"))
    return int(answer["pid"])


def read_end(status_fd: int, timeout: float) -> dict[str, Any] | None:
    """How a child ended, from the descriptor that was given with ``status``.

    Returns:
        ``{"exit", "signal", "peak_rss_bytes", "cpu_seconds"}``, or None when the zygote died before its child, or
        nothing came within ``timeout`` seconds.
    """
    poll = select.poll()
    poll.register(status_fd, select.POLLIN)
    data = b""
    deadline = time.monotonic() + timeout
    while not data.endswith(b"\n"):
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return None
        chunk = os.read(status_fd, 4096)
        if not chunk:
            return None
        data += chunk
    end: dict[str, Any] = json.loads(data)
    return end
