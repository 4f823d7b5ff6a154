"""Q6: the worker of a run of twelve steps is killed inside steps and between them; what has ended is never done again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.records.event import EventType
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from tests.chaos.campaign import Client
from tests.chaos.checker import STEPS, Seen, violations
from tests.chaos.fleet import Fleet

pytestmark = pytest.mark.journey
NAMES = STEPS["twelve"]
IS_LONG = os.environ.get("CHAOS_SIZE") == "long"
EVERY = 1 if IS_LONG else 4


@pytest.fixture
def fleet(tmp_path: Path, database_url: str) -> Iterator[Fleet]:
    """One daemon that lets a run go on as often as it must."""
    monitoring = {"start_timeout_seconds": 20, "max_resume_run_attempts": 100}
    with Fleet(tmp_path / "fleet", database_url, replicas=1, with_sensor=False, run_monitoring=monitoring) as started:
        yield started


class Hurt:
    """One run whose workers are killed."""

    def __init__(self, fleet: Fleet, **tags: str) -> None:
        self._fleet = fleet
        self._storage = fleet.instance().storage
        self.run_id = Client(fleet, 0).launch("twelve", tags)
        self.killed: set[int] = set()

    @property
    def run(self) -> Run:
        found = self._storage.get_run(self.run_id)
        assert found is not None
        return found

    def count(self, what: str, step: str) -> int:
        """How often a step noted something."""
        return sum((line.what, line.step) == (what, step) for line in self._fleet.ledger.lines())

    def reach(self, what: str, step: str, times: int = 1) -> None:
        """Wait until it has noted it so often."""
        self._fleet.until(lambda: self.count(what, step) >= times, explain=lambda: (what, step, self.run))

    def kill(self) -> None:
        """Kill whoever holds the run now, and wait until it is another's; it may have just ended."""
        run = self.run
        if run.worker is None:
            return
        self.killed.add(run.worker.pid)
        os.kill(run.worker.pid, signal.SIGKILL)
        self._fleet.until(lambda: self.run.epoch > run.epoch or self.run.is_final, explain=lambda: self.run)

    def end(self) -> Run:
        """Wait until it has ended."""
        self._fleet.until(lambda: self.run.is_final, explain=lambda: self.run)
        return self.run

    def check(self) -> None:
        """Everything that is true of any run is true of this one."""
        seen = Seen(ledger=self._fleet.ledger, hurt=frozenset(self.killed))
        assert [str(v) for v in violations(self._fleet.database_url, seen)] == []


def test_a_run_that_may_repeat_steps_succeeds_whenever_its_worker_is_killed(fleet: Fleet) -> None:
    """Policy rerun: killed in the middle of steps, and as soon as they have noted their end."""
    inside, between = NAMES[1::EVERY], NAMES[2::EVERY]
    for name in inside:
        fleet.hold(name)
    hurt = Hurt(fleet, **{"jupyter_orch/resume": "rerun"})
    for number, name in enumerate(NAMES):
        if name in inside:
            hurt.reach("begin", name)
            hurt.kill()
            hurt.reach("begin", name, 2)
            fleet.release(name)
        elif name in between and number < len(NAMES) - 1:
            hurt.reach("end", name)
            hurt.kill()
    run = hurt.end()
    assert run.status is RunStatus.SUCCESS and run.resume_count >= len(inside)
    assert all(hurt.count("begin", name) == 2 for name in inside)
    hurt.check()


@pytest.mark.parametrize("at", range(len(NAMES)) if IS_LONG else (0, 7))
def test_a_step_that_may_not_be_repeated_is_not(fleet: Fleet, at: int) -> None:
    """Policy fail: the step in flight fails with a word of what that means, and what stands behind it does not run."""
    fleet.hold(NAMES[at])
    hurt = Hurt(fleet)
    hurt.reach("begin", NAMES[at])
    hurt.kill()
    fleet.release(NAMES[at])
    run = hurt.end()
    events = fleet.instance().storage.read_events(run.run_id, limit=10_000)
    assert run.status is RunStatus.FAILURE and run.failure is not None and run.failure.cls == "WorkerLost"
    assert tuple(e.event.step_key for e in events if e.event.type is EventType.STEP_SUCCESS) == NAMES[:at]
    (failed,) = [e.event for e in events if e.event.type is EventType.STEP_FAILURE]
    assert failed.step_key == NAMES[at] and "may have done part of its work" in failed.message
    assert hurt.count("begin", NAMES[at]) == 1 and all(hurt.count("begin", name) == 0 for name in NAMES[at + 1 :])
    hurt.check()
