"""One chaos campaign: a client that launches and cancels, a monkey that hurts, and a checker at the end."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from jupyter_orch import clock
from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.messages import LocationTarget, PipelineSelector
from jupyter_orch.records.run import RunFilter, Submission
from jupyter_orch.records.status import FINAL, RunStatus
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.problems import CannotTerminate
from tests.chaos.checker import Seen, Violation, impossible_states, violations
from tests.chaos.disk import Disk
from tests.chaos.fleet import Fleet
from tests.chaos.monkey import Monkey
from tests.postgres import Postgres

UNFINISHED = RunFilter(statuses=tuple(status for status in RunStatus if status not in FINAL))
MIXTURE = ("once", "once", "again", "again", "again", "mapped", "mapped", "twelve", "again", "notebook")
QUIET = 45.0
"""Seconds after the last run within which every process of a run must be gone: seconds, on a machine with other work."""
MINUTE = 60.0
AHEAD = 10
"""Faults by whose share of runs the client may be ahead, so that no fault meets a fleet without work."""
TOLD_EVERY = 100
"""Runs between two lines of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done.

    Attributes:
        runs: that the client launches, besides those of the sensor.
        every: seconds between two faults.
        patience: seconds for everything to end after the last fault.
        minutes: after which no more is done, however much was; a slow machine does less, and the report says how much.
    """

    runs: int
    faults: int
    every: float = 1.0
    longest_pause: float = 2.0
    patience: float = 180.0
    minutes: float = 110.0


@dataclass(slots=True)
class Report:
    """What happened.

    Attributes:
        runs: how many ended how.
        slowest_end: seconds from the last fault until everything was at rest.
        last_left: seconds until the last process of a run was gone, after that.
        was_cut_short: somebody pressed Ctrl-C, or the time was over; what had been done by then was checked all the same.
        logs: the daemons' own, when there are violations.
    """

    database: str
    seed: int
    size: dict[str, Any]
    faults: dict[str, int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    resumed: int = 0
    steps: int = 0
    seconds: float = 0.0
    slowest_end: float = 0.0
    last_left: float = 0.0
    was_cut_short: bool = False
    violations: list[str] = field(default_factory=list)
    logs: str = ""

    @property
    def is_well(self) -> bool:
        """Whether all of it was done, and nothing found."""
        return not self.violations and not self.was_cut_short


class Client:
    """Launches runs under keys of its own and asks again until it gets an answer, as a program would.

    Attributes:
        number: how many of the mixture it has launched.
    """

    def __init__(self, fleet: Fleet, seed: int) -> None:
        self._fleet = fleet
        self._chance = random.Random(f"client {seed}")
        self.instance = fleet.instance()
        self._canceler = Canceler(self.instance.storage, self.instance.journal)
        self.number = 0
        folder = str(fleet.folder / "workspace")
        self._target = LocationTarget(
            name="code.py", kind="python_file", path=f"{folder}/code.py", working_directory=folder
        )

    def launch_any(self) -> None:
        """Launch another run of the mixture."""
        self.number += 1
        self._submit(self._asked(self._chance.choice(MIXTURE)))

    def launch(self, pipeline: str, tags: dict[str, str] | None = None, config: dict[str, Any] | None = None) -> str:
        """Launch a run of this pipeline; its id."""
        return self._submit(self._submission(pipeline, tags or {}, config or {}))

    def _submit(self, submission: Submission) -> str:
        for _ in _tries():
            with suppress(StorageUnavailable):
                run, _ = self.instance.journal.submit(submission)
                self._fleet.ledger.acknowledged.append(run.run_id)
                return run.run_id
        raise AssertionError("the storage never answered")

    def cancel_one(self) -> None:
        """Cancel one of the newest runs, whatever it is doing."""
        ledger = self._fleet.ledger
        if ledger.acknowledged:
            run_id = self._chance.choice(ledger.acknowledged[-10:])
            ledger.canceled.add(run_id)
            with suppress(StorageUnavailable, CannotTerminate):
                self._canceler.cancel(run_id, "the client")

    def unfinished(self) -> int:
        """How many runs have not ended."""
        for _ in _tries():
            with suppress(StorageUnavailable):
                return self.instance.storage.count_runs(UNFINISHED)
        raise AssertionError("the storage never answered")

    def _asked(self, pipeline: str) -> Submission:
        config: dict[str, Any] = {}
        if pipeline == "mapped" or self._chance.random() < 0.2:
            config = {"execution": {"multiprocess": {"config": {"max_concurrent": 2}}}}
        if pipeline == "notebook":
            config = {"solids": {"cells": {"config": {"folder": str(self._fleet.folder)}}}}
        tags = {"chaos/number": str(self.number)}
        if pipeline in ("again", "mapped", "notebook"):
            tags["jupyter_orch/resume"] = "rerun"
        if pipeline == "again" and self._chance.random() < 0.3:
            tags["jupyter_orch/pool"] = "narrow"
        return self._submission(pipeline, tags, config, f"chaos-{self.number}")

    def _submission(
        self, pipeline: str, tags: dict[str, str], config: dict[str, Any], key: str | None = None
    ) -> Submission:
        return Submission(
            location="code.py",
            target=self._target,
            selector=PipelineSelector(repository="repo", pipeline=pipeline),
            run_config=config,
            tags=tags,
            idempotency_key=key,
        )


def campaign(
    folder: Path,
    database_url: str,
    seed: int,
    size: Size,
    postgres: Postgres | None = None,
    disk: Disk | None = None,
) -> Report:
    """Do it all; violations are in the report, nothing is raised for them.

    Args:
        disk: what the database lies on, when the monkey may fill it.
    """
    begun = time.monotonic()
    report = Report(database="postgres" if postgres else "sqlite", seed=seed, size=asdict(size))
    chance = random.Random(f"campaign {seed}")
    found: list[Violation] = []
    with Fleet(folder, database_url) as fleet:
        client = Client(fleet, seed)
        monkey = Monkey(fleet, seed, size.faults, size.every, postgres, size.longest_pause, disk)
        monkey.start()
        try:
            found += _hurt_and_launch(fleet, client, monkey, size, chance)
        except KeyboardInterrupt:
            report.was_cut_short = True
        finally:
            monkey.stop()
        quiet_since = time.monotonic()
        found += _settle(fleet, client, size.patience)
        report.slowest_end = round(time.monotonic() - quiet_since, 1)
        seen = Seen(
            ledger=fleet.ledger,
            hurt=monkey.killed(),
            processes=tuple(fleet.processes()),
            homes=tuple(sorted(folder.glob("home*"))),
        )
        found += _at_rest(fleet, seen)
        report.last_left = round(time.monotonic() - quiet_since - report.slowest_end, 1)
        report.was_cut_short |= len(monkey.faults) < size.faults or client.number < size.runs
        _count(report, fleet, monkey)
        if found:
            report.violations, report.logs = [*map(str, found)], fleet.logs()
    report.seconds = round(time.monotonic() - begun, 1)
    return report


def _hurt_and_launch(
    fleet: Fleet, client: Client, monkey: Monkey, size: Size, chance: random.Random
) -> list[Violation]:
    """Until both have done what was asked for, or the time is over."""
    deadline = time.monotonic() + size.minutes * MINUTE
    pace = size.faults * size.every / size.runs
    found: list[Violation] = []
    while client.number < size.runs and time.monotonic() < deadline:
        client.launch_any()
        _tell(client, monkey)
        if chance.random() < 0.05:
            client.cancel_one()
        found += _impossible(fleet.database_url) if chance.random() < 0.02 else []
        time.sleep(pace * chance.uniform(0.2, 1.4))
        while client.number * size.faults > (len(monkey.faults) + AHEAD) * size.runs and monkey.is_alive():
            time.sleep(0.1)
    while monkey.is_alive() and time.monotonic() < deadline:
        monkey.join(1.0)
    return found


def _impossible(database_url: str) -> list[Violation]:
    """What must never be, if the database can be asked at this moment."""
    try:
        return impossible_states(database_url, clock.now())
    except OperationalError:
        return []


def _tell(client: Client, monkey: Monkey) -> None:
    if client.number % TOLD_EVERY == 0:
        print(f"{client.number} runs launched, {len(monkey.faults)} faults done", file=sys.stderr, flush=True)


def _settle(fleet: Fleet, client: Client, patience: float) -> list[Violation]:
    """No more of anything: the sensor stops asking and all that was launched comes to its end."""
    fleet.ebb()
    deadline = time.monotonic() + patience
    quiet_since = None
    while time.monotonic() < deadline:
        fleet.restart_the_dead()
        if client.unfinished():
            quiet_since = None
        elif quiet_since is None:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > 3.0:  # a sensor's last evaluation may still have been on its way
            return []
        time.sleep(0.2)
    return [
        Violation(kind="stuck", what=f"{client.unfinished()} runs have not ended {patience:g} s after the last fault")
    ]


def _at_rest(fleet: Fleet, seen: Seen) -> list[Violation]:
    """What is wrong; processes have a while to leave."""
    deadline = time.monotonic() + QUIET
    while True:
        found = violations(fleet.database_url, seen)
        if not any(v.kind in ("orphan", "folder", "tick") for v in found) or time.monotonic() > deadline:
            return found
        time.sleep(0.5)
        seen = Seen(
            ledger=seen.ledger,
            hurt=seen.hurt,
            processes=tuple(fleet.processes()),
            homes=seen.homes,
            excused=seen.excused,
        )


def _count(report: Report, fleet: Fleet, monkey: Monkey) -> None:
    storage = fleet.instance().storage
    every = storage.list_runs(RunFilter(), limit=1_000_000)
    report.faults = dict(sorted(monkey.counts().items()))
    report.runs = dict(Counter(run.status.value for run in every))
    report.resumed = sum(run.resume_count for run in every)
    report.steps = sum(line.what in ("end", "cell-end") for line in fleet.ledger.lines())


def _tries() -> Iterator[int]:
    """Long enough for any outage that a campaign makes."""
    deadline = time.monotonic() + 120.0
    number = 0
    while time.monotonic() < deadline:
        yield number
        number += 1
        time.sleep(0.1)
    raise AssertionError("the storage did not answer for two minutes")
