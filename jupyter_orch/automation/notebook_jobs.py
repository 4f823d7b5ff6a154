"""Plain notebooks, run on demand or by a schedule, without a line of code around them.

The jobs are rows of the storage; each server writes them into a file of its instance's folder, which is the code of a
location like any other: the code server makes a pipeline of every notebook and a schedule of every job with a time.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_orch import clock
from jupyter_orch.automation import cron
from jupyter_orch.errors import OrchError
from jupyter_orch.folders import write_atomically
from jupyter_orch.notebook_parameters import NotebookParameter, parameters_of
from jupyter_orch.ports.notebook_jobs import NotebookJobStorage, NotebookLocation
from jupyter_orch.records import codec
from jupyter_orch.records.notebook_job import (
    JOB_TAG,
    LOCATION,
    NOTEBOOK_TAG,
    REPOSITORY,
    SOLID,
    NotebookJob,
    pipeline_names,
)
from jupyter_orch.records.run import Run
from jupyter_orch.runs.submit import Submitter, Wish

MAX_BYTES = 50 * 1024 * 1024
LONGEST_NAME = 100


class NotebookNotFound(OrchError):
    """There is no such notebook below the workspace's folder."""

    code = "NOTEBOOK_NOT_FOUND"


class NotebookJobInvalid(OrchError):
    """A job can not be as it was asked for."""

    code = "NOTEBOOK_JOB_INVALID"


class NotebookJobNotFound(OrchError):
    """There is no such job."""

    code = "NOTEBOOK_JOB_NOT_FOUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookForm:
    """What a notebook lets itself be told.

    Attributes:
        path: relative to the workspace's folder.
        kernel_name: the notebook's own kernel.
        parameters: of its ``parameters`` cell; none without one.
    """

    path: str
    kernel_name: str
    parameters: tuple[NotebookParameter, ...]


class NotebookJobs:
    """All that can be done with plain notebooks."""

    def __init__(
        self,
        storage: NotebookJobStorage,
        location: NotebookLocation,
        submitter: Submitter,
        root: Path,
        file: Path,
    ) -> None:
        """Args:
        location: the code servers, as far as they serve the jobs.
        root: the workspace's folder; notebooks are below it.
        file: where the code server reads the jobs.
        """
        self._storage = storage
        self._location = location
        self._submitter = submitter
        self._root = root
        self._file = file

    def form(self, path: str) -> NotebookForm:
        """Read a notebook's parameters.

        Raises:
            NotebookNotFound: it is not there, or no notebook.
        """
        path, document = self._read(path)
        kernel = document.get("metadata", {}).get("kernelspec", {}).get("name") or "python3"
        return NotebookForm(path=path, kernel_name=kernel, parameters=tuple(parameters_of(document)))

    def file_of(self, path: str) -> Path:
        """The absolute file of a notebook.

        Args:
            path: relative to the workspace's folder, or absolute and below it.

        Raises:
            NotebookNotFound: it is not there, or no notebook.
        """
        root = os.path.realpath(self._root)
        told, _ = self._read(os.path.relpath(os.path.realpath(path), root) if os.path.isabs(path) else path)
        return Path(root, told)

    def list(self) -> list[NotebookJob]:
        """The jobs that people made, oldest first."""
        return [job for job in self._storage.list_notebook_jobs() if not job.is_on_demand]

    def run(
        self,
        path: str,
        parameters: dict[str, Any],
        *,
        kernel_name: str | None = None,
        tags: dict[str, str] | None = None,
        user: str = "",
        idempotency_key: str | None = None,
    ) -> Run:
        """Run a notebook now, in the background.

        Args:
            path: of the notebook, relative to the workspace's folder.
            parameters: values for names of its ``parameters`` cell.
            kernel_name: another kernel than its own.

        Raises:
            NotebookNotFound, RunConfigInvalid, LocationUnavailable: nothing was started.
        """
        path, _ = self._read(path)
        pipeline = self._pipeline_of(path, kernel_name, user)
        run, _ = self._submitter.submit(
            replace(
                self._wish(pipeline, parameters),
                tags={**(tags or {}), NOTEBOOK_TAG: path},
                created_by=user,
                idempotency_key=idempotency_key,
            )
        )
        return run

    def run_job(self, job_id: str, *, user: str = "") -> Run:
        """Run a job now, as its schedule would.

        Raises:
            NotebookJobNotFound: there is none with this id.
        """
        job = self._find(job_id)
        return self.run(job.path, job.parameters, kernel_name=job.kernel_name, tags={JOB_TAG: job.job_id}, user=user)

    def save(self, job: NotebookJob) -> NotebookJob:
        """Store a new job, or change the one with its id; its schedule is on as soon as it is first loaded.

        Raises:
            NotebookJobNotFound, NotebookJobInvalid, NotebookJobExists, NotebookNotFound, RunConfigInvalid: nothing
                was stored.
        """
        path, _ = self._read(job.path)
        earlier = self._find(job.job_id) if job.job_id else None
        job = replace(
            job,
            path=path,
            job_id=job.job_id or uuid.uuid4().hex,
            created_by=earlier.created_by if earlier else job.created_by,
            create_time=earlier.create_time if earlier else clock.now(),
        )
        _check(job)
        pipeline = self._pipeline_of(path, job.kernel_name, job.created_by)
        self._submitter.check_wish(self._wish(pipeline, job.parameters))
        self._storage.put_notebook_job(job)
        self.load()
        return job

    def remove(self, job_id: str) -> None:
        """Remove a job; its runs stay.

        Raises:
            NotebookJobNotFound: there is none with this id.
        """
        self._find(job_id)
        self._storage.remove_notebook_job(job_id)
        self.load()

    def load(self) -> None:
        """Serve the jobs as they are stored, and wait until they are served; cheap when nothing changed."""
        changed = self.write_file()
        if self._file.exists():
            self._location.load_notebooks(again=changed)

    def write_file(self) -> bool:
        """Write the stored jobs where the code server reads them; whether that changed anything."""
        text = json.dumps(codec.to_json(self._storage.list_notebook_jobs()), indent=1)
        before = self._file.read_text("utf-8") if self._file.exists() else "[]"
        if text != before:
            write_atomically(self._file, text.encode())
        return text != before

    def _pipeline_of(self, path: str, kernel_name: str | None, user: str) -> str:
        """The pipeline of a notebook, which is made known when it is not."""
        jobs = self._storage.list_notebook_jobs()
        if (path, kernel_name) not in {(job.path, job.kernel_name) for job in jobs}:
            on_demand = NotebookJob(
                job_id=_id_of(path, kernel_name),
                name=f"on demand: {path}{f' ({kernel_name})' if kernel_name else ''}",
                path=path,
                kernel_name=kernel_name,
                created_by=user,
                create_time=clock.now(),
                is_on_demand=True,
            )
            self._storage.put_notebook_job(on_demand)
            jobs = [*jobs, on_demand]
        self.load()
        return pipeline_names(jobs)[path, kernel_name]

    def _wish(self, pipeline: str, parameters: dict[str, Any]) -> Wish:
        return Wish(
            location=LOCATION,
            target=self._location.notebooks_target(),
            repository=REPOSITORY,
            pipeline=pipeline,
            run_config={"solids": {SOLID: {"config": parameters}}} if parameters else {},
        )

    def _find(self, job_id: str) -> NotebookJob:
        for job in self._storage.list_notebook_jobs():
            if job.job_id == job_id:
                return job
        raise NotebookJobNotFound(f"there is no notebook job {job_id!r}")

    def _read(self, path: str) -> tuple[str, dict[str, Any]]:
        """A notebook below the root: its path as it is stored, and its JSON.

        The path comes from outside: it is resolved first, then compared with the resolved root.
        """
        root = os.path.realpath(self._root)
        file = os.path.realpath(os.path.join(root, path.lstrip("/"))) if "\0" not in path else ""
        if not file or os.path.commonpath((root, file)) != root:
            raise NotebookNotFound(f"{path!r} is not below the workspace's folder {root}", path=path)
        told = os.path.relpath(file, root).replace(os.sep, "/")
        if not file.endswith(".ipynb"):
            raise NotebookNotFound(f"{told} is no notebook: its name does not end in .ipynb", path=path)
        try:
            if os.path.getsize(file) > MAX_BYTES:
                raise NotebookNotFound(f"{told} is larger than {MAX_BYTES // 1024**2} MiB", path=path)
            document = json.loads(Path(file).read_text("utf-8"))
        except OSError as error:
            raise NotebookNotFound(f"there is no notebook {told}: {error.strerror}", path=path) from error
        except ValueError as error:
            raise NotebookNotFound(f"{told} is no notebook: {error}", path=path) from error
        if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
            raise NotebookNotFound(f"{told} is no notebook: it has no cells", path=path)
        return told, document


def _check(job: NotebookJob) -> None:
    """Everything that is wrong with a job, at once."""
    mistakes = list(_mistakes(job))
    if mistakes:
        raise NotebookJobInvalid("; ".join(mistakes))


def _mistakes(job: NotebookJob) -> Iterable[str]:
    if not job.name.strip() or len(job.name) > LONGEST_NAME:
        yield f"name: expected 1 to {LONGEST_NAME} characters, found {len(job.name)}"
    if job.keep is not None and job.keep < 1:
        yield f"keep: expected a number of results of at least 1, or none to keep all, found {job.keep}"
    try:
        if job.cron is not None:
            cron.next_due(job.cron, job.timezone, clock.now())
    except OrchError as error:
        yield error.message


def _id_of(path: str, kernel_name: str | None) -> str:
    """The same for the same notebook and kernel on every server, so that two of them make one row."""
    return uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([path, kernel_name])).hex
