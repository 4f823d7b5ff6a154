"""A plain notebook that is run without any code around it: on demand, or by a schedule."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

LOCATION = "notebooks"
REPOSITORY = "notebooks"
SOLID = "notebook"

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
    created_by: str = ""
    create_time: float = 0.0
    is_on_demand: bool = False


def pipeline_names(jobs: Iterable[NotebookJob]) -> dict[tuple[str, str | None], str]:
    """The pipeline's name for each notebook and kernel: the path as an identifier, made unique where two become one."""
    keys = sorted({(job.path, job.kernel_name) for job in jobs}, key=lambda key: (key[0], key[1] or ""))
    plain = {key: _identifier(*key) for key in keys}
    taken = list(plain.values())
    return {key: name if taken.count(name) == 1 else f"{name}_{_digest(*key)}" for key, name in plain.items()}


def _identifier(path: str, kernel: str | None) -> str:
    name = re.sub(r"\W+", "_", path.removesuffix(".ipynb")).strip("_") or SOLID
    name = f"n_{name}" if name[0].isdigit() else name
    return f"{name}__{re.sub(r'[^A-Za-z0-9]+', '_', kernel)}" if kernel else name


def _digest(path: str, kernel: str | None) -> str:
    return hashlib.sha256(json.dumps([path, kernel]).encode()).hexdigest()[:6]


def schedule_name(job: NotebookJob) -> str:
    """The name of a job's schedule; it stays the same when the job is renamed."""
    return f"{_identifier(job.path, None)}_{job.job_id[:8]}"
