"""Named places where a test may end, stop or fail a process between two lines.

``failpoint("worker.claim.after")`` does nothing unless the environment names it, e.g.
``JUPYTER_ORCH_FAILPOINTS="worker.claim.after=kill; tick.commit.before=sleep:2@3"``: what to do, and after ``@`` at
which hit (the first when left out, ``*`` for every one). Hits are counted over all processes that share the folder
``JUPYTER_ORCH_FAILPOINTS_FOLDER``; each leaves a file ``<name>.<number>`` there that holds the process id, so a test
can wait for it.

============  ==================================================================
``kill``      SIGKILL to this process
``stop``      SIGSTOP to this process, until somebody sends SIGCONT
``sleep:S``   nothing for S seconds
``raise``     :class:`FailpointReached`
``full``      ``OSError`` with ``ENOSPC``, as from a full disk
``note``      only the file
============  ==================================================================
"""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "JUPYTER_ORCH_FAILPOINTS"
FOLDER_VARIABLE = "JUPYTER_ORCH_FAILPOINTS_FOLDER"
_ACTIONS = ("kill", "stop", "sleep", "raise", "full", "note")
_EVERY = 0


class FailpointReached(RuntimeError):
    """A failpoint was told to raise."""


@dataclass(frozen=True, slots=True)
class _Order:
    action: str
    seconds: float
    hit: int


_orders: dict[str, _Order] = {}
_folder: Path | None = None
_own_hits: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """A place that a test may have armed; costs one look into an empty mapping when nothing is.

    Args:
        name: ``room.what.when``, e.g. ``"worker.claim.after"``.
    """
    if _orders and name in _orders:
        _reach(name, _orders[name])


def arm(environment: Mapping[str, str] = os.environ) -> None:
    """Take the orders from the environment; done once at import, and again by tests in one process.

    Raises:
        ValueError: an order can not be read.
    """
    global _folder
    _orders.clear()
    _own_hits.clear()
    _orders.update(_read(environment.get(VARIABLE, "")))
    folder = environment.get(FOLDER_VARIABLE)
    _folder = Path(folder) if folder else None


def _read(text: str) -> dict[str, _Order]:
    orders = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, rest = part.partition("=")
        what, _, hit = rest.partition("@")
        action, _, seconds = what.partition(":")
        if action not in _ACTIONS:
            raise ValueError(f"{VARIABLE}: {part!r}: expected one of {', '.join(_ACTIONS)}, found {action!r}")
        orders[name.strip()] = _Order(action, float(seconds or 0.0), _EVERY if hit == "*" else int(hit or 1))
    return orders


def _reach(name: str, order: _Order) -> None:
    number = _count(name)
    if order.hit not in (_EVERY, number) or order.action == "note":
        return
    if order.action in ("kill", "stop"):
        os.kill(os.getpid(), signal.SIGKILL if order.action == "kill" else signal.SIGSTOP)
    elif order.action == "sleep":
        time.sleep(order.seconds)
    elif order.action == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    else:
        raise FailpointReached(name)


def _count(name: str) -> int:
    """Which hit this is; the first process to make the numbered file has it."""
    _own_hits[name] += 1
    if _folder is None:
        return _own_hits[name]
    written = _folder.parent / f".{name}-{os.getpid()}-{threading.get_ident()}"
    written.write_text(str(os.getpid()))
    number = 1
    while True:
        try:
            os.link(written, _folder / f"{name}.{number}")  # whoever sees the file can read it
        except FileExistsError:
            number += 1
            continue
        written.unlink()
        return number


arm()
