"""Rows H: a cold run's code begins before its worker has a database; whatever fails on the way, the promises hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_orch.launchers.cold import ColdLauncher
from jupyter_orch.ports import LaunchOrder, StorageUnavailable
from jupyter_orch.processes import is_alive
from jupyter_orch.records.messages import RunSpec
from jupyter_orch.records.run import ProcessIdentity
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.early_claim import EarlyClaim
from tests.failures.deployment import Deployment

S = RunStatus
HERE: dict[str, object] = {"execution": {"in_process": {}}}
LINE = ["a", "a-end", "b", "b-end", "c", "c-end"]
Make = Callable[[], RunSpec | None]
Asked = list[tuple[ProcessIdentity, ProcessIdentity]]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """One on SQLite: what is tested lies between launcher, worker and runner."""
    deployment = Deployment(tmp_path / "deployment", f"sqlite:///{tmp_path}/orch.db")
    yield deployment
    deployment.launcher.join()
    deployment.close()


def _claiming(deployment: Deployment, how: Callable[[Make, str], RunSpec | None] = lambda make, _: make()) -> Asked:
    """Let the launcher claim for its workers.

    Args:
        how: gets what makes the claim, and the run's id.

    Returns:
        The worker and runner of each claim that was asked for.
    """
    claim = EarlyClaim(
        deployment.settings, deployment.storage, deployment.journal, deployment.instance.compute_logs.folder
    )
    asked: Asked = []

    def heard(order: LaunchOrder, worker: ProcessIdentity, runner: ProcessIdentity, words: str) -> RunSpec | None:
        asked.append((worker, runner))
        return how(lambda: claim(order, worker, runner, words), order.run_id)

    deployment.launcher = deployment.launching._launcher = ColdLauncher(claim=heard)
    return asked


def _closed_door(deployment: Deployment) -> Callable[[], None]:
    """Workers can not open the instance from now on; returns how to end that."""
    settings = deployment.home / "orch.yaml"
    text = settings.read_text()
    settings.write_text("storage: [")
    return lambda: (settings.write_text(text), None)[1]


def test_H_1_code_runs_before_the_worker_has_opened_anything(deployment: Deployment) -> None:
    """H-1: the row names worker and runner, the first step is under way, and the worker has no database yet."""
    asked = _claiming(deployment)
    deployment.hold("a")
    open_again = _closed_door(deployment)
    run_id = deployment.launch("line", HERE)
    deployment.reach("a")
    run = deployment.run(run_id)
    assert run.status == S.STARTED and [(run.worker, run.runner)] == asked
    open_again()
    deployment.release("a")
    assert deployment.settle(run_id).status == S.SUCCESS and deployment.ledger() == LINE
    assert deployment.workers_have_left() == [0] and not is_alive(asked[0][1])
    assert len(deployment.events(run_id, "PIPELINE_START")) == 1
    assert "in a new process" in deployment.told(run_id)
    deployment.check_history(run_id)


def test_H_2_a_claim_whose_answer_is_lost_is_the_workers_all_the_same(deployment: Deployment) -> None:
    """H-2: the claim was made and nobody says so; the worker finds the run its own and gives the order itself."""

    def lost(make: Make, _: str) -> RunSpec | None:
        make()
        raise StorageUnavailable("the line broke")

    asked = _claiming(deployment, lost)
    run_id = deployment.launch("line", HERE)
    assert deployment.settle(run_id).status == S.SUCCESS and deployment.ledger() == LINE
    assert len(asked) == 1 and len(deployment.events(run_id, "PIPELINE_START")) == 1
    deployment.check_history(run_id)


def test_H_3_a_launcher_that_stops_leaves_the_claim_to_the_worker(deployment: Deployment) -> None:
    """H-3: a command line that launches and ends answers nobody."""
    asked = _claiming(deployment)
    run_id = deployment.launch("line", HERE)
    deployment.launcher.stop()
    assert deployment.settle(run_id).status == S.SUCCESS and deployment.ledger() == LINE
    assert asked == [] and deployment.workers_have_left() == [0]
    deployment.check_history(run_id)


def test_H_4_a_run_that_was_canceled_meanwhile_runs_nothing(deployment: Deployment) -> None:
    """H-4: the claim is refused, and so is the worker's own."""

    def late(make: Make, run_id: str) -> RunSpec | None:
        deployment.canceler.cancel(run_id, "ada")
        return make()

    asked = _claiming(deployment, late)
    run_id = deployment.launch("line", HERE)
    assert deployment.workers_have_left() == [75] and len(asked) == 1
    assert deployment.run(run_id).status == S.CANCELED and deployment.ledger() == []
    deployment.check_history(run_id)


def test_H_5_a_cancelation_reaches_a_worker_that_still_imports(deployment: Deployment) -> None:
    """H-5: from the claim on the row names the worker; a signal does not end it and is not forgotten."""

    def canceled(make: Make, run_id: str) -> RunSpec | None:
        spec = make()
        deployment.canceler.cancel(run_id, "ada")
        return spec

    _claiming(deployment, canceled)
    deployment.hold("a")
    run_id = deployment.launch("line", HERE)
    assert deployment.settle(run_id).status == S.CANCELED and "a-end" not in deployment.ledger()
    assert deployment.workers_have_left() == [0]
    deployment.check_history(run_id)


def test_H_6_what_ran_before_its_worker_had_a_database_is_known_when_that_was_killed(deployment: Deployment) -> None:
    """H-6: the runner ends with it; the spool tells what was done, which is not done again."""
    asked = _claiming(deployment)
    deployment.hold("b")
    open_again = _closed_door(deployment)
    run_id = deployment.launch("line", HERE)
    deployment.reach("b")
    deployment.kill_worker(run_id)
    assert not is_alive(asked[0][1])
    open_again()
    deployment.release("b")
    run = deployment.settle(run_id)
    assert run.status == S.FAILURE and run.failure is not None and run.failure.cls == "WorkerLost"
    assert deployment.steps(run_id, "STEP_SUCCESS") == ["a"] and deployment.ledger() == ["a", "a-end", "b"]
    deployment.check_history(run_id)
