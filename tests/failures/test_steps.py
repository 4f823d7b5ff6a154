"""Rows P and N: step processes and notebook kernels die, stop, do not listen, or fill the disk (E-2)."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_orch.execution.capture import MARKER
from jupyter_orch.launchers.cold import ColdLauncher
from jupyter_orch.processes import is_alive, start_ticks
from jupyter_orch.records.files import file_stem
from jupyter_orch.records.status import RunStatus
from tests.failures.conftest import Make
from tests.failures.deployment import Deployment
from tests.failures.small_disk import small_disk

S = RunStatus
IN_PROCESS = {"execution": {"in_process": {}}}
MULTIPROCESS = {"execution": {"multiprocess": {}}}


def test_P_K_a_killed_step_fails_alone_and_nothing_of_its_result_is_seen(deployment: Deployment) -> None:
    """P-K: the step names the signal; the branch beside it ends well; there is no file of a result."""
    deployment.hold("b")
    run_id = deployment.launch("fork", MULTIPROCESS)
    deployment.reach("b")
    os.kill(deployment.pid_of("b"), signal.SIGKILL)
    run = deployment.settle(run_id)
    assert run.status == S.FAILURE and run.resume_count == 0
    failed = deployment.events(run_id, "STEP_FAILURE")
    assert [e.event.step_key for e in failed] == ["b"] and "signal 9" in json.dumps(failed[0].event.data)
    assert "last-end" in deployment.ledger() and "c" not in deployment.ledger()
    assert not list((deployment.settings.artifact_dir / file_stem(run_id)).glob("b/*"))
    deployment.check_history(run_id)


def test_P_O_a_step_killed_for_memory_leaves_its_worker_alone(deployment: Deployment) -> None:
    """P-O: as P-K; the worker that held the run ends it itself."""
    deployment.hold("a")
    run_id = deployment.launch("line", MULTIPROCESS)
    deployment.reach("a")
    os.kill(deployment.pid_of("a"), signal.SIGKILL)
    run = deployment.settle(run_id)
    assert run.status == S.FAILURE and run.failure is not None and "a failed" in run.failure.message


def test_P_R_a_killed_step_with_a_retry_policy_is_tried_again_in_files_of_its_own(deployment: Deployment) -> None:
    """P-R: a new attempt with its number; the run succeeds."""
    deployment.hold("b")
    run_id = deployment.launch("retrying", MULTIPROCESS)
    deployment.reach("b")
    os.kill(deployment.pid_of("b"), signal.SIGKILL)
    deployment.release("b")
    assert deployment.settle(run_id).status == S.SUCCESS
    (again,) = deployment.events(run_id, "STEP_RESTARTED")
    assert again.event.data["attempt"] == 2 and deployment.ledger().count("b") == 2


def test_P_R_a_killed_runner_repeats_the_step_that_ran_in_it_as_its_policy_says(deployment: Deployment) -> None:
    """P-R with the executor in_process: the killed process is the runner; the run goes on in another one."""
    deployment.hold("b")
    run_id = deployment.launch("retrying", IN_PROCESS)
    deployment.reach("b")
    os.kill(deployment.pid_of("b"), signal.SIGKILL)
    deployment.release("b")
    run = deployment.settle(run_id)
    assert run.status == S.SUCCESS and deployment.ledger() == ["a", "a-end", "b", "b", "b-end", "c", "c-end"]
    (again,) = deployment.events(run_id, "STEP_RESTARTED")
    assert again.event.data["attempt"] == 2
    assert "The run process ended by signal 9 (SIGKILL); 1 of 3 steps are kept. Resuming" in deployment.told(run_id)
    deployment.workers_have_left()
    deployment.check_history(run_id)


def test_P_K_a_killed_runner_fails_the_step_that_ran_in_it_alone(deployment: Deployment) -> None:
    """P-K with the executor in_process: without a policy the step fails, and the branch beside it ends well."""
    deployment.hold("b")
    run_id = deployment.launch("fork", IN_PROCESS)
    deployment.reach("b")
    os.kill(deployment.pid_of("b"), signal.SIGKILL)
    assert deployment.settle(run_id).status == S.FAILURE
    assert deployment.steps(run_id, "STEP_FAILURE") == ["b"] and "last-end" in deployment.ledger()
    assert deployment.ledger().count("a") == deployment.ledger().count("b") == 1 and "c" not in deployment.ledger()
    deployment.check_history(run_id)


def test_P_T_a_stopped_step_can_be_canceled(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-T: it can not hear TERM; the kill of the group ends it all the same."""
    deployment.hold("b")
    run_id = deployment.launch("line", MULTIPROCESS)
    deployment.reach("b")
    os.kill(deployment.pid_of("b"), signal.SIGSTOP)
    deployment.canceler.cancel(run_id, "ada")
    assert deployment.settle(run_id).status == S.CANCELED
    assert deployment.is_gone("b")


def test_P_H_a_step_that_ignores_the_cancel_is_killed_with_all_it_started(deployment: Deployment) -> None:
    """P-H: TERM, then KILL; children, own sessions and daemons included."""
    deployment.hold("deaf")
    deployment.hold("litter")
    runs = [deployment.launch("ignoring", MULTIPROCESS), deployment.launch("littering", MULTIPROCESS)]
    for what in ("deaf", "litter", "left-child", "left-session", "left-daemon"):
        deployment.reach(what)
    for run_id in runs:
        deployment.canceler.cancel(run_id, "ada")
    for run_id in runs:
        assert deployment.settle(run_id).status == S.CANCELED
        deployment.check_history(run_id)
    left = ("deaf", "litter", "left-child", "left-session", "left-daemon")
    deployment.until(lambda: all(deployment.is_gone(what) for what in left), daemon=False)


def test_P_H_a_cancel_at_once_does_not_wait_for_anybody(deployment: Deployment) -> None:
    """P-H: marked as canceled immediately; the processes are dead before the answer."""
    deployment.hold("deaf")
    run_id = deployment.launch("ignoring", MULTIPROCESS)
    deployment.reach("deaf")
    worker = deployment.worker(run_id)
    assert deployment.canceler.cancel(run_id, "ada", immediately=True).status == S.CANCELED
    assert deployment.is_gone("deaf") and not is_alive(worker)
    deployment.check_history(run_id)


def test_P_L_a_slow_step_is_left_alone(deployment: Deployment) -> None:
    """P-L: nothing is said, nothing is ended."""
    run = deployment.settle(deployment.launch("unhurried", MULTIPROCESS))
    assert run.status == S.SUCCESS and deployment.ledger() == ["patient", "patient-end"]
    said = [e.event for e in deployment.events(run.run_id) if "launch" not in e.event.data]
    assert {event.level for event in said} <= {"DEBUG", "INFO"}


def test_P_2_an_attempt_has_one_process_whatever_is_ordered_or_lost(make: Make) -> None:
    """P-2: the order comes a second time while the step runs, then the worker is lost after the spawn."""
    deployment = make(run_monitoring={"in_flight_steps": "rerun"})
    run = deployment.run(deployment.launch("line"))
    deployment.settle(run.run_id)
    deployment.workers_have_left()
    (deployment.folder / "ledger").unlink()
    deployment.hold("b")
    won = deployment.journal.dequeue(deployment.journal.submit(replace(run.submission, run_config=MULTIPROCESS))[0])
    assert won is not None
    run_id, order = won[0].run_id, deployment.launching._order(*won)
    deployment.launcher.launch(order)
    deployment.reach("b")
    second = ColdLauncher()
    second.launch(order)
    second.join(90)
    assert [process.returncode for process in second._started.values()] == [75]
    assert deployment.ledger() == ["a", "a-end", "b"]
    first = deployment.pid_of("b")
    deployment.kill_worker(run_id)
    deployment.until(lambda: deployment.ledger().count("b") == 2)
    assert not _runs(first), "the first process of the step is gone by then"
    deployment.release("b")
    assert deployment.settle(run_id).status == S.SUCCESS
    begun = [
        (e.event.step_key, e.event.data["attempt"]) for e in deployment.events(run_id, "STEP_START", "STEP_RESTARTED")
    ]
    assert begun == [("a", 1), ("b", 1), ("b", 2), ("c", 1)]
    deployment.check_history(run_id)


def _runs(pid: int) -> bool:
    """Whether a process does anything any more; one that is dead and not yet fetched does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_N_R_a_kernel_that_died_is_never_started_again(deployment: Deployment) -> None:
    """N-R: a silent restart would go on without what the cells before had made."""
    run_id = deployment.launch("notebook", _notebook("die", deployment))
    assert deployment.settle(run_id).status == S.FAILURE
    assert deployment.ledger() == ["kernel"], "one kernel, once"
    (kept,) = deployment.settings.artifact_dir.rglob("*.ipynb")
    assert "the last cell ran" not in [line for cell in _outputs(kept) for line in cell]
    deployment.check_history(run_id)


def _outputs(notebook: Path) -> list[list[str]]:
    cells = json.loads(notebook.read_text())["cells"]
    return [
        [text.strip() for out in cell["outputs"] for text in out.get("text", [])] for cell in cells if "outputs" in cell
    ]


def test_N_L_a_kernel_that_starts_slowly_is_waited_for(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-L: its startup files take their time; the first cell is not lost."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-slow.py").write_text(f"import time; time.sleep(3); open({str(tmp_path / 'slept')!r}, 'w').close()")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    deployment = make()
    run_id = deployment.launch("notebook", _notebook("nothing", deployment))
    assert deployment.settle(run_id).status == S.SUCCESS and (tmp_path / "slept").exists()
    (kept,) = (deployment.settings.artifact_dir / file_stem(run_id)).rglob("*.ipynb")
    assert "the first cell ran" in kept.read_text() and deployment.ledger() == ["kernel"]


def test_N_O_a_kernel_killed_for_memory_says_what_it_may_have_been(deployment: Deployment) -> None:
    """N-O: as N-K, and memory is named."""
    run_id = deployment.launch("notebook", _notebook("die", deployment))
    assert deployment.settle(run_id).status == S.FAILURE
    assert "memory" in deployment.told(run_id)


def test_N_K_a_kernel_that_dies_fails_its_step_with_the_cell_and_keeps_what_was_run(deployment: Deployment) -> None:
    """N-K: never a hang; the partial notebook is kept."""
    run_id = deployment.launch("notebook", _notebook("die", deployment))
    run = deployment.settle(run_id)
    assert run.status == S.FAILURE and run.failure is not None
    text = deployment.told(run_id)
    assert "kernel" in text.lower() and "died" in text.lower() and "cell" in text.lower()
    kept = list(deployment.settings.artifact_dir.rglob("*.ipynb"))
    assert kept and "the first cell ran" in kept[0].read_text()


def test_N_T_N_H_a_kernel_that_is_stopped_or_loops_ends_with_the_cancel(deployment: Deployment) -> None:
    """N-T, N-H: interrupt, then kill; no kernel is left."""
    runs = [deployment.launch("notebook", _notebook("loop", deployment)) for _ in range(2)]
    deployment.until(lambda: deployment.ledger().count("kernel") == 2, daemon=False)
    kernels = [int(line.split()[1]) for line in (deployment.folder / "ledger").read_text().splitlines()]
    os.kill(kernels[0], signal.SIGSTOP)
    for run_id in runs:
        deployment.canceler.cancel(run_id, "ada")
    for run_id in runs:
        assert deployment.settle(run_id).status == S.CANCELED
    deployment.until(lambda: not any(start_ticks(pid) for pid in kernels), daemon=False)


def test_N_K_the_kernel_of_a_lost_worker_is_dead_before_another_starts(make: Make) -> None:
    """N-K with W-K: the notebook runs again, in a kernel of its own."""
    deployment = make(run_monitoring={"in_flight_steps": "rerun"})
    deployment.hold("kernel")
    run_id = deployment.launch("notebook", _notebook("wait", deployment))
    deployment.until(lambda: "kernel" in deployment.ledger(), daemon=False)
    first = deployment.pid_of("kernel")
    deployment.kill_worker(run_id)
    deployment.until(lambda: deployment.ledger().count("kernel") == 2)
    assert start_ticks(first) is None
    deployment.release("kernel")
    assert deployment.settle(run_id).status == S.SUCCESS
    deployment.check_history(run_id)


def test_N_2_two_runs_of_one_notebook_keep_two_notebooks(deployment: Deployment) -> None:
    """N-2: paths hold the run's id; no mixed notebook."""
    runs = [deployment.launch("notebook", _notebook("nothing", deployment)) for _ in range(2)]
    for run_id in runs:
        assert deployment.settle(run_id).status == S.SUCCESS
        kept = list((deployment.settings.artifact_dir / file_stem(run_id)).rglob("*.ipynb"))
        assert kept and all("the last cell ran" in path.read_text() for path in kept)


def test_E_2_a_full_disk_fails_the_step_that_writes_and_keeps_what_was_there(make: Make, tmp_path: Path) -> None:
    """E-2: the step says that there is no space left for its result; no partial value is seen."""
    with small_disk(tmp_path / "disk", kilobytes=2048) as disk:
        deployment = make(local_artifact_storage={"base_dir": str(disk)})
        run_id = deployment.launch("filling")
        assert deployment.settle(run_id).status == S.FAILURE
        text = deployment.told(run_id)
        assert "No space left" in text and "large" in text
        assert not [path for path in disk.rglob("*") if path.is_file() and path.stat().st_size > 0]
        assert deployment.settle(deployment.launch("line")).status == S.SUCCESS, "what fits is stored"


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_E_1_a_full_disk_of_the_output_stops_no_run_and_is_said_once(make: Make, tmp_path: Path, executor: str) -> None:
    """E-1: what does not fit is dropped, the file says so, and output is kept again once there is room."""
    with small_disk(tmp_path / "disk", kilobytes=256) as disk:
        deployment = make(compute_logs={"local": {"base_dir": str(disk)}})
        deployment.hold("first_talk")
        run_id = deployment.launch("chatter", {"execution": {executor: {}}, **_lines(first_talk=2000, second_talk=0)})
        deployment.reach("first_talk-full")
        (printed,) = disk.rglob("first_talk.out")
        assert MARKER in printed.read_bytes()[-200:] and printed.stat().st_size <= 256 << 10
        os.truncate(printed, 1000)
        deployment.release("first_talk")
        run = deployment.settle(run_id)
        assert run.status == S.SUCCESS and run.resume_count == 0
        assert deployment.ledger()[-1] == "second_talk-end"
        said = [e for e in deployment.events(run_id, "ENGINE_EVENT") if "No space is left" in e.event.message]
        assert len(said) == 1 and said[0].event.level == "WARNING"
        assert printed.read_text().endswith("first_talk has room again\n")
        deployment.check_history(run_id)


def test_E_1_a_run_whose_output_finds_no_file_at_all_goes_on(make: Make, tmp_path: Path) -> None:
    """E-1: there is not even room for a folder; notebooks print as well."""
    with small_disk(tmp_path / "disk", kilobytes=256, files=2) as disk:
        (disk / "the-last-file").touch()
        deployment = make(compute_logs={"local": {"base_dir": str(disk)}})
        runs = [
            deployment.launch("chatter", _lines(first_talk=3, second_talk=3)),
            deployment.launch("notebook", _notebook("nothing", deployment)),
        ]
        for run_id in runs:
            assert deployment.settle(run_id).status == S.SUCCESS, deployment.told(run_id)
            assert deployment.told(run_id).count("No space is left") == 1
            deployment.check_history(run_id)


def _lines(**printed: int) -> dict[str, object]:
    return {"solids": {name: {"config": {"lines": lines}} for name, lines in printed.items()}}


def _notebook(what: str, deployment: Deployment) -> dict[str, object]:
    return {"solids": {"cells": {"config": {"what": what, "folder": str(deployment.folder)}}}}
