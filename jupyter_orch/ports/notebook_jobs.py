"""Where it is kept which plain notebooks are run, and when."""

from __future__ import annotations

from typing import Protocol

from jupyter_orch.errors import OrchError
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.notebook_job import NotebookJob


class NotebookJobExists(OrchError):
    """Another job has this name."""

    code = "NOTEBOOK_JOB_EXISTS"


class NotebookJobStorage:
    """Jobs of plain notebooks. A storage that keeps none inherits these and refuses them."""

    def put_notebook_job(self, job: NotebookJob) -> None:
        """Store a job, or replace the one with its id.

        Raises:
            NotebookJobExists: another job has its name.
        """
        raise OrchError("the storage of this instance keeps no notebook jobs; write a workspace.yaml entry instead")

    def remove_notebook_job(self, job_id: str) -> bool:
        """Remove a job; its runs stay. False when there is none."""
        return False

    def get_notebook_job(self, job_id: str) -> NotebookJob | None:
        """One job; None when there is none with this id."""
        return next((job for job in self.list_notebook_jobs() if job.job_id == job_id), None)

    def list_notebook_jobs(self) -> list[NotebookJob]:
        """All jobs, oldest first."""
        return []


class NotebookLocation(Protocol):
    """The code servers, as far as they serve the jobs."""

    def notebooks_target(self) -> LocationTarget:
        """Where the file of the jobs is, and how it is loaded."""

    def load_notebooks(self, *, again: bool) -> None:
        """Serve the jobs as their file says, and wait until they are served.

        Args:
            again: the file has changed; otherwise they are only loaded if they are not.

        Raises:
            LocationUnavailable: they can not be served; says why.
        """
