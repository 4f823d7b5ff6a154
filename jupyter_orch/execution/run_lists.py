"""Runs as user code asks for and gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus


@dataclass(frozen=True)
class PipelineRunsFilter:
    """Which runs to list; what is None does not matter."""

    run_ids: list[str] | None = None
    pipeline_name: str | None = None
    statuses: list[RunStatus] | None = None
    tags: dict[str, str] | None = None


RunsFilter = PipelineRunsFilter


def pipeline_run_of(run: Run) -> PipelineRun:
    """A stored run as user code sees it."""
    asked = run.submission
    return PipelineRun(
        pipeline_name=asked.selector.pipeline,
        run_id=run.run_id,
        run_config=asked.run_config,
        mode=asked.selector.mode,
        solid_selection=asked.selector.solid_selection,
        step_keys_to_execute=asked.step_keys,
        status=run.status,
        tags=asked.tags,
        root_run_id=asked.root_run_id,
        parent_run_id=asked.parent_run_id,
    )


def run_filter_of(filters: Any) -> RunFilter:
    """What a user asks for, as storages take it."""
    run_ids, statuses = getattr(filters, "run_ids", None), getattr(filters, "statuses", None)
    return RunFilter(
        run_ids=tuple(run_ids) if run_ids else None,
        pipeline=getattr(filters, "pipeline_name", None) or getattr(filters, "job_name", None) or None,
        statuses=tuple(statuses) if statuses else None,
        tags=dict(getattr(filters, "tags", None) or {}),
    )
