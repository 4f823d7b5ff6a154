"""All of a deployment's loops and its workers in one process, on a clock that runs fast: what :mod:`every_failpoint` hurts.

``python -m tests.chaos.one_replica URL FOLDER BEGUN TICKS`` works until it is ended. Everything between two lines of which a
failpoint is, is the deployment's own: schedules, sensors, backfills, the queue, monitoring, retries, notices, cancels, and
the worker's claim, delivery and end. The steps of its runs are events that are told, so that a case takes seconds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from jupyter_orch import clock
from jupyter_orch.automation import schedules as schedule_ticks
from jupyter_orch.automation import sensors as sensor_ticks
from jupyter_orch.automation.backfills import Backfills
from jupyter_orch.automation.deployed import DeployedPartitionSet
from jupyter_orch.automation.notices import NoticeGatherer
from jupyter_orch.automation.schedules import ScheduleTicks
from jupyter_orch.automation.sensors import SensorTicks
from jupyter_orch.automation.switches import Switches
from jupyter_orch.daemon.backfill_loop import BackfillLoop
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.daemon.notifier import Notifier
from jupyter_orch.daemon.rescuer import Rescuer
from jupyter_orch.daemon.retrier import Retrier
from jupyter_orch.daemon.scheduler import Scheduler
from jupyter_orch.daemon.sensor_loop import SensorLoop
from jupyter_orch.daemon.sinks import Sink
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import LaunchOrder, RunLauncher, WorkerHealth
from jupyter_orch.processes import this_process
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.notice import Notice
from jupyter_orch.records.run import ProcessIdentity, Run, Submission
from jupyter_orch.records.snapshot import PartitionSetSnapshot
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.coordinator import QueuedRunCoordinator
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.reexecute import Reexecutor
from jupyter_orch.runs.submit import Submitter
from jupyter_orch.settings import Notification, RunMonitoring, RunRetries, WebhookSettings
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.worker import delivery as delivery_module
from jupyter_orch.worker.delivery import Delivery
from tests.automation import replica_process
from tests.automation.replica_process import fast_clock, stay
from tests.automation.surroundings import Answers, Listed, place, wait_for
from tests.conftest import submission
from tests.failures.deployment import OneLocation

T = TypeVar("T")
SPEED = 20.0
START_TIMEOUT = 30.0
ENDLESS = 1_000_000
STEPS = ("a", "b")
TOLD = (EventType.STEP_START, EventType.STEP_OUTPUT, EventType.STEP_SUCCESS)
PARTITIONS = ("p1", "p2", "p3")
SINK = Notification(on=("failure",), webhook=WebhookSettings(url="http://nowhere.invalid/"))
ASKED = submission(tags={"chaos/number": "1"}, idempotency_key="the client's")
SCHEDULES, SENSORS = "schedules", "sensors"
"""Of whose ticks a process takes care: the failpoints of a tick are the same for both."""


class File(Sink):
    """News as lines of a file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "sent"

    def send(self, notice: Notice) -> None:
        with open(self._path, "a") as file:
            file.write(f"{notice.key} {notice.facts['run_id']}\n")


class Workers(RunLauncher):
    """Workers of another host, as far as anybody can tell: a file says whether one still works."""

    def __init__(self, folder: Path, storage: SqlStorage, journal: Journal) -> None:
        self._folder = folder
        self._storage = storage
        self._journal = journal
        self._orders: list[LaunchOrder] = []
        self._number = 0

    def launch(self, order: LaunchOrder) -> str:
        self._orders.append(order)
        return "in this process"

    def check_run_worker_health(self, run: Run) -> WorkerHealth:
        if run.worker is None:
            return WorkerHealth.UNKNOWN
        with suppress(OSError, ValueError):
            if _is_alive(int((self._folder / f"worker-{run.worker.pid}").read_text())):
                return WorkerHealth.RUNNING
        return WorkerHealth.GONE

    def work(self) -> None:
        """Do what was ordered; a worker that breaks is gone, and its run is left as it is."""
        while self._orders:
            order = self._orders.pop(0)
            self._number += 1
            me = replace(this_process(), host="another-host", pid=os.getpid() * 1000 + self._number)
            alive = self._folder / f"worker-{me.pid}"
            alive.write_text(str(os.getpid()))
            with suppress(OrchError, RuntimeError, OSError):
                self._run(order, me)
            alive.unlink()

    def _run(self, order: LaunchOrder, me: ProcessIdentity) -> None:
        run = self._journal.claim(order.run_id, order.epoch, order.token, me, "in a test", resumed=order.is_resumed)
        if run is None:
            return
        delivery = Delivery(run, self._journal)
        ended = self._storage.read_events(run.run_id, types=[EventType.STEP_SUCCESS])
        for step in [step for step in STEPS if step not in {stored.event.step_key for stored in ended}]:
            for kind in TOLD:
                delivery.add(Event(type=kind, timestamp=clock.now(), message=f"{kind} {step}", step_key=step))
            if not delivery.flush():
                return  # another has it
        delivery.finish(partial(self._journal.succeed, run))


class Replica:
    """One process's share of everything."""

    def __init__(self, storage: SqlStorage, folder: Path, name: str, ticks_of: str) -> None:
        """Args:
        ticks_of: of what it evaluates ticks: :data:`SCHEDULES`, :data:`SENSORS`, or both with a comma.
        """
        self.storage = storage
        self.journal = Journal(storage, lambda _: None, START_TIMEOUT, RunRetries(enabled=True, max_retries=0))
        self._workers = Workers(folder, storage, self.journal)
        self._launching = Launching(
            storage, self.journal, QueuedRunCoordinator(), self._workers, OneLocation({}), "/nowhere"
        )
        answers, switches = Answers(), Switches(storage)
        answers.answer = _code
        found = Listed(
            replica_process.schedules_named(1) if SCHEDULES in ticks_of else [],
            replica_process.sensors_named(1) if SENSORS in ticks_of else [],
            [DeployedPartitionSet(place=place(), partition_set=PartitionSetSnapshot(name="days", pipeline="pipe"))],
        )
        reexecutor = Reexecutor(storage, Submitter(OneLocation({}), self._launching), self._launching)
        self.backfills = Backfills(storage, self.journal, answers, name, found, reexecutor)
        schedules = ScheduleTicks(storage, self.journal, answers, name, max_catchup=100_000)
        sensors = SensorTicks(storage, self.journal, answers, name)
        self._in_threads: tuple[Scheduler | SensorLoop | BackfillLoop, ...] = (
            Scheduler(found, storage, switches, schedules, lambda: None),
            SensorLoop(found, storage, switches, sensors, lambda: None),
            BackfillLoop(storage, self.backfills, lambda: None),
        )
        self._loops: tuple[Loop, ...] = (
            Rescuer(storage, self.journal, self._workers, RunMonitoring(max_resume_run_attempts=ENDLESS)),
            Retrier(storage, self.journal, reexecutor),
        )
        self.notifier = Notifier(storage, NoticeGatherer(storage, found, (SINK,)), {SINK.sink_id: File(folder)})

    def turn(self) -> None:
        """Every loop once, and what was launched meanwhile."""
        for ticking in self._in_threads:
            ticking.turn()
            wait_for(ticking.is_idle)
        with suppress(Exception):  # as the daemon's own loop: the next turn tries again
            self._launching.turn()
        self._workers.work()
        for loop in (*self._loops, self.notifier):
            loop.turn()

    def submit(self, asked: Submission, run_id: str | None = None) -> Run:
        """As a client that asks under its key until it is answered."""
        return self._until_answered(lambda: self._launching.submit(asked, run_id)[0])

    def cancel_at_once(self, run_id: str) -> None:
        """As a person who tries again until the run is canceled."""
        canceler = Canceler(self.storage, self.journal)
        self._until_answered(lambda: self._is_final(run_id) or canceler.cancel(run_id, "somebody", immediately=True))

    def stop(self) -> None:
        """End its threads."""
        for loop in (*self._in_threads, *self._loops, self.notifier):
            loop.stop()

    def _is_final(self, run_id: str) -> bool:
        found = self.storage.get_run(run_id)
        return found is not None and found.is_final

    def _until_answered(self, act: Callable[[], T]) -> T:
        while True:
            try:
                return act()
            except (OrchError, RuntimeError, OSError):
                time.sleep(0.05)


def go_fast(begun: float) -> None:
    """From now on this process's clock is the fast one, a database server's own does not count, and no tick is given up."""
    clock.now = fast_clock(begun, SPEED)
    clock.go_by = stay
    schedule_ticks.MAX_ATTEMPTS = sensor_ticks.MAX_ATTEMPTS = ENDLESS
    delivery_module.RETRY = 0.01


def _code(location: str, method: str, params: dict[str, Any]) -> Any:
    if method == "partition_names":
        return {"names": list(PARTITIONS)}
    if method == "partition_config":
        return {name: {} for name in params["names"]}
    return replica_process.code(location, method, params)


def _is_alive(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}")


def main(url: str, folder: str, begun: str, ticks_of: str, victim: str) -> None:
    """Turn until ended; the first thing is what a client does.

    Args:
        victim: id of a run to cancel at once.
    """
    go_fast(float(begun))
    replica = Replica(SqlStorage(Database(url)), Path(folder), "hurt", ticks_of)
    replica.submit(ASKED)
    replica.cancel_at_once(victim)
    while True:
        replica.turn()


if __name__ == "__main__":
    main(*sys.argv[1:])
