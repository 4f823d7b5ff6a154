"""The order to run, as a run's worker gives it to the runner."""

from __future__ import annotations

from pathlib import Path

from jupyter_orch.ports import RunStorage
from jupyter_orch.records.messages import RunSpec
from jupyter_orch.records.run import Run
from jupyter_orch.records.spool import spool_file
from jupyter_orch.runs.resume import left_to_do
from jupyter_orch.settings import Settings


def spec_of(run: Run, settings: Settings, storage: RunStorage, log_dir: Path | None) -> RunSpec:
    """The order for a run that was claimed.

    Args:
        storage: tells what of a run that goes on is left to do.
        log_dir: where the output of the run goes; None drops it.
    """
    asked = run.submission
    step_keys, known = left_to_do(storage, run) if run.resume_count else (asked.step_keys, asked.known)
    return RunSpec(
        run_id=run.run_id,
        target=asked.target,
        selector=asked.selector,
        run_config=asked.run_config,
        tags=asked.tags,
        step_keys=step_keys,
        known=known,
        parent_run_id=asked.parent_run_id,
        root_run_id=asked.root_run_id,
        code_version=asked.code_version,
        python_loggers=settings.python_logs.loggers,
        python_log_level=settings.python_logs.level,
        home=str(settings.home),
        artifact_dir=str(settings.artifact_dir),
        log_dir=str(log_dir or ""),
        spool_file=str(_private_folder(spool_file(str(settings.home), run.run_id, run.epoch))),
    )


def _private_folder(path: Path) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
