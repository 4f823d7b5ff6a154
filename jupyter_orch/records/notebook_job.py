"""A plain notebook that is run without any code around it: on demand, or by a schedule."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jupyter_orch.records.notebook_results import FORMATS_TAG, OUTPUT_TAG

LOCATION = "notebooks"
REPOSITORY = "notebooks"
SOLID = "notebook"

LONGEST = 120
"""Characters of a path that are left in the names made of it."""

NOTEBOOK_TAG = "jupyter_orch/notebook"
"""Tag of a run: the notebook's path, relative to the workspace."""

JOB_TAG = "jupyter_orch/notebook_job"
"""Tag of a run: the id of the job it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookJob:
    """A notebook with parameters, and when to run it.

    Attributes:
        job_id: unique on the instance.
        name: as shown; unique on the instance.
        path: of the notebook, relative to the workspace's folder, with ``/``.
        kernel_name: kernel to run it with; None: the notebook's own.
        parameters: values for names of its ``parameters`` cell; the notebook's own hold for the others.
        cron: when; None: only on demand.
        timezone: of the cron fields.
        keep: how many finished results are kept; None: all.
        keep_failures_only: only results of failed and canceled runs are kept.
        formats: names of nbconvert's formats in which results are written besides.
        output: where copies of the results go, a template relative to the notebook's folder; empty: nowhere.
        tags: of its runs.
        mail_to: mail addresses that are told of its failures, recoveries and late due times.
        pinned: the notebook as it is always executed, JSON without outputs; empty: as it was last saved.
        created_by: who made it.
        create_time: when, seconds since the epoch.
        is_on_demand: nobody made it; it makes a notebook known that was run in the background.
    """

    job_id: str
    name: str
    path: str
    kernel_name: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    cron: str | None = None
    timezone: str = "UTC"
    keep: int | None = 20
    keep_failures_only: bool = False
    formats: tuple[str, ...] = ()
    output: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    mail_to: tuple[str, ...] = ()
    pinned: str = ""
    created_by: str = ""
    create_time: float = 0.0
    is_on_demand: bool = False

    @property
    def source(self) -> NotebookSource:
        """What it executes, and in which kernel."""
        return NotebookSource(self.path, self.kernel_name, digest_of(self.pinned) if self.pinned else "")

    @property
    def run_tags(self) -> dict[str, str]:
        """Tags of its runs, those included that say what becomes of its results."""
        told = {FORMATS_TAG: ",".join(self.formats), OUTPUT_TAG: self.output}
        told[JOB_TAG] = "" if self.is_on_demand else self.job_id
        return {**self.tags, **{key: value for key, value in told.items() if value}}


class NotebookSource(NamedTuple):
    """What is executed: jobs with the same source are one pipeline.

    Attributes:
        path: of the notebook, relative to the workspace's folder.
        kernel_name: None: the notebook's own.
        pin: digest of the pinned notebook; empty: as it was last saved.
    """

    path: str
    kernel_name: str | None = None
    pin: str = ""


def pin_file(pin: str) -> str:
    """Name of the file of a pinned notebook, beside the file of the jobs."""
    return f"pinned_{pin}.ipynb"


def digest_of(pinned: str) -> str:
    """Names a pinned notebook by its content."""
    return hashlib.sha256(pinned.encode()).hexdigest()[:12]


def pipeline_names(jobs: Iterable[NotebookJob]) -> dict[NotebookSource, str]:
    """The pipeline's name for each source: the path as an identifier, made unique where two become one."""
    sources = sorted(
        {job.source for job in jobs}, key=lambda source: (source.path, source.kernel_name or "", source.pin)
    )
    plain = {source: _identifier(source) for source in sources}
    taken = list(plain.values())
    return {key: name if taken.count(name) == 1 else f"{name}_{_digest(key)}" for key, name in plain.items()}


def _identifier(source: NotebookSource) -> str:
    name = re.sub(r"\W+", "_", source.path.removesuffix(".ipynb"), flags=re.ASCII).strip("_")[-LONGEST:] or SOLID
    name = f"n_{name}" if name[0].isdigit() else name
    name = f"{name}__{re.sub(r'[^A-Za-z0-9]+', '_', source.kernel_name)}" if source.kernel_name else name
    return f"{name}__pinned_{source.pin[:6]}" if source.pin else name


def _digest(source: NotebookSource) -> str:
    told = [source.path, source.kernel_name, source.pin] if source.pin else [source.path, source.kernel_name]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:6]


def schedule_name(job: NotebookJob) -> str:
    """The name of a job's schedule; it stays the same when the job is renamed."""
    return f"{_identifier(NotebookSource(job.path))}_{job.job_id[:8]}"
