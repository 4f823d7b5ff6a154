"""What the magics ask the server, and how the answers look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from jupyter_orch.client import ClientError, OrchClient
from jupyter_orch.display.bundle import table
from jupyter_orch.records.status import FINAL, RunStatus

RUN = "application/vnd.jupyter_orch.run+json"
"""Our own form of a run: JupyterLab with the panel shows it live."""

_RUNS = """query($filter: RunsFilter, $limit: Int) { pipelineRunsOrError(filter: $filter, limit: $limit) {
  ... on PipelineRuns { results { runId pipelineName status createTime startTime endTime createdBy } }
  ... on Error { message } } }"""
_STATUS = """{ version workspaceOrError { ... on Workspace { locationEntries { name loadStatus loadError { message } } }
  ... on Error { message } } instance { daemonHealth { allDaemonStatuses { daemonType healthy } } } }"""
_SCHEDULES = """{ schedulesOrError { ... on Schedules { results { name status sentence pipelineName repositoryName
  repositoryLocationName nextTicks(limit: 1) { timestamp } } } ... on Error { message } } }"""
_TURN = """mutation($selector: ScheduleSelector!) { answer: %s(scheduleSelector: $selector) { __typename
  ... on ScheduleStateResult { schedule { status } } ... on Error { message } } }"""
_SERVE = """mutation($path: String!) { answer: serveNotebook(path: $path) { __typename
  ... on WorkspaceLocationEntry { name loadStatus loadError { message } } ... on Error { message } } }"""


class Table:
    """Rows of text, for notebooks and for terminals."""

    def __init__(self, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], empty: str) -> None:
        """Args:
        empty: what to say when there are none.
        """
        self.heads, self.rows, self._empty = heads, rows, empty

    def _repr_html_(self) -> str:
        return table(self.heads, self.rows) if self.rows else f"<p>{escape(self._empty)}</p>"

    def __repr__(self) -> str:
        if not self.rows:
            return self._empty
        widths = [max(map(len, column)) for column in zip(self.heads, *self.rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            for row in (self.heads, *self.rows)
        ]
        return "\n".join(line.rstrip() for line in lines)


class LaunchedRun:
    """A run on the server, as the last value of a cell.

    Attributes:
        run_id: its id.
    """

    def __init__(self, client: OrchClient, run_id: str) -> None:
        self._client = client
        self.run_id = run_id

    @property
    def status(self) -> RunStatus:
        """Where it is now."""
        return self._client.get_run_status(self.run_id)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in FINAL

    def wait(self, timeout: float | None = None) -> RunStatus:
        """Wait until it has ended; see :meth:`jupyter_orch.client.OrchClient.wait_for_run`."""
        return self._client.wait_for_run(self.run_id, timeout)

    def logs(self, step_key: str, stream: str = "stdout") -> str:
        """What a step has printed so far."""
        return self._client.get_compute_log(self.run_id, step_key, stream)

    def cancel(self) -> None:
        """Stop it."""
        self._client.terminate_run(self.run_id)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        found = self._client.get_run(self.run_id)
        steps = [(step["stepKey"], step["status"].lower(), _seconds(step)) for step in found["stepStats"]]
        head = f"run {self.run_id[:8]} of {found['pipelineName']}: {found['status'].lower()}"
        shown = Table(("step", "status", "time"), steps, "no step has begun")
        return {
            RUN: {"runId": self.run_id, "status": found["status"], "pipelineName": found["pipelineName"]},
            "text/html": f"<p><b>{escape(head)}</b></p>{shown._repr_html_()}",
            "text/plain": f"{head}\n{shown!r}",
        }


def newest_runs(client: OrchClient, limit: int, pipeline: str | None) -> Table:
    """The newest runs as a table."""
    where = {"pipelineName": pipeline} if pipeline else {}
    answer = client.execute(_RUNS, {"filter": where, "limit": limit})["pipelineRunsOrError"]
    rows = [
        (run["runId"][:8], run["pipelineName"], run["status"].lower(), _moment(run["createTime"]), _seconds(run))
        for run in _checked(answer)["results"]
    ]
    return Table(("run", "pipeline", "status", "created", "time"), rows, "There are no runs yet.")


def find_run(client: OrchClient, beginning: str) -> str:
    """The id of the one run whose id begins so; of the newest for ``latest``.

    Raises:
        ClientError: there is none among the newest hundred, or several.
    """
    if len(beginning) >= 36:
        return beginning
    runs = _checked(client.execute(_RUNS, {"filter": {}, "limit": 100})["pipelineRunsOrError"])["results"]
    if beginning == "latest" and runs:
        return str(runs[0]["runId"])
    found = [run["runId"] for run in runs if run["runId"].startswith(beginning)]
    if len(found) != 1:
        count = "none" if not found else f"{len(found)}"
        raise ClientError("PipelineRunNotFoundError", f"{count} of the newest 100 runs begins with {beginning!r}")
    return str(found[0])


def status_of(client: OrchClient) -> Table:
    """Server, locations and daemon as a table."""
    answer = client.execute(_STATUS)
    rows = [("server", client.server.url, f"jupyter_orch {answer['version']}")]
    for entry in _checked(answer["workspaceOrError"])["locationEntries"]:
        error = entry["loadError"]
        state = entry["loadStatus"].lower() if error is None else f"error: {error['message'].splitlines()[0]}"
        rows.append(("location", entry["name"], state))
    for daemon in answer["instance"]["daemonHealth"]["allDaemonStatuses"]:
        rows.append(("daemon", daemon["daemonType"].lower(), "runs" if daemon["healthy"] else "does not run"))
    return Table(("part", "name", "state"), rows, "")


def schedules(client: OrchClient) -> Table:
    """All schedules as a table."""
    rows = [
        (
            one["name"],
            one["pipelineName"],
            "on" if one["status"] == "RUNNING" else "off",
            one["sentence"],
            _moment(one["nextTicks"][0]["timestamp"]) if one["status"] == "RUNNING" and one["nextTicks"] else "",
        )
        for one in _schedules(client)
    ]
    return Table(("schedule", "pipeline", "state", "when", "next"), rows, "No location defines a schedule.")


def turn_schedule(client: OrchClient, name: str, *, on: bool) -> str:
    """Switch a schedule; returns what it is now.

    Raises:
        ClientError: there is no such schedule, or several; or it may not be switched.
    """
    found = [one for one in _schedules(client) if one["name"] == name]
    if len(found) != 1:
        known = ", ".join(one["name"] for one in _schedules(client)) or "none"
        raise ClientError(
            "ScheduleNotFoundError", f"{len(found) or 'no'} schedule is named {name!r}; there are: {known}"
        )
    keys = ("repositoryName", "repositoryLocationName")
    selector = {"scheduleName": name, **{key: found[0][key] for key in keys}}
    answer = client.execute(_TURN % ("startSchedule" if on else "stopRunningSchedule"), {"selector": selector})[
        "answer"
    ]
    return str(_checked(answer)["schedule"]["status"]).lower()


def serve(client: OrchClient, path: str) -> str:
    """Make a notebook a code location; returns what came of it.

    Raises:
        ClientError: it can not be one, or its code can not be loaded.
    """
    answer = _checked(client.execute(_SERVE, {"path": path})["answer"])
    if answer["loadError"] is not None:
        raise ClientError("LoadError", f"{answer['name']} can not be loaded: {answer['loadError']['message']}")
    return f"{answer['name']} is a code location until the server ends; save the notebook to load its changes."


def _schedules(client: OrchClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _checked(client.execute(_SCHEDULES)["schedulesOrError"])["results"]
    return found


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if "message" in answer:
        raise ClientError(str(answer.get("__typename", "")), str(answer["message"]))
    return answer


def _moment(instant: float) -> str:
    return datetime.fromtimestamp(float(instant)).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _seconds(timed: dict[str, Any]) -> str:
    start, end = timed.get("startTime"), timed.get("endTime")
    return f"{float(end) - float(start):.1f} s" if start is not None and end is not None else ""
