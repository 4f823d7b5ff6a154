"""The client: classic verbs over GraphQL, a run's events and output over REST."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from jupyter_orch.client.connection import ClientError, Connection, quoted
from jupyter_orch.client.finding import find_server
from jupyter_orch.names import did_you_mean
from jupyter_orch.records.status import FINAL, RunStatus
from jupyter_orch.running_servers import Server

_SUBMIT = """mutation($params: ExecutionParams!) { answer: launchPipelineExecution(executionParams: $params) {
    __typename ... on LaunchPipelineRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { pipelineName errors { message reason path line column } }
    ... on InvalidStepError { invalidStepKey }
    ... on Error { message } } }"""
_WHERE = """{ answer: repositoriesOrError { __typename ... on RepositoryConnection { nodes { name location { name }
    pipelines { name } } } ... on Error { message } } }"""
_STATUS = """query($id: ID!) { answer: pipelineRunOrError(runId: $id) { __typename ... on PipelineRun { status }
    ... on Error { message } } }"""
_TERMINATE = """mutation($id: String!, $policy: TerminatePipelinePolicy) {
    answer: terminatePipelineExecution(runId: $id, terminatePolicy: $policy) { __typename
    ... on TerminatePipelineExecutionFailure { message } ... on Error { message } } }"""
_REEXECUTE = """mutation($params: ReexecutionParams!) { answer: launchPipelineReexecution(reexecutionParams: $params) {
    __typename ... on LaunchPipelineRunSuccess { run { runId } } ... on Error { message } } }"""
_RELOAD = """mutation($name: String!) { answer: reloadRepositoryLocation(repositoryLocationName: $name) {
    __typename ... on WorkspaceLocationEntry { loadStatus loadError { message className file line } }
    ... on Error { message } } }"""
_SHUTDOWN = """mutation($name: String!) { answer: shutdownRepositoryLocation(repositoryLocationName: $name) { __typename
    ... on Error { message } } }"""


class ReloadStatus(Enum):
    """How a reload ended."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


class ShutdownStatus(Enum):
    """How a shutdown ended."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


@dataclass(frozen=True, slots=True)
class ReloadInfo:
    """How a reload ended, and why if it failed."""

    status: ReloadStatus
    failure_type: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class ShutdownInfo:
    """How a shutdown ended, and why if it failed."""

    status: ShutdownStatus
    message: str | None = None


class OrchClient:
    """Talks to the orchestrator of one Jupyter server. Every method is one request; may be shared by threads."""

    def __init__(self, url: str | None = None, token: str | None = None, *, timeout: float = 90.0) -> None:
        """Args:
        url: the Jupyter server's address with its base URL, or that of any of its pages, as a browser shows it; left
            out, the server is found (:func:`find_server`).
        token: the server's token; left out, one in the address is taken.
        timeout: seconds that the server may be silent in one request.

        Raises:
            ServerNotFound: none was named, and none or several were found.
        """
        server = find_server() if url is None else Server(url, token or "")
        if url is None and token is not None:
            server = Server(server.url, token)
        self._connection = Connection(server, timeout)

    @property
    def server(self) -> Server:
        """The server that is talked to."""
        return self._connection.server

    def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Any GraphQL operation; returns its data.

        Raises:
            ClientError: it was refused.
        """
        return self._connection.graphql(query, variables)

    def health(self) -> dict[str, Any]:
        """Whether the orchestrator works, and which instance and workspace it works on, as REST tells it.

        Raises:
            ClientError: the server does not answer, or is not one of ours.
        """
        found: dict[str, Any] = self._connection.get("health")
        return found

    # runs

    def submit_pipeline_execution(
        self,
        pipeline_name: str,
        repository_location_name: str | None = None,
        repository_name: str | None = None,
        run_config: dict[str, Any] | str | None = None,
        mode: str | None = None,
        preset: str | None = None,
        tags: dict[str, str] | None = None,
        solid_selection: Sequence[str] | None = None,
        step_keys: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Start a run; returns its id.

        Args:
            repository_location_name, repository_name: may be left out when one pipeline alone has the name.
            run_config: as a dict, or YAML as a text.
            idempotency_key: a second call with the same key gives the first run.

        Raises:
            ClientError: it was refused; ``body`` holds every mistake of a run config.
        """
        location, repository = self._home_of(pipeline_name, repository_location_name, repository_name)
        selector: dict[str, Any] = {
            "repositoryLocationName": location,
            "repositoryName": repository,
            "pipelineName": pipeline_name,
        }
        if solid_selection is not None:
            selector["solidSelection"] = list(solid_selection)
        params: dict[str, Any] = {"selector": selector, "runConfigData": run_config, "mode": mode, "preset": preset}
        params["executionMetadata"] = {"tags": [{"key": k, "value": v} for k, v in (tags or {}).items()]}
        params["stepKeys"] = list(step_keys) if step_keys is not None else None
        params["idempotencyKey"] = idempotency_key
        answer = self._ask(_SUBMIT, {"params": params}, "LaunchPipelineRunSuccess")
        return str(answer["run"]["runId"])

    def submit_job_execution(
        self,
        job_name: str,
        repository_location_name: str | None = None,
        repository_name: str | None = None,
        run_config: dict[str, Any] | str | None = None,
        tags: dict[str, str] | None = None,
        op_selection: Sequence[str] | None = None,
    ) -> str:
        """The same under its later names."""
        return self.submit_pipeline_execution(
            job_name, repository_location_name, repository_name, run_config, tags=tags, solid_selection=op_selection
        )

    def reexecute_run(self, run_id: str, *, from_failure: bool = False) -> str:
        """Start a run with the pipeline and config of an earlier one; returns its id.

        Args:
            from_failure: only what failed and what depends on it.
        """
        params = {"parentRunId": run_id, "strategy": "FROM_FAILURE" if from_failure else "ALL_STEPS"}
        return str(self._ask(_REEXECUTE, {"params": params}, "LaunchPipelineRunSuccess")["run"]["runId"])

    def get_run_status(self, run_id: str) -> RunStatus:
        """Where a run is.

        Raises:
            ClientError: there is no such run.
        """
        return RunStatus(self._ask(_STATUS, {"id": run_id}, "PipelineRun")["status"])

    def get_run(self, run_id: str) -> dict[str, Any]:
        """A run with its steps, as REST tells it."""
        found: dict[str, Any] = self._connection.get(f"runs/{quoted(run_id)}")
        return found

    def wait_for_run(self, run_id: str, timeout: float | None = None) -> RunStatus:
        """Wait until a run has ended; returns how.

        Args:
            timeout: seconds at most; None waits for as long as it takes.

        Raises:
            TimeoutError: it has not ended in time; it goes on.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.get_run_status(run_id)) not in FINAL:
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"run {run_id} is {status} after {timeout:g} s; it goes on")
            time.sleep(0.2)
        return status

    def terminate_run(self, run_id: str, *, immediately: bool = False) -> None:
        """Stop a run.

        Args:
            immediately: do not wait for an orderly end: kill, and mark the run as canceled.

        Raises:
            ClientError: there is no such run, or it has ended already.
        """
        policy = "MARK_AS_CANCELED_IMMEDIATELY" if immediately else "SAFE_TERMINATE"
        self._ask(_TERMINATE, {"id": run_id, "policy": policy}, "TerminatePipelineExecutionSuccess")

    def get_logs(self, run_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The events of a run that are stored now, oldest first (``docs/reference/events.md``).

        Args:
            after: only events with a greater ``seq``.
        """
        events: list[dict[str, Any]] = []
        cursor: int | None = after
        while cursor is not None:
            page = self._connection.get(f"runs/{quoted(run_id)}/events?after={cursor}&limit=10000")
            events += page["events"]
            cursor = page["nextCursor"]
        return events

    def follow_logs(self, run_id: str, after: int = 0) -> Iterator[dict[str, Any]]:
        """Every event of a run as it comes, until the run has ended."""
        return self._connection.stream(f"runs/{quoted(run_id)}/events", after)

    def get_compute_log(self, run_id: str, step_key: str, stream: str = "stdout", start: int = 0) -> str:
        """What a step has printed so far, from byte ``start`` on.

        Args:
            step_key: ``"run"`` is the run's own process.
            stream: ``"stdout"`` or ``"stderr"``.
        """
        path = f"runs/{quoted(run_id)}/logs/{quoted(step_key)}/{quoted(stream)}"
        return self._connection.get_bytes(path, start).decode("utf-8", "replace")

    # code

    def locations(self) -> list[dict[str, Any]]:
        """Every code location, and whether its code loads, as REST tells it."""
        found: list[dict[str, Any]] = self._connection.get("locations")["locations"]
        return found

    # schedules and sensors

    def turn_schedule(self, name: str, *, on: bool, location: str | None = None) -> dict[str, Any]:
        """Switch a schedule on or off; gives it as REST tells it.

        Args:
            location: may be left out when one schedule alone has the name.

        Raises:
            ClientError: there is none, there are several, or the caller may not.
        """
        return self._turn("schedules", name, on, location)

    def turn_sensor(self, name: str, *, on: bool, location: str | None = None) -> dict[str, Any]:
        """The same for a sensor."""
        return self._turn("sensors", name, on, location)

    def _turn(self, noun: str, name: str, on: bool, location: str | None) -> dict[str, Any]:
        body = {} if location is None else {"location": location}
        found: dict[str, Any] = self._connection.post(f"{noun}/{quoted(name)}/{'start' if on else 'stop'}", body)
        return found

    # reloading

    def reload_repository_location(self, repository_location_name: str) -> ReloadInfo:
        """Load a location's code again, and wait until that has ended."""
        answer = self.execute(_RELOAD, {"name": repository_location_name})["answer"]
        if answer["__typename"] != "WorkspaceLocationEntry":
            return ReloadInfo(ReloadStatus.FAILURE, answer["__typename"], answer["message"])
        failure = answer["loadError"]
        if failure is not None:
            where = f" ({failure['file']}:{failure['line']})" if failure["file"] else ""
            message = f"{failure['className']}: {failure['message']}{where}"
            return ReloadInfo(ReloadStatus.FAILURE, "PythonError", message)
        return ReloadInfo(ReloadStatus.SUCCESS)

    def shutdown_repository_location(self, repository_location_name: str) -> ShutdownInfo:
        """End a location's kernel; the next request starts it again, and runs go on."""
        answer = self.execute(_SHUTDOWN, {"name": repository_location_name})["answer"]
        if answer["__typename"] == "ShutdownRepositoryLocationSuccess":
            return ShutdownInfo(ShutdownStatus.SUCCESS)
        return ShutdownInfo(ShutdownStatus.FAILURE, answer["message"])

    def _ask(self, query: str, variables: dict[str, Any], success: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.execute(query, variables)["answer"]
        name = answer["__typename"]
        if name != success:
            errors = answer.get("errors")
            told = _mistakes(answer["pipelineName"], errors) if errors else name
            raise ClientError(name, answer.get("message") or told, errors)
        return answer

    def _home_of(self, pipeline: str, location: str | None, repository: str | None) -> tuple[str, str]:
        if location is not None and repository is not None:
            return location, repository
        nodes = self._ask(_WHERE, {}, "RepositoryConnection")["nodes"]
        places = [
            (node["location"]["name"], node["name"])
            for node in nodes
            if pipeline in [p["name"] for p in node["pipelines"]]
            and location in (None, node["location"]["name"])
            and repository in (None, node["name"])
        ]
        if len(places) == 1:
            return places[0]
        if places:
            told = ", ".join(f"{found} in {place}" for place, found in places)
            raise ClientError("PipelineNotFoundError", f"several repositories have {pipeline!r}: {told}; name one")
        known = ", ".join(sorted({p["name"] for node in nodes for p in node["pipelines"]})) or "none"
        near = did_you_mean(pipeline, [p["name"] for node in nodes for p in node["pipelines"]])
        raise ClientError("PipelineNotFoundError", f"there is no pipeline {pipeline!r}{near}; there are: {known}")


def _mistakes(pipeline: str, errors: Sequence[dict[str, Any]]) -> str:
    """What is wrong with a run config, each mistake with its place."""
    lines = "\n".join(f"{_place(error)}: {error['message']}" for error in errors)
    return f"the run config of {pipeline} has {len(errors)} mistake(s):\n{lines}"


def _place(error: dict[str, Any]) -> str:
    keys = " › ".join(error["path"])
    if error["line"] is None:
        return keys or "(top)"
    return f"{error['line']}:{error['column']}{': ' + keys if keys else ''}"


class DagsterGraphQLClient(OrchClient):
    """The client as classic scripts make it: by host name and port."""

    def __init__(
        self,
        hostname: str,
        port_number: int | None = None,
        transport: None = None,
        use_https: bool = False,
        token: str | None = None,
        timeout: float = 90.0,
    ) -> None:
        """Args:
        hostname: host of the Jupyter server, with its base URL if it has one, e.g. ``"hub.example/user/ada"``.
        transport: there is one transport only; send the token with ``token``.
        """
        if transport is not None:
            raise ClientError("", "there is one transport only: leave 'transport' out, and give the server's token")
        host, _, base = hostname.partition("/")
        place = f"{host}:{port_number}" if port_number is not None else host
        super().__init__(f"{'https' if use_https else 'http'}://{place}/{base}", token, timeout=timeout)
