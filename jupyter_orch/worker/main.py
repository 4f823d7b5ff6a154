"""What a worker does, from claim to end.

A worker lives in the server's environment and never sees user code; the runner lives in the user's and never sees the
database. The worker may give the order to run only after its claim moved the row from STARTING to STARTED with the
epoch and token it was launched with: a worker that comes late, or twice, changes no row and leaves.
"""

from __future__ import annotations

from pathlib import Path

from jupyter_orch.ports import LaunchOrder
from jupyter_orch.processes import this_process
from jupyter_orch.records.files import file_stem
from jupyter_orch.records.messages import RunSpec
from jupyter_orch.records.run import Run
from jupyter_orch.runs.journal import Journal
from jupyter_orch.settings import Settings
from jupyter_orch.worker.pump import Pump
from jupyter_orch.worker.runner_process import start_runner

SUPERSEDED = 75
"""Exit code of a worker that did not get its run."""


def work(order: LaunchOrder, journal: Journal, settings: Settings, how: str) -> int:
    """Hold one run until its end.

    Args:
        order: which run, with the epoch and token to claim it.
        settings: of the instance.
        how: how this worker was started, for the run's log.

    Returns:
        The exit code: 0 the run has ended and is stored, 75 the run was not ours.
    """
    run = journal.claim(order.run_id, order.epoch, order.token, this_process(), how)
    if run is None:
        return SUPERSEDED
    log_dir = settings.home / "compute_logs" / file_stem(run.run_id)
    log_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with start_runner(order, _spec(run, settings, log_dir), log_dir) as runner:
        return 0 if Pump(run, runner, journal).drive() else SUPERSEDED


def _spec(run: Run, settings: Settings, log_dir: Path) -> RunSpec:
    asked = run.submission
    return RunSpec(
        run_id=run.run_id,
        target=asked.target,
        selector=asked.selector,
        run_config=asked.run_config,
        tags=asked.tags,
        step_keys=asked.step_keys,
        known=asked.known,
        parent_run_id=asked.parent_run_id,
        root_run_id=asked.root_run_id,
        python_loggers=settings.python_logs.loggers,
        python_log_level=settings.python_logs.level,
        home=str(settings.home),
        artifact_dir=str(settings.artifact_dir),
        log_dir=str(log_dir),
    )
