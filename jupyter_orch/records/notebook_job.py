"""A plain notebook that is run without any code around it: on demand, or by a schedule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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
