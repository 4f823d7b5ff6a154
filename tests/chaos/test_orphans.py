"""Q7: whatever a step has started is gone soon after its run, whoever of those that watch over it was killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.problems import CannotTerminate
from tests.chaos.campaign import QUIET, Client
from tests.chaos.fleet import Fleet

pytestmark = pytest.mark.journey
LITTER = ("left-child", "left-session", "left-daemon", "left-thread")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """One daemon for all of them."""
    folder = tmp_path_factory.mktemp("orphans")
    with Fleet(folder / "fleet", f"sqlite:///{folder}/orch.db", replicas=1, with_sensor=False) as started:
        yield started


@pytest.mark.parametrize("victim", ["daemon", "zygote", "worker", "step"])
def test_what_a_step_has_left_behind_is_gone_with_its_run(fleet: Fleet, victim: str) -> None:
    """A child, one in a session of its own, a daemon that was forked twice, and what a thread has started."""
    fleet.until(lambda: any(process.kind == "forked" for process in fleet.processes()))
    before = len(fleet.ledger.lines())
    fleet.hold("litter")
    config: dict[str, Any] = {"execution": {"multiprocess": {}}}
    run_id = Client(fleet, 0).launch("littering", config=config)
    left = _noted(fleet, before, LITTER)
    _kill(fleet, victim, run_id, before)
    fleet.restart_the_dead()
    _bring_to_an_end(fleet, run_id)
    _assert_gone(fleet, left, victim)


def test_what_the_kernel_of_a_notebook_has_started_is_gone_with_it(fleet: Fleet) -> None:
    """The worker is killed: its kernel ends, and what a cell has started in a session of its own."""
    before = len(fleet.ledger.lines())
    fleet.hold("litter")
    config = {"solids": {"littering_cells": {"config": {"folder": str(fleet.folder)}}}}
    run_id = Client(fleet, 0).launch("littering_notebook", config=config)
    left = _noted(fleet, before, ("left-by-kernel",))
    _kill(fleet, "worker", run_id, before)
    _bring_to_an_end(fleet, run_id)
    _assert_gone(fleet, left, "worker")


def _noted(fleet: Fleet, before: int, what: tuple[str, ...]) -> list[int]:
    def found() -> dict[str, int]:
        return {line.what: line.pid for line in fleet.ledger.lines()[before:] if line.what in what}

    fleet.until(lambda: found().keys() == set(what), explain=found)
    alive = {process.pid for process in fleet.processes()}
    assert alive >= set(found().values()), "they live"
    return list(found().values())


def _kill(fleet: Fleet, victim: str, run_id: str, before: int) -> None:
    storage = fleet.instance().storage
    if victim == "worker":
        worker = getattr(storage.get_run(run_id), "worker", None)
        assert worker is not None
        pids = [worker.pid]
    elif victim == "step":
        pids = [line.pid for line in fleet.ledger.lines()[before:] if line.what == "begin"]
    else:
        pids = [process.pid for process in fleet.processes() if process.kind == victim]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    if victim == "daemon":
        fleet.until(lambda: fleet.daemons[0].poll() is not None)


def _bring_to_an_end(fleet: Fleet, run_id: str) -> None:
    """One that goes on all the same is canceled."""
    storage, journal = fleet.instance().storage, fleet.instance().journal

    def is_over() -> Any:
        run = storage.get_run(run_id)
        return run is not None and run.is_final

    with suppress(AssertionError):
        fleet.until(is_over, patience=2.0)
    with suppress(CannotTerminate):
        Canceler(storage, journal).cancel(run_id, "the test")
    fleet.until(is_over, explain=lambda: storage.get_run(run_id))


def _assert_gone(fleet: Fleet, left: list[int], victim: str) -> None:
    deadline = time.monotonic() + QUIET
    while still := [process for process in fleet.processes() if process.pid in left]:
        assert time.monotonic() < deadline, f"{victim} was killed, and these live: {still}"
        time.sleep(0.05)
