"""From a door's GraphQL result to an HTTP status and a body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError

from jupyter_orch.api.context import Context
from jupyter_orch.api.doors import BadRequest, Door
from jupyter_orch.api.engine import Engine
from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.records.snapshot import RepositorySnapshot

ROOT = "the server's root folder"
STATUS = {
    "UnauthorizedError": 403,
    "PipelineRunConflict": 409,
    "TerminatePipelineExecutionFailure": 409,
    "RunConfigValidationInvalid": 422,
    "InvalidStepError": 422,
    "InvalidSubsetError": 422,
    "InvalidPipelineRunsFilterError": 400,
    "ConflictingExecutionParamsError": 400,
    "RepositoryLocationNotFound": 404,
}
"""HTTP statuses of typed errors; whatever ends in NotFoundError is 404."""

STATUS_OF_CLASS = {
    "LocationUnavailable": 404,
    "CodeServerError": 502,
    "InternalError": 500,
    "NotReady": 503,
    "StorageUnavailable": 503,
}
"""HTTP statuses of errors that GraphQL tells as PythonError; for others see below."""


STATUS_OF_CODE = {
    "UNAUTHORIZED": 403,
    "INVALID_FILTER": 400,
    **dict.fromkeys(
        ("SERVER_BUSY", "STORAGE_UNAVAILABLE", "DATABASE_CONFLICT", "DATABASE_FULL", "DATABASE_DAMAGED"), 503
    ),
}
"""HTTP statuses of errors that GraphQL tells beside its data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error as problem+json tells it (RFC 9457)."""

    status: int
    title: str
    code: str
    more: dict[str, Any]

    def body(self) -> dict[str, Any]:
        """The JSON object."""
        return {"status": self.status, "title": self.title, "code": self.code, **self.more}


class NotFound(OrchError):
    """There is nothing of that name."""

    code = "NOT_FOUND"


async def pass_door(
    engine: Engine,
    door: Door,
    context: Context,
    path: Mapping[str, str],
    query: Mapping[str, Sequence[str]],
    body: Mapping[str, Any] | None,
    key: str | None,
) -> tuple[int, Any]:
    """What a request to a door gets.

    Returns:
        The HTTP status and the JSON body; from 400 on the body is a problem.
    """
    try:
        if key is not None and not _is_key(key):
            raise BadRequest("Idempotency-Key must be 1 to 200 printable ASCII characters without spaces")
        variables = filled(context, door, door.variables(path, query, body, key))
    except (BadRequest, NotFound) as error:
        status = 400 if isinstance(error, BadRequest) else 404
        return status, Problem(status=status, title=error.message, code=error.code, more={}).body()
    try:
        operation = engine.prepare({"query": door.document, "variables": variables})
    except GraphQLError as error:  # the document is ours and right, so it is what it was given
        return 400, Problem(status=400, title=error.message, code=BadRequest.code, more={}).body()
    answer = answer_of(door, await engine.run(operation, context))
    return (answer.status, answer.body()) if isinstance(answer, Problem) else (door.status, answer)


def _is_key(text: str) -> bool:
    return 0 < len(text) <= 200 and text.isascii() and text.isprintable() and " " not in text


def answer_of(door: Door, result: ExecutionResult) -> Any | Problem:
    """What the route answers."""
    answer = (result.data or {}).get("answer")
    if answer is None or (result.errors and not isinstance(answer, dict)):
        return _failed(result)
    if isinstance(answer, dict) and is_problem(door, answer):
        return _problem(answer)
    found = answer[door.pick] if door.pick else answer
    if isinstance(found, dict):
        return {name: value for name, value in found.items() if name != "__typename"}
    if door.wrap is None:
        return found
    body = {door.wrap: found}
    if isinstance(answer, dict):
        body.update({k: v for k, v in answer.items() if k not in (door.pick, "__typename")})
    if door.paged is not None:
        body["nextCursor"] = found[-1][door.paged] if found else None
    return body


def is_problem(door: Door, answer: dict[str, Any]) -> bool:
    """Whether a typed answer is an error."""
    name = answer.get("__typename", "")
    if name.endswith(("Error", "NotFound", "Invalid", "Failure", "Conflict")) or name == "ReloadNotSupported":
        return True
    return door.pick is not None and door.pick not in answer


def _problem(answer: dict[str, Any]) -> Problem:
    name = answer["__typename"]
    code = answer.get("className") or name
    status = STATUS.get(name) or (404 if name.endswith("NotFoundError") else None)
    if name == "PythonError":
        status = STATUS_OF_CLASS.get(code) or _status_of(code, answer)
    more = {key: value for key, value in answer.items() if key in ("errors", "hint") and value}
    title = answer.get("message") or "the run config is wrong"
    return Problem(status=status or 500, title=title, code=code, more=more)


def _status_of(code: str, answer: dict[str, Any]) -> int:
    """Of an error of ours that no type stands for: it is the client's, unless it has a stack, which is user code's."""
    return 404 if code.endswith("NotFound") else 502 if answer.get("stack") else 400


def _failed(result: ExecutionResult) -> Problem:
    """GraphQL itself refused: variables that do not fit are the client's, all else is ours."""
    errors = result.errors or []
    code = next((str(e.extensions["code"]) for e in errors if e.extensions and "code" in e.extensions), "")
    is_clients = bool(errors) and not code and all(error.path is None for error in errors)
    status = STATUS_OF_CODE.get(code, 400 if is_clients else 500)
    title = "; ".join(error.message for error in errors[:3]) or "no answer"
    return Problem(status=status, title=title, code=code or ("BAD_REQUEST" if is_clients else "INTERNAL"), more={})


def _not_looked_in(context: Context, location: str | None) -> str:
    """Why something that was written may be missing, as the end of a sentence; empty when all was looked at."""
    servers = context.orchestrator.code_servers
    states = [state for state in servers.states() if location in (None, state.name)]
    if servers.problem is not None:
        return f"; {servers.problem}"
    if not states and location is None:
        name = servers.workspace.name
        return f"; {name} names no code" if servers.workspace.exists() else f"; there is no {name} in {ROOT}"
    unknown = [state.name for state in states if state.snapshot is None]
    return f"; nothing is known of: {', '.join(unknown)} (not loaded, or in error)" if unknown else ""


def filled(context: Context, door: Door, variables: dict[str, Any]) -> dict[str, Any]:
    """The variables with the location and repository that a client left out.

    Raises:
        NotFound, BadRequest: no repository has something of that name, or several have.
    """
    if door.fill is None:
        return variables
    selector: dict[str, Any] = variables
    for key in door.fill.split("."):
        selector = selector.setdefault(key, {})
    location, repository = selector.get("repositoryLocationName"), selector.get("repositoryName")
    if location is not None and repository is not None:
        return variables
    kind, name = next((k, v) for k, v in selector.items() if k in _NAMES_OF)
    there = [
        (state.name, found)
        for state in context.orchestrator.code_servers.states()
        if state.snapshot is not None and location in (None, state.name)
        for found in state.snapshot.repositories
        if repository in (None, found.name)
    ]
    places = [(place, found.name) for place, found in there if name in _names(kind, found)]
    if not places:
        known = sorted({n for _, found in there for n in _names(kind, found)})
        noun = kind.removesuffix("Name")
        there_are = f"there are: {', '.join(known) or 'none'}{_not_looked_in(context, location)}"
        raise NotFound(f"there is no {noun} {name!r}{did_you_mean(name, known)}; {there_are}")
    if len(places) > 1:
        told = ", ".join(f"{place} › {found}" for place, found in places)
        raise BadRequest(f"several have that name: {told}; say location and repository")
    selector["repositoryLocationName"], selector["repositoryName"] = places[0]
    return variables


_NAMES_OF = {"pipelineName": "pipelines", "scheduleName": "schedules", "sensorName": "sensors"}


def _names(kind: str, found: RepositorySnapshot) -> list[str]:
    return [each.name for each in getattr(found, _NAMES_OF[kind])]
