"""The id of a tick's run says whose it is and when it was due: whoever makes the run, it is the same one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_orch.records.run import RunFilter
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.surroundings import (
    MINUTE,
    START,
    Answers,
    Hands,
    ScheduleReplica,
    SensorReplica,
    schedule,
    sensor,
)

Make = Callable[[SqlStorage, Answers], ScheduleReplica | SensorReplica]


def _scheduler(storage: SqlStorage, answers: Answers) -> ScheduleReplica:
    return ScheduleReplica(storage, answers, "any", [schedule()])


def _sensor_loop(storage: SqlStorage, answers: Answers) -> SensorReplica:
    return SensorReplica(storage, answers, "any", [sensor()])


@pytest.mark.parametrize("make", [_scheduler, _sensor_loop])
def test_replicas_that_know_nothing_of_each_other_make_the_same_runs(
    tmp_path: Path, hands: Hands, answers: Answers, make: Make
) -> None:
    answers.answer = {"requests": [{"run_key": "first"}, {"run_key": "second"}]}
    assert _made(tmp_path / "one", hands, answers, make) == _made(tmp_path / "other", hands, answers, make)


def _made(folder: Path, hands: Hands, answers: Answers, make: Make) -> list[str]:
    storage = SqlStorage(Database(f"sqlite:///{folder}/orch.db"))
    hands.now = START
    replica = make(storage, answers)
    try:
        replica.poll()
        hands.now = START + MINUTE
        replica.poll()
        made = [run.run_id for run in storage.list_runs(RunFilter(), limit=9, oldest_first=True)]
    finally:
        replica.loop.stop()
        storage.dispose()
    assert len(set(made)) == 2
    return made
