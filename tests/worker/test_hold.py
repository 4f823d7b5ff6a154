"""A worker holds one run after the other, and never takes an order that it does not work on."""

from __future__ import annotations

import io
import os
import socket
import threading
from typing import Any

import msgspec
import pytest

from jupyter_orch import wire
from jupyter_orch.ports import LaunchOrder
from jupyter_orch.worker import hold


def test_the_last_run_of_a_worker_is_followed_by_no_other_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A launcher that hears "taken" believes that the run is on its way."""
    worked: list[str] = []

    def work(order: LaunchOrder, *_: Any) -> int:
        worked.append(order.run_id)
        return 0

    monkeypatch.setattr(hold, "MOST_RUNS", 2)
    monkeypatch.setattr(hold, "work", work)
    monkeypatch.setattr(hold, "_opened", lambda _: io.StringIO())
    ours, theirs = socket.socketpair()
    orders = [LaunchOrder(run_id=f"r{number}", epoch=1, token="t", home="/nowhere") for number in range(3)]
    said: list[dict[str, Any]] = []

    def launcher() -> None:
        """Gives an order, and another one each time somebody asks for it."""
        wire.send(ours, {"order": msgspec.to_builtins(orders.pop(0))})
        while (message := wire.receive(ours)) is not None:
            said.append(message)
            if "idle" in message and orders:
                wire.send(ours, {"order": msgspec.to_builtins(orders.pop(0))})

    launching = threading.Thread(target=launcher)
    launching.start()
    assert hold.hold_forked({"home": "/nowhere", "parent": os.getppid()}, [theirs.detach()]) == 0
    launching.join(30.0)
    ours.close()
    assert worked == ["r0", "r1"] and said.count({"taken": True}) == len(worked)
