"""What a client names → what the verbs want: pipelines, and run configs as JSON or YAML text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jupyter_orch.api.context import Context
from jupyter_orch.api.problems import Answer
from jupyter_orch.records.messages import PipelineSelector
from jupyter_orch.runs import problems
from jupyter_orch.runs.submit import find_pipeline
from jupyter_orch.yaml_text import Located, YamlError, load_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A pipeline in a location."""

    location: str
    selector: PipelineSelector


def pipeline_named(selector: dict[str, Any]) -> str:
    """The pipeline that a client's PipelineSelector names, by the classic or the later key.

    Raises:
        ConflictingParams: it names none, or two.
    """
    classic, later = selector.get("pipelineName"), selector.get("jobName")
    if (classic is None) == (later is None):
        raise problems.ConflictingParams("the selector must have either pipelineName or jobName")
    return str(classic if later is None else later)


def select(context: Context, selector: dict[str, Any], mode: str | None) -> Selected:
    """A client's PipelineSelector; without a mode the pipeline's first one.

    Raises:
        LocationUnavailable, PipelineNotFound: it names something that is not there.
        ConflictingParams: it names no pipeline, or two.
    """
    location = selector["repositoryLocationName"]
    snapshot = context.orchestrator.code_servers.definitions(location)
    found = find_pipeline(snapshot, selector["repositoryName"], pipeline_named(selector), location)
    selection = selector.get("solidSelection")
    return Selected(
        location=location,
        selector=PipelineSelector(
            repository=selector["repositoryName"],
            pipeline=found.name,
            mode=mode or found.modes[0].name,
            solid_selection=tuple(selection) if selection else None,
        ),
    )


def parse_run_config(data: Any) -> tuple[Any, Located | None]:
    """A run config from JSON or YAML text.

    Returns:
        The plain value ({} for nothing) and, for text, where its parts stand.

    Raises:
        YamlError: the text is not YAML.
    """
    if data is None:
        return {}, None
    if not isinstance(data, str):
        return data, None
    text = load_yaml(data, "run config")
    return ({} if text.value is None else text.value), text


def syntax_problem(pipeline: str, error: YamlError) -> Answer:
    """A text that is not YAML, as an invalid run config."""
    return {
        "__typename": "RunConfigValidationInvalid",
        "pipelineName": pipeline,
        "errors": [
            {
                "message": error.message,
                "reason": "SYNTAX",
                "path": [],
                "expected": "YAML",
                "sample": None,
                "line": error.line,
                "column": error.column,
            }
        ],
    }
