"""Plain notebooks, run on demand or by a schedule, without a line of code around them.

The jobs are rows of the storage; each server writes them into a file of its instance's folder, which is the code of a
location like any other: the code server makes a pipeline of every notebook and a schedule of every job with a time.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager

from jupyter_orch import clock
from jupyter_orch.automation import cron
from jupyter_orch.automation.notebook_files import NotebookFiles, NotebookNotFound, as_pinned
from jupyter_orch.automation.notebook_formats import available_formats
from jupyter_orch.errors import OrchError
from jupyter_orch.folders import write_atomically
from jupyter_orch.notebook_parameters import NotebookParameter, parameters_of
from jupyter_orch.ports.notebook_jobs import NotebookJobStorage, NotebookLocation
from jupyter_orch.records import codec
from jupyter_orch.records.notebook_job import (
    LOCATION,
    NOTEBOOK_TAG,
    REPOSITORY,
    SOLID,
    NotebookJob,
    NotebookSource,
    pin_file,
    pipeline_names,
)
from jupyter_orch.records.notebook_results import output_path
from jupyter_orch.records.run import Run
from jupyter_orch.runs.submit import Submitter, Wish

LONGEST_NAME = 100
MOST_ADDRESSES = 20
NO_MAIL_SERVER = (
    "no mail server is set, so nothing can be mailed; who runs this server sets run_monitoring.mail in orch.yaml"
)
LARGEST_PIN = 2 * 1024 * 1024
_DAY = 86_400.0
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}\Z)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", re.ASCII
)


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
        formats: in which results can be written here.
    """

    path: str
    kernel_name: str
    parameters: tuple[NotebookParameter, ...]
    formats: tuple[str, ...] = ()


class NotebookJobs:
    """All that can be done with plain notebooks."""

    def __init__(
        self,
        storage: NotebookJobStorage,
        location: NotebookLocation,
        submitter: Submitter,
        root: Path,
        file: Path,
        *,
        has_mail_server: bool = False,
    ) -> None:
        """Args:
        location: the code servers, as far as they serve the jobs.
        root: the workspace's folder; notebooks are below it.
        file: where the code server reads the jobs.
        has_mail_server: whether news of jobs can be mailed.
        """
        self.has_mail_server = has_mail_server
        self._storage = storage
        self._location = location
        self._submitter = submitter
        self._files = NotebookFiles(root)
        self._file = file

    def form(self, path: str) -> NotebookForm:
        """Read a notebook's parameters.

        Raises:
            NotebookNotFound: it is not there, or no notebook.
        """
        path, document = self._files.read(path)
        return NotebookForm(
            path=path,
            kernel_name=_own_kernel(document),
            parameters=tuple(parameters_of(document)),
            formats=available_formats(),
        )

    def file_of(self, path: str) -> Path:
        """See :meth:`NotebookFiles.file_of`."""
        return self._files.file_of(path)

    def list(self) -> list[NotebookJob]:
        """The jobs that people made, oldest first."""
        return [job for job in self._storage.list_notebook_jobs() if not job.is_on_demand]

    def has_drifted(self, job: NotebookJob) -> bool:
        """Whether a pinned notebook's file is not any more what is executed, or is gone."""
        if not job.pinned:
            return False
        try:
            return as_pinned(self._files.read(job.path)[1]) != job.pinned
        except NotebookNotFound:
            return True

    def run(self, asked: NotebookJob, *, user: str = "", idempotency_key: str | None = None) -> Run:
        """Run a notebook now, in the background, without making a job of it.

        Args:
            asked: what to run and how; its name, id and times do not matter.

        Raises:
            NotebookNotFound, NotebookJobInvalid, RunConfigInvalid, RunTagsInvalid, LocationUnavailable: nothing was
                started.
        """
        path, document = self._files.read(asked.path)
        on_demand = replace(asked, path=path, job_id="", name=path, cron=None, is_on_demand=True, pinned="")
        _check(on_demand, document)
        return self._start(on_demand, user, idempotency_key)

    def run_job(self, job_id: str, *, user: str = "") -> Run:
        """Run a job now, as its schedule would.

        Raises:
            NotebookJobNotFound: there is none with this id.
        """
        job = self._find(job_id)
        self._files.read(job.path)
        return self._start(job, user, None)

    def save(self, job: NotebookJob, *, pin: bool | None = False) -> NotebookJob:
        """Store a new job, or change the one with its id; its schedule is on as soon as it is first loaded.

        Args:
            pin: whether to execute the notebook always as it is now; None keeps it as it was pinned before.

        Raises:
            NotebookJobNotFound, NotebookJobInvalid, NotebookJobExists, NotebookNotFound, RunConfigInvalid,
                RunTagsInvalid: nothing was stored.
        """
        path, document = self._files.read(job.path)
        earlier = self._find(job.job_id) if job.job_id else None
        job = replace(
            job,
            path=path,
            job_id=job.job_id or uuid.uuid4().hex,
            created_by=earlier.created_by if earlier else job.created_by,
            create_time=earlier.create_time if earlier else clock.now(),
            pinned=earlier.pinned if pin is None and earlier else as_pinned(document) if pin else "",
        )
        _check(job, document)
        if job.mail_to and not self.has_mail_server:
            raise NotebookJobInvalid(f"mailTo: {NO_MAIL_SERVER}")
        pipeline = self._pipeline_of(job)
        try:
            self._submitter.check_wish(self._wish(pipeline, job))
            self._storage.put_notebook_job(job)
        finally:
            if job.pinned:  # nobody runs it but this job
                self._storage.remove_notebook_job(_id_of(job.source))
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
        jobs = self._storage.list_notebook_jobs()
        self._write_pins(jobs)
        text = json.dumps(codec.to_json(jobs), indent=1)
        before = self._file.read_text("utf-8") if self._file.exists() else "[]"
        if text != before:
            write_atomically(self._file, text.encode())
        return text != before

    def _write_pins(self, jobs: Iterable[NotebookJob]) -> None:
        """Pinned notebooks as files; one that no job has any more stays for a day, for runs that still wait."""
        used = {pin_file(job.source.pin): job.pinned for job in jobs if job.pinned}
        folder = self._file.parent
        for name, content in used.items():
            if not (folder / name).exists():
                write_atomically(folder / name, content.encode())
        for old in folder.glob(pin_file("*")):
            if old.name not in used and old.stat().st_mtime < clock.now() - _DAY:
                old.unlink(missing_ok=True)

    def _start(self, job: NotebookJob, user: str, idempotency_key: str | None) -> Run:
        wish = self._wish(self._pipeline_of(job, user), job)
        run, _ = self._submitter.submit(replace(wish, created_by=user, idempotency_key=idempotency_key))
        return run

    def _pipeline_of(self, job: NotebookJob, user: str = "") -> str:
        """The pipeline of what a job executes, which is made known when it is not."""
        jobs = self._storage.list_notebook_jobs()
        if job.source not in {known.source for known in jobs}:
            kernel = f" ({job.kernel_name})" if job.kernel_name else ""
            on_demand = NotebookJob(
                job_id=_id_of(job.source),
                name=f"on demand: {job.path}{kernel}{f' {job.source.pin}' if job.pinned else ''}",
                path=job.path,
                kernel_name=job.kernel_name,
                pinned=job.pinned,
                created_by=user or job.created_by,
                create_time=clock.now(),
                is_on_demand=True,
            )
            self._storage.put_notebook_job(on_demand)
            jobs = [*jobs, on_demand]
        self.load()
        return pipeline_names(jobs)[job.source]

    def _wish(self, pipeline: str, job: NotebookJob) -> Wish:
        return Wish(
            location=LOCATION,
            target=self._location.notebooks_target(),
            repository=REPOSITORY,
            pipeline=pipeline,
            run_config={"solids": {SOLID: {"config": job.parameters}}} if job.parameters else {},
            tags={**job.run_tags, NOTEBOOK_TAG: job.path},
        )

    def _find(self, job_id: str) -> NotebookJob:
        job = self._storage.get_notebook_job(job_id)
        if job is None:
            raise NotebookJobNotFound(f"there is no notebook job {job_id!r}")
        return job


def _own_kernel(document: dict[str, Any]) -> str:
    name: str = document.get("metadata", {}).get("kernelspec", {}).get("name") or "python3"
    return name


def _check(job: NotebookJob, document: dict[str, Any]) -> None:
    """Everything that is wrong with a job, at once."""
    mistakes = [*_mistakes(job), *_kernel_mistakes(job.kernel_name or _own_kernel(document))]
    if mistakes:
        raise NotebookJobInvalid("; ".join(mistakes))


def _kernel_mistakes(name: str) -> Iterable[str]:
    have = KernelSpecManager().find_kernel_specs()
    if name not in have:
        known = ", ".join(sorted(have)) or "none"
        yield f"kernel: {name!r} is not installed here, there are: {known}; install it, or choose another one"


def _mistakes(job: NotebookJob) -> Iterable[str]:
    if not job.name.strip() or len(job.name) > LONGEST_NAME:
        yield f"name: expected 1 to {LONGEST_NAME} characters, found {len(job.name)}"
    if job.keep is not None and job.keep < 0:
        yield f"keep: expected a number of results, 0 to keep none, or nothing to keep all, found {job.keep}"
    if len(job.pinned) > LARGEST_PIN:
        size = f"{len(job.pinned)} characters without its outputs"
        yield f"pinned: the notebook has {size}, at most {LARGEST_PIN} can be pinned"
    if len(job.mail_to) > MOST_ADDRESSES:
        yield f"mailTo: expected at most {MOST_ADDRESSES} addresses, found {len(job.mail_to)}"
    wrong = [address for address in job.mail_to if not _ADDRESS.fullmatch(address)]
    if wrong:
        yield f"mailTo: expected mail addresses such as ada@example.org, found {', '.join(map(repr, wrong))[:120]}"
    offered = available_formats()
    unknown = [name for name in job.formats if name not in offered]
    if unknown:
        expected = f"some of {', '.join(offered)}" if offered else "none, because nbconvert is not installed here"
        yield f"formats: expected {expected}, found {', '.join(unknown)[:80]}"
    try:
        if job.output:
            output_path(job.output, name="a", run_id="0" * 8, at=0.0)
    except ValueError as error:
        yield f"output: {error}"
    try:
        if job.cron is not None:
            cron.next_due(job.cron, job.timezone, clock.now())
    except OrchError as error:
        yield error.message


def _id_of(source: NotebookSource) -> str:
    """The same for the same source on every server, so that two of them make one row."""
    told = [source.path, source.kernel_name, *([source.pin] if source.pin else [])]
    return uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(told)).hex
