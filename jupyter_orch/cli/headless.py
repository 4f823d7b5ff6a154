"""The example's main pipeline through a real Jupyter server: start, load, launch, follow, sum up, stop."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from jupyter_orch.api.logs import notebooks_of
from jupyter_orch.cli.example import HOME, history_command
from jupyter_orch.cli.jupyter_process import JupyterProcess, ServerFailed
from jupyter_orch.cli.listing import Column, duration, elapsed, show_listing

LOCATION, PIPELINE = "penguins.py", "penguin_report"
READY_SECONDS, LOAD_SECONDS, RUN_SECONDS = 60.0, 180.0, 300.0
POLL = 0.2
FINAL = {"SUCCESS", "FAILURE", "CANCELED"}

_LOCATIONS = """
query Locations {
  workspaceOrError {
    __typename
    ... on PythonError { message }
    ... on Workspace {
      locationEntries {
        name loadStatus progress
        loadError { className message file line code hint }
        locationOrLoadError {
          __typename
          ... on RepositoryLocation { repositories { name pipelines { name } } }
        }
      }
    }
  }
}
"""
_LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchPipelineRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { errors { message path } }
    ... on Error { message }
  }
}
"""
_RUN = """
query Run($runId: ID!) {
  pipelineRunOrError(runId: $runId) {
    __typename
    ... on Error { message }
    ... on PipelineRun {
      status startTime endTime
      stepStats { stepKey status startTime endTime attempts }
      failure { className message file line code hint }
    }
  }
}
"""
_EVENTS = """
query Events($runId: ID!) {
  pipelineRunOrError(runId: $runId) { ... on PipelineRun { events(limit: 10000) } }
}
"""
STEP_COLUMNS = (Column("stepKey", "STEP"), Column("status", "STATUS"), Column("seconds", "TOOK", duration))


def run_headless(folder: Path, port: int | None) -> int:
    """Run the example's main pipeline and print a summary.

    Args:
        folder: holds a copy of the example.
        port: for the server; a free one when None.

    Returns:
        0 when the run succeeded, else 1.

    Raises:
        ServerFailed: the server, the code or the launch failed; the message says which and why.
    """
    log = folder / HOME / "jupyter.log"
    print(f"Starting a Jupyter server on {folder}", flush=True)
    with JupyterProcess(
        "jupyter_server", folder, folder / HOME, port=port, options=["--no-browser"], log=log
    ) as server:
        server.wait_until_ready(READY_SECONDS)
        print(f"Listening on {server.url}; loading {LOCATION}", flush=True)
        repository = _wait_for_repository(server)
        run_id = _launch(server, repository)
        print(f"Launched {PIPELINE} as run {run_id}", flush=True)
        run = _follow(server, run_id)
        failed = [] if run["status"] == "SUCCESS" else _failed_steps(server, run_id)
    return _sum_up(folder, run_id, run, failed)


def _wait_for_repository(server: JupyterProcess) -> str:
    """The repository that holds the pipeline, once its location is loaded."""
    deadline = time.monotonic() + LOAD_SECONDS
    while time.monotonic() < deadline:
        workspace = server.query(_LOCATIONS)["workspaceOrError"]
        if workspace["__typename"] != "Workspace":
            raise ServerFailed(f"the workspace can not be read: {workspace['message']}")
        entry = next((e for e in workspace["locationEntries"] if e["name"] == LOCATION), None)
        if entry is not None and entry["loadStatus"] == "ERROR":
            raise ServerFailed(f"{LOCATION} does not load: {_failure_text(entry['loadError'])}")
        if entry is not None and entry["loadStatus"] == "LOADED":
            return _repository_of(entry)
        time.sleep(POLL)
    raise ServerFailed(f"{LOCATION} did not load in {LOAD_SECONDS:g} s")


def _repository_of(entry: dict[str, Any]) -> str:
    for repository in entry["locationOrLoadError"]["repositories"]:
        if PIPELINE in {pipeline["name"] for pipeline in repository["pipelines"]}:
            return str(repository["name"])
    raise ServerFailed(f"{LOCATION} has no pipeline {PIPELINE} any more; run the demo in a new folder")


def _launch(server: JupyterProcess, repository: str) -> str:
    selector = {"pipelineName": PIPELINE, "repositoryName": repository, "repositoryLocationName": LOCATION}
    answer = server.query(_LAUNCH, {"params": {"selector": selector}})["launchPipelineExecution"]
    if answer["__typename"] == "LaunchPipelineRunSuccess":
        return str(answer["run"]["runId"])
    mistakes = [f"{' › '.join(e['path'])}: {e['message']}" for e in answer.get("errors", ())]
    raise ServerFailed(f"{PIPELINE} was not launched ({answer['__typename']}): {answer.get('message') or mistakes}")


def _follow(server: JupyterProcess, run_id: str) -> dict[str, Any]:
    """Print each step as it ends; returns the run at its end."""
    told: set[str] = set()
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        run = server.query(_RUN, {"runId": run_id})["pipelineRunOrError"]
        if run["__typename"] != "PipelineRun":
            raise ServerFailed(f"run {run_id} is lost: {run['message']}")
        for step in run["stepStats"]:
            if step["endTime"] is not None and step["stepKey"] not in told:
                told.add(step["stepKey"])
                print(f"  {step['status'].lower():<8} {step['stepKey']}", flush=True)
        if run["status"] in FINAL:
            return dict(run)
        time.sleep(POLL)
    raise ServerFailed(f"run {run_id} did not end in {RUN_SECONDS:g} s")


def _failed_steps(server: JupyterProcess, run_id: str) -> list[str]:
    """Each step that failed, with its reason."""
    events = server.query(_EVENTS, {"runId": run_id})["pipelineRunOrError"]["events"]
    failures = {e["step_key"]: e["data"]["failure"] for e in events if e["type"] == "STEP_FAILURE"}
    return [f"step {key}: {_failure_text({**f, 'className': f['cls']})}" for key, f in failures.items() if f]


def _sum_up(folder: Path, run_id: str, run: dict[str, Any], failed: list[str]) -> int:
    steps = [{**s, "seconds": elapsed(s["startTime"], s["endTime"])} for s in run["stepStats"]]
    print()
    show_listing(steps, STEP_COLUMNS, as_json=False, nothing="No step has started.")
    print(f"\n{PIPELINE}: {run['status']} in {duration(elapsed(run['startTime'], run['endTime']))}")
    for step in steps:
        for notebook in notebooks_of(folder / HOME / "storage", run_id, step["stepKey"]):
            print(f"Executed notebook: {notebook}")
    print(f"Its history: {history_command(folder)}")
    if run["status"] == "SUCCESS":
        return 0
    for reason in failed:
        print(reason)
    if run["failure"] and not failed:
        print(_failure_text(run["failure"]))
    print(f"See: jupyter-orch --home {folder / HOME} run logs {run_id}")
    return 1


def _failure_text(failure: dict[str, Any] | None) -> str:
    if failure is None:
        return "no reason was recorded"
    place = f"\n  at {failure['file']}:{failure['line']}" if failure.get("file") else ""
    code = f"\n     {failure['code'].strip()}" if failure.get("code") else ""
    hint = f"\n  hint: {failure['hint']}" if failure.get("hint") else ""
    return f"{failure.get('className') or 'Error'}: {failure['message']}{place}{code}{hint}"
