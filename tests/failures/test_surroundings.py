"""Rows E: clocks jump, hosts sleep and boot; and what monitoring ends by the clock."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_orch import clock
from jupyter_orch.ports import Guard
from jupyter_orch.processes import this_process
from jupyter_orch.records.status import RunStatus
from tests.failures.conftest import Make
from tests.failures.deployment import Deployment
from tests.postgres import Postgres

S = RunStatus


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 7200.0], ids=["E_3_ahead", "E_4_back", "E_6_slept"])
def test_E_a_clock_that_jumps_fails_no_healthy_run(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """E-3, E-4, E-6: leases are not judged until the monitor has been in touch for a whole lease."""
    deployment.hold("b")
    run_id = deployment.launch("line")
    deployment.reach("b")
    deployment.turn()
    monkeypatch.setattr(clock, "now", lambda: time.time() + seconds)
    for _ in range(3):
        deployment.turn()
    deployment.release("b")
    run = deployment.settle(run_id)
    assert run.status == S.SUCCESS and run.resume_count == 0


def test_E_8_a_run_of_an_earlier_boot_is_resumed_at_once(deployment: Deployment) -> None:
    """E-8: the process number may live again as somebody else, who is left alone."""
    run, _ = deployment.journal.submit(deployment.run(deployment.launch("line")).submission)
    won = deployment.journal.dequeue(run)
    assert won is not None
    before_the_boot = replace(this_process(), boot="an-earlier-one")
    assert deployment.journal.claim(run.run_id, won[0].epoch, won[1], before_the_boot, "long ago") is not None
    ended = deployment.settle(run.run_id)
    assert ended.status == S.SUCCESS and ended.resume_count == 1


def test_E_7_a_worker_whose_clock_differs_is_judged_by_the_clock_of_the_database(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E-7: its machine's clock is a hundred seconds behind; by that its lease would never have begun."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import time\nright = time.time\ntime.time = lambda: right() - 100.0\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep))
    deployment = Deployment(tmp_path / "deployment", postgres.new_database())
    try:
        deployment.rescuer._in_touch_since -= 1000.0  # this monitor has been in touch for long
        deployment.hold("b")
        run_id = deployment.launch("line")
        deployment.reach("b")
        started = deployment.run(run_id).start_time
        assert started is not None and started < time.time() - 90.0, "its clock really differs"
        for _ in range(3):
            deployment.turn()
        deployment.release("b")
        run = deployment.settle(run_id)
        assert run.status == S.SUCCESS and run.resume_count == 0
        deployment.check_history(run_id)
    finally:
        deployment.close()


@pytest.mark.parametrize("by", ["setting", "tag"])
def test_a_run_that_takes_too_long_is_really_ended(make: Make, by: str) -> None:
    """max_runtime: the setting or the tag; its processes are gone and the reason is told."""
    deployment = make(run_monitoring={"max_runtime_seconds": 1.5 if by == "setting" else None})
    deployment.hold("a")
    run_id = deployment.launch("line", tags={} if by == "setting" else {"dagster/max_runtime": "1.5"})
    deployment.reach("a")
    run = deployment.settle(run_id)
    assert run.status == S.FAILURE and run.failure is not None and run.failure.cls == "RunTimeout"
    assert "maximum runtime of 1.5 s" in run.failure.message
    deployment.until(lambda: deployment.is_gone("a"), daemon=False)
    deployment.check_history(run_id)


def test_a_run_that_takes_its_time_within_the_limit_succeeds(make: Make) -> None:
    """max_runtime: enough is enough."""
    deployment = make(run_monitoring={"max_runtime_seconds": 600})
    assert deployment.settle(deployment.launch("line")).status == S.SUCCESS


def test_a_cancel_whose_worker_hangs_is_ended_after_its_time(make: Make) -> None:
    """cancel_timeout: a stopped worker can not cancel; the monitor does."""
    deployment = make(run_monitoring={"cancel_timeout_seconds": 0.5})
    deployment.hold("a")
    run_id = deployment.launch("line")
    deployment.reach("a")
    deployment.kill_worker(run_id, 19)
    deployment.canceler.cancel(run_id, "ada")
    assert deployment.settle(run_id).status == S.CANCELED
    deployment.until(lambda: deployment.is_gone("a"), daemon=False)


def test_a_launch_that_never_claims_is_tried_again_and_then_fails(make: Make) -> None:
    """start_timeout: three launches in vain end the run with the reason."""
    deployment = make(run_monitoring={"start_timeout_seconds": 0.2})
    run, _ = deployment.journal.submit(deployment.run(deployment.launch("line")).submission)
    for _ in range(3):
        waiting = deployment.run(run.run_id)
        assert waiting.status == S.QUEUED and deployment.journal.dequeue(waiting) is not None
        while deployment.run(run.run_id).status == S.STARTING:
            deployment.rescuer.poll()
    ended = deployment.run(run.run_id)
    assert ended.status == S.FAILURE and ended.failure is not None and "did not start in time" in ended.failure.message


def test_no_limit_at_all_is_a_setting_too(make: Make) -> None:
    """Each limit can be null."""
    nothing = {"start_timeout_seconds": None, "cancel_timeout_seconds": None, "max_runtime_seconds": None}
    deployment = make(run_monitoring=nothing)
    run_id = deployment.launch("line")
    guard = Guard(statuses=(S.STARTING, S.STARTED, S.SUCCESS))
    moved = deployment.storage.move_run(run_id, guard, None)
    assert moved is not None and moved.start_deadline is None
    assert deployment.settle(run_id).status == S.SUCCESS
