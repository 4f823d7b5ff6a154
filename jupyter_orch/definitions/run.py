"""A run as user code sees it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_orch.records.status import RunStatus

PipelineRunStatus = RunStatus
DagsterRunStatus = RunStatus
MEMOIZED_RUN_TAG = "dagster/is_memoized_run"
RESUME_RETRY_TAG = "dagster/is_resume_retry"


@dataclass(frozen=True, kw_only=True)
class PipelineRun:
    """What is known of a run.

    Attributes:
        pipeline_name: the pipeline.
        run_id: unique.
        run_config, mode, solid_selection, step_keys_to_execute, tags: as submitted.
        status: where it is in its life.
        root_run_id, parent_run_id: of a re-execution.
    """

    pipeline_name: str = "<ephemeral>"
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    run_config: dict[str, Any] = field(default_factory=dict)
    mode: str = "default"
    solid_selection: tuple[str, ...] | None = None
    step_keys_to_execute: tuple[str, ...] | None = None
    status: RunStatus = RunStatus.STARTED
    tags: dict[str, str] = field(default_factory=dict)
    root_run_id: str | None = None
    parent_run_id: str | None = None

    @property
    def job_name(self) -> str:
        """The pipeline's name under its later word."""
        return self.pipeline_name

    @property
    def is_finished(self) -> bool:
        """Whether the status is final."""
        return self.status in (RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED)

    @property
    def is_success(self) -> bool:
        """Whether it ended well."""
        return self.status is RunStatus.SUCCESS

    @property
    def is_failure(self) -> bool:
        """Whether it failed."""
        return self.status is RunStatus.FAILURE

    @property
    def is_canceled(self) -> bool:
        """Whether it was canceled."""
        return self.status is RunStatus.CANCELED

    @property
    def is_failure_or_canceled(self) -> bool:
        """Whether it failed or was canceled."""
        return self.is_failure or self.is_canceled

    @property
    def is_resume_retry(self) -> bool:
        """Whether it is a re-execution from failure."""
        return self.tags.get(RESUME_RETRY_TAG) == "true"

    def with_status(self, status: RunStatus) -> PipelineRun:
        """The same with another status."""
        return replace(self, status=RunStatus(status))

    def with_tags(self, tags: dict[str, str]) -> PipelineRun:
        """The same with other tags."""
        return replace(self, tags=dict(tags))


DagsterRun = PipelineRun
