"""Rows W: a run worker is killed, stopped, starved, late or doubled."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_orch.daemon.rescuer import Rescuer
from jupyter_orch.launchers.cold import ColdLauncher
from jupyter_orch.launchers.warm import WarmLauncher
from jupyter_orch.ports import RunLauncher
from jupyter_orch.processes import is_alive
from jupyter_orch.records.run import Submission
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs import journal as journal_module
from tests.failures.conftest import Make
from tests.failures.deployment import Deployment

S = RunStatus
Arm = Callable[[str], Path]
RERUN = {"run_monitoring": {"in_flight_steps": "rerun"}}


def test_W_K_a_killed_worker_is_replaced_and_only_what_was_in_flight_is_lost(deployment: Deployment) -> None:
    """W-K: the run is resumed; finished steps are not run again; the step in flight fails, its followers do not run,
    the branch beside it goes on."""
    deployment.hold("b")
    run_id = deployment.launch("fork", {"execution": {"in_process": {}}})
    deployment.reach("b")
    worker = deployment.kill_worker(run_id)
    deployment.release("b")
    run = deployment.settle(run_id)
    assert run.status == S.FAILURE and run.resume_count == 1 and not is_alive(worker)
    assert deployment.ledger().count("a") == 1 and deployment.ledger().count("b") == 1
    assert {"side-end", "last-end"} <= set(deployment.ledger()) and "c" not in deployment.ledger()
    text = deployment.told(run_id)
    assert f"worker process {worker.pid} is gone" in text and "attempt 1 of 3" in text
    assert "WorkLostInFlight" in text and "may have done part of its work" in text
    deployment.check_history(run_id)


def test_W_K_a_chain_whose_middle_was_in_flight_ends_as_worker_lost(deployment: Deployment) -> None:
    """W-K: when all that is left needs the step in flight, the run ends at once and says why."""
    deployment.hold("b")
    run_id = deployment.launch("line")
    deployment.reach("b")
    deployment.kill_worker(run_id)
    deployment.release("b")
    run = deployment.settle(run_id)
    assert run.status == S.FAILURE and run.failure is not None and run.failure.cls == "WorkerLost"
    assert deployment.steps(run_id, "STEP_SUCCESS") == ["a"] and deployment.ledger() == ["a", "a-end", "b"]
    deployment.check_history(run_id)


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_W_K_with_the_policy_rerun_the_run_succeeds_and_finished_steps_ran_once(make: Make, executor: str) -> None:
    """W-K: `in_flight_steps: rerun` repeats the step in flight as a new attempt."""
    deployment = make(**RERUN)
    deployment.hold("b")
    run_id = deployment.launch("line", {"execution": {executor: {}}})
    deployment.reach("b")
    deployment.kill_worker(run_id)
    deployment.until(lambda: deployment.ledger().count("b") == 2)
    deployment.release("b")
    run = deployment.settle(run_id)
    assert run.status == S.SUCCESS and run.resume_count == 1
    assert deployment.ledger() == ["a", "a-end", "b", "b", "b-end", "c", "c-end"]
    assert "The earlier attempt may have had effects" in deployment.told(run_id)
    assert deployment.steps(run_id, "STEP_RESTARTED") == ["b"]
    deployment.check_history(run_id)


def test_W_K_news_that_the_worker_never_read_do_not_change_what_becomes_of_a_step(make: Make) -> None:
    """W-K: the worker stands still, is behind, and is killed then; the runner's end is no failure of its step."""
    deployment = make(**RERUN)
    deployment.hold("a")
    deployment.hold("b")
    run_id = deployment.launch("line", {"execution": {"in_process": {}}})
    deployment.reach("a")
    deployment.kill_worker(run_id, signal.SIGSTOP)
    deployment.release("a")
    deployment.reach("b")
    deployment.kill_worker(run_id)
    deployment.release("b")
    assert deployment.settle(run_id).status == S.SUCCESS
    assert deployment.ledger() == ["a", "a-end", "b", "b", "b-end", "c", "c-end"]
    assert deployment.steps(run_id, "STEP_FAILURE") == []
    deployment.check_history(run_id)


def test_W_K_a_retry_policy_repeats_the_step_without_being_asked(deployment: Deployment) -> None:
    """W-K: a step that may be retried after a failure may be retried after a lost worker."""
    deployment.hold("b")
    run_id = deployment.launch("retrying")
    deployment.reach("b")
    deployment.kill_worker(run_id)
    deployment.release("b")
    assert deployment.settle(run_id).status == S.SUCCESS
    assert deployment.ledger().count("b") == 2 and deployment.ledger().count("a") == 1


def test_W_K_dynamic_steps_keep_what_is_done(deployment: Deployment) -> None:
    """W-K: of mapped steps, the finished ones are kept and the collecting step gets all of them."""
    deployment.hold("work1")
    run_id = deployment.launch("dynamic")
    deployment.reach("work1")
    deployment.kill_worker(run_id)
    deployment.release("work1")
    assert deployment.settle(run_id).status == S.SUCCESS
    assert deployment.ledger() == ["spread", "work0", "work1", "work1", "work2", "gather30"]
    deployment.check_history(run_id)


def test_W_K_resuming_has_an_end(make: Make) -> None:
    """W-K, W-O: a run that loses every worker ends after `max_resume_run_attempts`; no endless loop."""
    deployment = make(run_monitoring={"in_flight_steps": "rerun", "max_resume_run_attempts": 1})
    deployment.hold("a")
    run_id = deployment.launch("line")
    deployment.reach("a")
    deployment.kill_worker(run_id)
    deployment.until(lambda: deployment.ledger().count("a") == 2)
    deployment.kill_worker(run_id)
    run = deployment.settle(run_id)
    assert run.status == S.FAILURE and deployment.ledger() == ["a", "a"]
    deployment.check_history(run_id)


def test_W_K_without_resuming_the_run_fails_at_once(make: Make) -> None:
    """W-K: `max_resume_run_attempts: 0` ends the run, with what was in flight told."""
    deployment = make(run_monitoring={"max_resume_run_attempts": 0})
    deployment.hold("side")
    run_id = deployment.launch("fork")
    deployment.reach("side")
    deployment.kill_worker(run_id)
    assert deployment.settle(run_id).status == S.FAILURE
    assert deployment.steps(run_id, "STEP_FAILURE") == ["side"]


def test_W_K_everything_the_worker_had_started_is_dead_before_another_starts(make: Make) -> None:
    """W-K: step processes of the old worker are gone before the step runs again."""
    deployment = make(**RERUN)
    deployment.hold("litter")
    run_id = deployment.launch("littering", {"execution": {"multiprocess": {}}})
    for what in ("litter", "left-child", "left-session", "left-daemon"):
        deployment.reach(what)
    old = [deployment.pid_of(what) for what in ("litter", "left-child", "left-session", "left-daemon")]
    deployment.kill_worker(run_id)
    deployment.until(lambda: deployment.ledger().count("litter") == 2)
    assert not [pid for pid in old if os.path.exists(f"/proc/{pid}") and _is_running(pid)]
    deployment.release("litter")
    assert deployment.settle(run_id).status == S.SUCCESS
    deployment.until(lambda: all(deployment.is_gone(f"left-{kind}") for kind in ("child", "session", "daemon")))


@pytest.mark.parametrize("place", ["worker.claim.before", "worker.claim.after"])
def test_W_K_killed_around_its_claim_nothing_is_lost(make: Make, failpoints: Arm, place: str) -> None:
    """W-K at the places of the protocol where no user code has run yet: another worker does all of it."""
    deployment = make()
    hits = failpoints(f"{place}=kill")
    run_id = deployment.launch("line")
    run = deployment.settle(run_id)
    assert (hits / f"{place}.1").exists()
    assert run.status == S.SUCCESS and deployment.ledger() == ["a", "a-end", "b", "b-end", "c", "c-end"]
    deployment.check_history(run_id)


def test_W_K_killed_before_the_end_is_stored_nothing_runs_twice(deployment: Deployment, failpoints: Arm) -> None:
    """W-K: all steps are done; the next worker has only the end to say, or a last step whose end was lost to report."""
    failpoints("worker.finish.before=kill")
    run_id = deployment.launch("line")
    run = deployment.settle(run_id)
    assert deployment.ledger() == ["a", "a-end", "b", "b-end", "c", "c-end"]
    lost = deployment.steps(run_id, "STEP_FAILURE")
    assert (run.status, lost) in ((S.SUCCESS, []), (S.FAILURE, ["c"]))
    deployment.check_history(run_id)


def test_W_K_killed_just_after_the_order_was_sent(make: Make, failpoints: Arm) -> None:
    """W-K: whatever the runner had begun by then, no step has two attempts without being allowed to."""
    deployment = make()
    failpoints("worker.order.sent=kill")
    run_id = deployment.launch("line")
    run = deployment.settle(run_id)
    begun = deployment.ledger()
    assert begun.count("a") == 1 or (run.status == S.SUCCESS and begun.count("a") == 1), begun
    deployment.check_history(run_id)


@pytest.mark.parametrize("killed", ["worker", "runner", "both"])
def test_W_K_killed_while_its_run_is_canceled_the_run_ends_canceled(deployment: Deployment, killed: str) -> None:
    """W-K in the middle of a cancel that the step does not hear: nothing goes on, nothing is retried."""
    deployment.hold("deaf")
    run_id = deployment.launch("ignoring", {"execution": {"in_process": {}}})
    deployment.reach("deaf")
    worker, runner = deployment.run(run_id).worker, deployment.run(run_id).runner
    assert worker is not None and runner is not None
    deployment.canceler.cancel(run_id, "ada")
    for who in (worker, runner) if killed == "both" else (worker,) if killed == "worker" else (runner,):
        with contextlib.suppress(ProcessLookupError):  # it ended with the other
            os.kill(who.pid, signal.SIGKILL)
    run = deployment.settle(run_id)
    assert (run.status, run.resume_count, deployment.ledger()) == (S.CANCELED, 0, ["deaf"])
    assert not is_alive(runner)
    deployment.check_history(run_id)


def test_W_T_W_H_a_stopped_worker_is_ended_and_what_it_writes_later_does_not_count(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W-T, W-H: alive and silent for two leases: it is killed, for certain, and the run resumed."""
    deployment = make(**RERUN)
    monkeypatch.setattr(journal_module, "LEASE", 1.0)
    monkeypatch.setattr("jupyter_orch.daemon.rescuer.LEASE", 1.0)
    deployment.hold("b")
    run_id = deployment.launch("line")
    deployment.reach("b")
    worker = deployment.kill_worker(run_id, signal.SIGSTOP)
    stale = deployment.run(run_id)
    held = journal_module.Guard(statuses=(S.STARTED,), epoch=stale.epoch)
    deployment.storage.move_run(run_id, held, None, lease_until=0.0)  # as if its last report were long ago
    deployment.until(lambda: deployment.run(run_id).epoch > stale.epoch)
    assert not is_alive(worker)
    deployment.release("b")
    assert deployment.settle(run_id).status == S.SUCCESS
    assert deployment.journal.append(run_id, stale.epoch, []) is None, "the old epoch is fenced"
    assert "has not reported for" in deployment.told(run_id)


def test_W_T_W_L_a_worker_that_goes_on_in_time_is_left_alone(deployment: Deployment) -> None:
    """W-T, W-L: stopped or starved for a moment, within its lease: nothing happens."""
    deployment.hold("b")
    run_id = deployment.launch("line")
    deployment.reach("b")
    deployment.kill_worker(run_id, signal.SIGSTOP)
    deployment.turn()
    deployment.turn()
    deployment.kill_worker(run_id, signal.SIGCONT)
    deployment.release("b")
    run = deployment.settle(run_id)
    assert run.status == S.SUCCESS and run.resume_count == 0


def test_W_O_a_worker_killed_for_memory_is_resumed_like_any_other(deployment: Deployment) -> None:
    """W-O: the out-of-memory killer's signal 9 to worker and runner both."""
    deployment.hold("side")
    run_id = deployment.launch("retrying")
    deployment.reach("a")
    runner = deployment.run(run_id).runner
    assert runner is not None
    os.kill(deployment.worker(run_id).pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):  # it may have ended itself already
        os.kill(runner.pid, signal.SIGKILL)
    run = deployment.settle(run_id)
    assert run.is_final and deployment.ledger().count("a") == 1
    deployment.check_history(run_id)


def test_W_R_events_of_the_next_epoch_follow_those_of_the_one_before(deployment: Deployment) -> None:
    """W-R: the log says from how much the run goes on, and no epoch's events are mixed with another's."""
    deployment.hold("b")
    run_id = deployment.launch("retrying")
    deployment.reach("b")
    deployment.kill_worker(run_id)
    deployment.release("b")
    deployment.settle(run_id)
    kinds = [e.event.type.value for e in deployment.events(run_id)]
    assert kinds.count("PIPELINE_START") == 2
    second = len(kinds) - 1 - kinds[::-1].index("PIPELINE_START")
    assert "1 of 3 steps are kept" in deployment.told(run_id)
    assert all(deployment.events(run_id)[n].event.step_key != "a" for n in range(second, len(kinds)))


def test_W_2_of_two_workers_for_one_run_one_runs_it(deployment: Deployment, failpoints: Arm) -> None:
    """W-2: the second finds the run taken and leaves before any user code."""
    run, _ = deployment.journal.submit(_asked(deployment))
    hits = failpoints("worker.claim.before=sleep:1@1")
    won = deployment.journal.dequeue(run)
    assert won is not None
    order = deployment.launching._order(*won)
    second = ColdLauncher()
    deployment.launcher.launch(order)
    second.launch(order)
    assert deployment.settle(run.run_id).status == S.SUCCESS
    deployment.until(lambda: len(list(hits.iterdir())) == 2, daemon=False)
    ended = [*deployment.launcher._started.values(), *second._started.values()]
    deployment.until(lambda: all(p.poll() is not None for p in ended), daemon=False)
    assert sorted(p.returncode for p in ended) == [0, 75]
    assert deployment.ledger() == ["a", "a-end", "b", "b-end", "c", "c-end"]
    assert len(deployment.events(run.run_id, "PIPELINE_START")) == 1


def test_W_2_a_worker_that_comes_after_its_run_was_canceled_runs_nothing(
    deployment: Deployment, failpoints: Arm
) -> None:
    """W-2, Z-T: late claims change no row."""
    hits = failpoints("worker.claim.before=stop")
    run_id = deployment.launch("line")
    deployment.until(lambda: (hits / "worker.claim.before.1").exists(), daemon=False)
    pid = int((hits / "worker.claim.before.1").read_text())
    deployment.canceler.cancel(run_id, "ada")
    os.kill(pid, signal.SIGCONT)
    assert deployment.workers_have_left() == [75]
    assert deployment.run(run_id).status == S.CANCELED and deployment.ledger() == []
    deployment.check_history(run_id)


def test_Z_2_an_order_that_is_sent_twice_is_one_run(deployment: Deployment, failpoints: Arm) -> None:
    """Z-2: two warm workers get one order; one claims, no code runs twice."""
    run, _ = deployment.journal.submit(_asked(deployment))
    hits = failpoints("worker.claim.before=sleep:0.5@*")
    won = deployment.journal.dequeue(run)
    assert won is not None
    with contextlib.closing(_Warm(deployment)) as warm:
        order = deployment.launching._order(*won)
        told = [warm.launcher.launch(order), warm.launcher.launch(order)]
        assert told == ["forked from a warm worker"] * 2
        deployment.until(lambda: len(list(hits.iterdir())) == 2, daemon=False)
        assert deployment.settle(run.run_id).status == S.SUCCESS
    assert len({path.read_text() for path in hits.iterdir()}) == 2, "two processes came to the claim"
    assert deployment.ledger() == ["a", "a-end", "b", "b-end", "c", "c-end"]
    assert len(deployment.events(run.run_id, "PIPELINE_START")) == 1
    deployment.check_history(run.run_id)


@pytest.mark.parametrize("kind", ["cold", "warm"])
@pytest.mark.parametrize("hangs", ["once", "always"])
def test_Z_H_a_worker_that_hangs_before_its_claim_is_killed_and_launched_again(
    deployment: Deployment, failpoints: Arm, kind: str, hangs: str
) -> None:
    """Z-H: whatever it waits for, no user code has run; another worker takes the run, at most three times."""
    asked = _asked(deployment)
    hits = failpoints(f"worker.claim.before=stop@{'1' if hangs == 'once' else '*'}")
    run, _ = deployment.journal.submit(asked)
    with contextlib.closing(_Warm(deployment) if kind == "warm" else _Cold(deployment)) as started:
        for number in range(1, 2 if hangs == "once" else 4):
            won = deployment.journal.dequeue(deployment.run(run.run_id))
            assert won is not None
            started.launcher.launch(deployment.launching._order(*won))
            stuck = hits / f"worker.claim.before.{number}"
            deployment.until(lambda stuck=stuck: stuck.read_text() != "", daemon=False)  # type: ignore[misc]
            started.rescuer.poll()
            assert deployment.run(run.run_id).status == S.STARTING, "it has its time"
            held = journal_module.Guard(statuses=(S.STARTING,), epoch=won[0].epoch)
            deployment.storage.move_run(run.run_id, held, None, start_deadline=1.0)
            started.rescuer.poll()
            deployment.until(lambda stuck=stuck: not _is_running(int(stuck.read_text())), daemon=False)  # type: ignore[misc]
    if hangs == "once":
        assert deployment.settle(run.run_id).status == S.SUCCESS
        assert deployment.ledger() == ["a", "a-end", "b", "b-end", "c", "c-end"]
    else:
        ended = deployment.run(run.run_id)
        assert ended.status == S.FAILURE and ended.failure is not None and deployment.ledger() == []
        assert "did not start in time" in ended.failure.message
    deployment.check_history(run.run_id)


class _Cold:
    """The deployment's own launcher and monitor."""

    def __init__(self, deployment: Deployment) -> None:
        self.launcher: RunLauncher = deployment.launcher
        self.rescuer = deployment.rescuer

    def close(self) -> None:
        """They go on."""


class _Warm(_Cold):
    """A launcher that forks, and a monitor that knows it."""

    def __init__(self, deployment: Deployment) -> None:
        self.launcher = WarmLauncher(str(deployment.home))
        monitoring = deployment.settings.run_monitoring
        self.rescuer = Rescuer(deployment.storage, deployment.journal, self.launcher, monitoring)

    def close(self) -> None:
        """Let the warm processes end."""
        self.launcher.stop()


def _asked(deployment: Deployment) -> Submission:
    """What a launch of the line asks for; nothing of it is left."""
    run_id = deployment.launch("line")
    deployment.canceler.cancel(run_id, "the test", immediately=True)
    deployment.workers_have_left()
    deployment.launcher._started.clear()
    (deployment.folder / "ledger").unlink(missing_ok=True)
    return deployment.run(run_id).submission


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False
