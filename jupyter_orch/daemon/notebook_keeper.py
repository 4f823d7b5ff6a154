"""Keeps the notebooks' location in line with the stored jobs, and of each job's results as many as it wants kept."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_orch.automation.notebook_jobs import NotebookJobs
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.ports import RunStorage
from jupyter_orch.records.notebook_job import JOB_TAG, NotebookJob
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import FINAL, RunStatus

BETWEEN = 15.0
MOST_A_TURN = 50


class NotebookKeeper(Loop):
    """Another server may have changed the jobs; every replica looks."""

    name = "NOTEBOOKS"

    def __init__(self, jobs: NotebookJobs, runs: RunStorage, remove_files: Callable[[Run], None]) -> None:
        """Args:
        remove_files: removes whatever a run left outside the storage.
        """
        super().__init__()
        self._jobs = jobs
        self._runs = runs
        self._remove_files = remove_files

    def poll(self) -> float:
        self._jobs.write_file()
        for job in self._jobs.list():
            self._remove_old_results(job)
        return BETWEEN

    def _remove_old_results(self, job: NotebookJob) -> None:
        if job.keep_failures_only:
            self._remove(job, (RunStatus.SUCCESS,), 0)
        if job.keep is not None:
            self._remove(job, tuple(FINAL), job.keep)

    def _remove(self, job: NotebookJob, statuses: tuple[RunStatus, ...], keep: int) -> None:
        ended = RunFilter(tags={JOB_TAG: job.job_id}, statuses=statuses)
        for run in self._runs.list_runs(ended, limit=keep + MOST_A_TURN)[keep:]:
            self._remove_files(run)
            self._runs.delete_run(run.run_id)
