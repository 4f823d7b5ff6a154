"""Q6: the worker of a run of twelve steps is killed inside steps and between them; what has ended is never done again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from itertools import pairwise
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
THE_END = "the end"
BETWEEN = f"""

from jupyter_orch.execution.work import Work

take_ready = Work.take_ready


def take_ready_behind_a_gate(work, limit=1):
    taken = take_ready(work, limit)
    for name in [step.key for step in taken] or ["{THE_END}"]:
        note("before", step=name)
        pass_gate(f"before-{{name}}")
    return taken


Work.take_ready = take_ready_behind_a_gate
"""
"""Put behind the code: gates where the step before has told of its end and the next one has not begun."""


@pytest.fixture
def fleet(tmp_path: Path, database_url: str) -> Iterator[Fleet]:
    """One daemon that lets a run go on as often as it must, and stops runs also between their steps."""
    monitoring = {"start_timeout_seconds": 20, "max_resume_run_attempts": 100}
    made = Fleet(tmp_path / "fleet", database_url, replicas=1, with_sensor=False, run_monitoring=monitoring)
    with open(made.folder / "workspace" / "code.py", "a") as code:
        code.write(BETWEEN)
    with made as started:
        yield started


class Hurt:
    """One run whose workers are killed."""

    def __init__(self, fleet: Fleet, **tags: str) -> None:
        self._fleet = fleet
        self._storage = fleet.instance().storage
        self.run_id = Client(fleet, 0).launch("twelve", tags)
        self.killed: dict[int, list[float]] = {}

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

    def events(self, kind: EventType) -> list[str | None]:
        """Steps of which there is such an event."""
        found = self._storage.read_events(self.run_id, limit=10_000, types=[kind])
        return [stored.event.step_key for stored in found]

    def deafen(self) -> None:
        """Whoever holds the run now stores nothing any more of what its steps say."""
        run = self.run
        assert run.worker is not None, run
        os.kill(run.worker.pid, signal.SIGSTOP)

    def kill(self) -> None:
        """Kill whoever holds the run now, and wait until it is another's or has ended for that."""
        run = self.run
        assert run.worker is not None, run
        self.killed.setdefault(run.worker.pid, []).append(time.monotonic())
        os.kill(run.worker.pid, signal.SIGKILL)
        self._fleet.until(lambda: self.run.epoch > run.epoch or self.run.is_final, explain=lambda: self.run)

    def end(self) -> Run:
        """Wait until it has ended."""
        self._fleet.until(lambda: self.run.is_final, explain=lambda: self.run)
        return self.run

    def check(self) -> None:
        """Everything that is true of any run is true of this one."""
        seen = Seen(ledger=self._fleet.ledger, hurt=self.killed)
        assert [str(v) for v in violations(self._fleet.database_url, seen)] == []


@pytest.mark.parametrize("policy", ["rerun", "fail"])
def test_a_run_succeeds_whenever_its_worker_is_killed(fleet: Fleet, policy: str) -> None:
    """Killed in a step under the policy rerun, that step begins once more; killed between two steps, none does.

    Of every other kill between steps, the end of the step before has not been stored: only the run's spool knows it.
    """
    inside = NAMES[::EVERY] if policy == "rerun" else ()
    between = (*NAMES[EVERY // 2 :: EVERY], THE_END)
    spooled = between[1::2]
    before_spooled = tuple(last for last, name in pairwise((*NAMES, THE_END)) if name in spooled)
    for gate in (*inside, *before_spooled, *(f"before-{name}" for name in between)):
        fleet.hold(gate)
    hurt = Hurt(fleet, **({"jupyter_orch/resume": "rerun"} if policy == "rerun" else {}))
    for last, name in pairwise((None, *NAMES, THE_END)):
        if name in between:
            hurt.reach("before", name)
            if name in spooled:
                assert last not in hurt.events(EventType.STEP_SUCCESS)
            elif last:
                fleet.until(lambda last=last: last in hurt.events(EventType.STEP_SUCCESS))
            hurt.kill()
            fleet.release(f"before-{name}")
        if name in inside:
            hurt.reach("begin", name)
            hurt.kill()
        if name in before_spooled:
            hurt.reach("begin", name, 1 + (name in inside))
            hurt.deafen()
        fleet.release(name)
    run = hurt.end()
    assert run.status is RunStatus.SUCCESS and run.resume_count == len(inside) + len(between)
    for name in NAMES:
        assert hurt.count("before", name) == 1 + (name in between) + (name in inside), name
        assert hurt.count("begin", name) == 1 + (name in inside) and hurt.count("end", name) == 1, name
    assert tuple(hurt.events(EventType.STEP_UP_FOR_RETRY)) == inside
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
