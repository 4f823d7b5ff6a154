"""Error → answer, once for GraphQL and REST."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from graphql import GraphQLError

from jupyter_orch.api.context import Unauthorized
from jupyter_orch.automation.backfill_control import BackfillNotFound
from jupyter_orch.automation.deployed import PartitionSetNotFound, ScheduleNotFound, SensorNotFound
from jupyter_orch.automation.notebook_files import NotebookNotFound
from jupyter_orch.automation.notebook_jobs import NotebookJobInvalid, NotebookJobNotFound
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import CodeServerError
from jupyter_orch.ports.notebook_jobs import NotebookJobExists
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import ConfigError
from jupyter_orch.runs import problems
from jupyter_orch.yaml_text import Located

log = logging.getLogger("jupyter_orch.api")
Answer = dict[str, Any]


def python_error(failure: Failure | None) -> Answer | None:
    """A failure as GraphQL's PythonError."""
    if failure is None:
        return None
    return {
        "__typename": "PythonError",
        "message": failure.message,
        "className": failure.cls,
        "stack": list(failure.stack),
        "file": failure.file,
        "line": failure.line,
        "code": failure.code,
        "hint": failure.hint or None,
        "cause": python_error(failure.cause),
    }


def answer_for(error: Exception) -> Answer:
    """The typed answer that stands for an error; an unknown one is logged under an id, and only the id is told."""
    match error:
        case problems.RunConfigInvalid():
            return config_invalid(error.pipeline, error.errors)
        case problems.PipelineNotFound():
            return _typed("PipelineNotFoundError", error, pipelineName=error.facts.get("pipeline", ""))
        case problems.ModeNotFound():
            return _typed("ModeNotFoundError", error, mode=error.facts.get("mode", ""))
        case problems.PresetNotFound():
            return _typed("PresetNotFoundError", error, preset=error.facts.get("preset", ""))
        case problems.InvalidStep():
            return _typed("InvalidStepError", error, invalidStepKey=str(error.facts.get("step_key", "")))
        case problems.AssetNotFound():
            return _typed("AssetNotFoundError", error)
        case problems.RunNotFound():
            return _typed("PipelineRunNotFoundError", error, runId=error.facts.get("run_id", ""))
        case problems.InvalidFilter():
            return _typed("InvalidPipelineRunsFilterError", error)
        case problems.InvalidSubset():
            return _typed("InvalidSubsetError", error)
        case problems.ConflictingParams():
            return _typed("ConflictingExecutionParamsError", error)
        case problems.RunConflict():
            return _typed("PipelineRunConflict", error)
        case NotebookNotFound():
            return _typed("NotebookNotFoundError", error)
        case NotebookJobNotFound():
            return _typed("NotebookJobNotFoundError", error)
        case NotebookJobInvalid() | NotebookJobExists():
            return _typed("NotebookJobInvalidError", error)
        case ScheduleNotFound():
            return _typed("ScheduleNotFoundError", error, scheduleName=error.facts.get("name"))
        case SensorNotFound():
            return _typed("SensorNotFoundError", error, sensorName=error.facts.get("name"))
        case PartitionSetNotFound():
            return _typed("PartitionSetNotFoundError", error)
        case BackfillNotFound():
            return _typed("BackfillNotFoundError", error, backfillId=error.facts.get("backfill_id", ""))
        case Unauthorized():
            return _typed("UnauthorizedError", error)
        case CodeServerError() if error.failure is not None:
            return python_error(error.failure) or {}
        case OrchError():
            return _plain(error.message, type(error).__name__)
        case _:
            return _plain(_logged(error), "InternalError")


def safe_error(error: GraphQLError) -> GraphQLError:
    """A field's error as a client may see it: ours in words, an unknown one only by the id it is logged under."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return error
    message, code = (cause.message, cause.code) if isinstance(cause, OrchError) else (_logged(cause), "INTERNAL")
    return GraphQLError(message, error.nodes, path=error.path, extensions={"code": code})


def _logged(error: Exception) -> str:
    number = uuid.uuid4().hex[:8]
    log.error("error %s while answering", number, exc_info=error)
    return f"something went wrong inside; the server's log has it under {number}"


def config_invalid(pipeline: str, errors: tuple[ConfigError, ...], text: Located | None = None) -> Answer:
    """All mistakes of a run config, with their places in the text when it was text."""
    return {
        "__typename": "RunConfigValidationInvalid",
        "pipelineName": pipeline,
        "errors": [config_error(error, text) for error in errors],
    }


def config_error(error: ConfigError, text: Located | None = None) -> Answer:
    """One mistake of a run config."""
    path = (*error.path, error.value) if error.kind == "UNDEFINED_FIELD" else error.path
    place = text.nearest_place(path) if text is not None else None
    return {
        "message": error.message,
        "reason": error.kind,
        "path": [str(part) for part in error.path],
        "expected": error.expected or None,
        "sample": error.sample,
        "line": place[0] if place else None,
        "column": place[1] if place else None,
    }


def answering(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """A resolver whose errors become typed answers."""

    @wraps(resolve)
    def guarded(root: Any, info: Any, **arguments: Any) -> Any:
        try:
            return resolve(root, info, **arguments)
        except Exception as error:
            answer = answer_for(error)
            possible = _possible_types(info)
            if answer["__typename"] not in possible and "PythonError" in possible:
                return _plain(answer.get("message", str(error)), type(error).__name__)
            return answer

    return guarded


def _possible_types(info: Any) -> set[str]:
    kind = info.return_type
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return {t.name for t in getattr(kind, "types", ())}


def _typed(name: str, error: OrchError, **fields: Any) -> Answer:
    return {"__typename": name, "message": error.message, **fields}


def _plain(message: str, cls: str) -> Answer:
    return python_error(Failure(cls=cls, message=message)) or {}
