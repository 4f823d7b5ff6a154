"""Warm workers: forked ahead, used again, replaced when they die; cold when nothing warm is left."""

from __future__ import annotations

import os
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.launchers.warm import WarmLauncher
from jupyter_orch.ports import LaunchOrder, WorkerHealth
from jupyter_orch.processes import is_alive
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.settings import read_settings
from tests.conftest import submission

S = RunStatus


class World:
    """An instance on SQLite and its warm launcher; the runner is a command that does not exist, so each run ends."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True)
        self.home = home
        self.instance: Instance = open_instance(read_settings(home))
        self.launcher = WarmLauncher(str(home))

    def launch(self, **changes: Any) -> tuple[Run, str]:
        run, _ = self.instance.journal.submit(submission())
        won = self.instance.journal.dequeue(run)
        assert won is not None
        order = LaunchOrder(
            run_id=run.run_id,
            epoch=won[0].epoch,
            token=won[1],
            home=str(self.home),
            runner_command=("/nowhere/python",),
            **changes,
        )
        return won[0], self.launcher.launch(order)

    def ended(self, run: Run) -> Run:
        wait_for(lambda: self.now(run).is_final)
        return self.now(run)

    def now(self, run: Run) -> Run:
        found = self.instance.storage.get_run(run.run_id)
        assert found is not None
        return found

    def worker(self, run: Run) -> int:
        worker = self.ended(run).worker
        assert worker is not None
        return worker.pid

    def parent(self) -> int:
        process = self.launcher._process
        assert process is not None
        return process.pid


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "instance")
    yield made
    made.launcher.stop()
    made.instance.close()


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_a_run_is_launched_warm_and_ends_with_what_was_wrong(world: World) -> None:
    run, how = world.launch()
    assert how == "forked from a warm worker"
    ended = world.ended(run)
    assert ended.status == S.FAILURE and ended.failure is not None
    assert "can not start /nowhere/python" in ended.failure.message


def test_a_worker_whose_run_has_ended_takes_the_next_one(world: World) -> None:
    pids = []
    for _ in range(4):
        run, _ = world.launch()
        pids.append(world.worker(run))
        wait_for(lambda: bool(_come_back(world)))
    assert len(set(pids)) == 1, "one process, one run after the other"


def test_a_burst_gets_workers_of_its_own(world: World) -> None:
    launched = [world.launch() for _ in range(6)]
    assert {how for _, how in launched} == {"forked from a warm worker"}
    assert all(world.ended(run).status == S.FAILURE for run, _ in launched)


def test_a_worker_that_died_while_it_waited_is_passed_over(world: World) -> None:
    run, _ = world.launch()
    pid = world.worker(run)
    wait_for(lambda: bool(_come_back(world)))
    os.kill(pid, signal.SIGKILL)
    again, how = world.launch()
    assert how == "forked from a warm worker" and world.worker(again) != pid


def test_without_its_parent_the_launch_is_cold_and_the_next_one_warm_again(world: World) -> None:
    wait_for(lambda: world.launcher._spare is not None)
    os.kill(world.parent(), signal.SIGKILL)
    run, how = world.launch()
    assert how.startswith("in a new process (") and world.ended(run).status == S.FAILURE
    (started,) = world.instance.storage.read_events(run.run_id, types=["PIPELINE_START"])
    assert "in a new process (the warm process" in started.event.message, "the run's log says why"
    assert world.launcher.check_run_worker_health(run) in (WorkerHealth.RUNNING, WorkerHealth.GONE)

    def is_warm() -> bool:
        return world.launch()[1] == "forked from a warm worker"

    wait_for(is_warm)


def test_a_parent_that_says_nothing_is_waited_for_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for(lambda: world.launcher._spare is not None)
    monkeypatch.setattr(world.launcher, "_refill", lambda: None)
    run, _ = world.launch()
    stopped = world.parent()
    os.kill(stopped, signal.SIGSTOP)
    silent, how = world.launch()
    assert "has not answered within" in how and world.ended(silent).status is S.FAILURE
    assert world.parent() != stopped and world.launch()[1] == "forked from a warm worker"
    assert world.ended(run).failure is not None, "what the stopped one had launched has told how it ended"


def test_who_has_no_run_ends_with_its_parent_and_who_has_one_goes_on(world: World) -> None:
    wait_for(lambda: world.launcher._spare is not None)
    spare = world.launcher._spare
    assert spare is not None
    waits = world.launcher._who[spare]
    world.launcher._spare = None
    run, _ = world.launch()
    os.kill(world.parent(), signal.SIGKILL)
    wait_for(lambda: not is_alive(waits))
    assert world.ended(run).failure is not None, "it has told how its run ended"
    spare.close()


def test_without_its_folder_the_launch_is_cold_and_the_next_one_warm_again(world: World) -> None:
    wait_for(lambda: world.launcher._spare is not None)
    shutil.rmtree(world.launcher._path.parent)
    spare, world.launcher._spare = world.launcher._spare, None
    assert spare is not None
    spare.close()
    run, how = world.launch()
    assert "does not answer" in how and world.ended(run).status is S.FAILURE

    def is_warm() -> bool:
        return world.launch()[1] == "forked from a warm worker"

    wait_for(is_warm)


def test_workers_outlive_the_launcher(world: World) -> None:
    run, _ = world.launch()
    world.launcher.stop()
    assert world.ended(run).status == S.FAILURE


def _come_back(world: World) -> list[int]:
    """Descriptors of workers that have said that they wait."""
    poll = select.poll()
    for worker in world.launcher._busy:
        poll.register(worker, select.POLLIN)
    return [fd for fd, _ in poll.poll(0)]
