"""Plain notebooks as a location: each notebook is a pipeline of one solid, each job with a time is a schedule."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyter_orch.definitions.config import Array, Field, Noneable, Permissive
from jupyter_orch.definitions.config_scalars import ANY, BOOL, FLOAT, INT, STRING
from jupyter_orch.definitions.notebook import notebook_solid
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.repository import RepositoryDefinition, listed_data
from jupyter_orch.definitions.run_request import DefaultScheduleStatus
from jupyter_orch.definitions.schedule import ScheduleDefinition
from jupyter_orch.notebook_parameters import NotebookParameter, parameters_of
from jupyter_orch.records.codec import from_json
from jupyter_orch.records.notebook_job import (
    NOTEBOOK_TAG,
    REPOSITORY,
    SOLID,
    NotebookJob,
    NotebookSource,
    pin_file,
    pipeline_names,
    schedule_name,
)

KIND = "notebook_jobs"
"""Kind of the location's target; its path is the file that holds the jobs."""
MAX_BYTES = 50 * 1024 * 1024

_TYPES: dict[str, Any] = {
    "bool": BOOL, "int": INT, "float": FLOAT, "str": STRING, "list": Array(ANY), "dict": Permissive(),
}  # fmt: skip


def read_jobs(file: str) -> list[NotebookJob]:
    """The jobs as the server has written them.

    Raises:
        OSError, ValueError: the file is not there, or is not the server's.
    """
    with open(file, encoding="utf-8") as opened:
        return [from_json(NotebookJob, job) for job in json.load(opened)]


def files_of(jobs: Iterable[NotebookJob], root: str) -> list[str]:
    """Their notebooks that are there, absolute."""
    paths = {os.path.join(root, job.path) for job in jobs}
    return sorted(path for path in paths if os.path.isfile(path))


def repository_of(jobs: Iterable[NotebookJob], root: str, pins: str = "") -> RepositoryDefinition:
    """All jobs as definitions.

    Args:
        root: folder that their paths start from.
        pins: folder of the pinned notebooks.
    """
    jobs = list(jobs)
    names = pipeline_names(jobs)
    pipelines = {name: _pipeline(name, source, root, pins) for source, name in names.items()}
    schedules = [_schedule(job, names[job.source]) for job in jobs if job.cron]
    return RepositoryDefinition(REPOSITORY, listed_data([*pipelines.values(), *schedules]))


def _pipeline(name: str, source: NotebookSource, root: str, pins: str) -> PipelineDefinition:
    file = os.path.join(root, source.path)
    pinned = os.path.join(pins, pin_file(source.pin)) if source.pin else None
    parameters, problem = _parameters(pinned or file)
    solid = notebook_solid(
        SOLID,
        Path(file),
        kernel_name=source.kernel_name,
        config_schema=_config_schema(parameters),
        pinned_path=pinned,
    )
    return PipelineDefinition(
        solid_defs=[solid],
        name=name,
        description=problem or f"The notebook {source.path}{', as it was pinned' if pinned else ''}.",
        tags={NOTEBOOK_TAG: source.path},
    )


def _parameters(file: str) -> tuple[list[NotebookParameter] | None, str]:
    """The notebook's parameters, or None and why they are not known now."""
    try:
        if os.path.getsize(file) > MAX_BYTES:
            return None, f"{file} is larger than {MAX_BYTES // 1024**2} MiB"
        with open(file, encoding="utf-8") as opened:
            document = json.load(opened)
        if not isinstance(document, dict):
            return None, f"{file} is no notebook"
        return parameters_of(document), ""
    except (OSError, ValueError, RecursionError) as error:
        return None, f"{file} can not be read now: {error}"


def _config_schema(parameters: list[NotebookParameter] | None) -> Any:
    if parameters is None:
        return Field(Permissive(), is_required=False)
    return {parameter.name: _field(parameter) for parameter in parameters}


def _field(parameter: NotebookParameter) -> Field:
    kind = _TYPES.get(parameter.kind, ANY)
    if parameter.has_default and parameter.default is None and kind is not ANY:
        kind = Noneable(kind)
    if parameter.has_default:
        return Field(kind, default_value=parameter.default, is_required=False, description=parameter.description)
    return Field(kind, is_required=False, description=parameter.description)


def _schedule(job: NotebookJob, pipeline: str) -> ScheduleDefinition:
    run_config = {"solids": {SOLID: {"config": job.parameters}}} if job.parameters else {}
    return ScheduleDefinition(
        name=schedule_name(job),
        cron_schedule=job.cron,
        pipeline_name=pipeline,
        run_config=run_config,
        tags=job.run_tags,
        execution_timezone=job.timezone,
        description=job.name,
        default_status=DefaultScheduleStatus.RUNNING,
    )
