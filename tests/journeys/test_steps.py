"""What steps do to a run, through a real server, kernel, worker and runner: nothing is lost, nobody stays behind."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_runs import is_running, kinds, launched, wait_for_text
from tests.server_process import ServerProcess, serving, wait_for

pytestmark = pytest.mark.journey

BOTH_EXECUTORS = pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
GRACE = 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server with the pipelines of this page."""
    folder = tmp_path_factory.mktemp("steps")
    root = folder / "root"
    shutil.copytree(Path(__file__).parent / "steps", root, ignore=shutil.ignore_patterns("__pycache__"))
    with serving(root, folder / "home") as started:
        entries = started.wait_for_locations()
        assert entries["code.py"]["loadStatus"] == "LOADED", entries
        yield started


def all_events(server: ServerProcess, run_id: str) -> list[dict[str, Any]]:
    """Every event of a run, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = server.get(f"orch/api/v1/runs/{run_id}/events?limit=10000&after={len(found)}")["events"]
        found += page
        if not page:
            return found


def logged(events: list[dict[str, Any]], step: str | None = None) -> list[str]:
    return [e["message"] for e in events if e["type"] == "LOG" and step in (None, e["step_key"])]


def multiprocess(**config: Any) -> dict[str, Any]:
    return {"execution": {"multiprocess": {"config": config}}}


def cancel(server: ServerProcess, run_id: str) -> None:
    answer = server.graphql(
        "mutation($id: String!) { terminatePipelineExecution(runId: $id) { __typename } }", id=run_id
    )
    assert answer["terminatePipelineExecution"]["__typename"] == "TerminatePipelineExecutionSuccess"


def test_of_twenty_thousand_lines_from_twenty_steps_at_once_none_is_lost(server: ServerProcess) -> None:
    run_id = launched(server, "chatty", multiprocess(max_concurrent=20))
    assert server.wait_for_run(run_id, timeout=120)["status"] == "SUCCESS"
    events = all_events(server, run_id)
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    for number in range(20):
        step = f"chat_{number:02}"
        assert logged(events, step) == [f"{step} says {line}" for line in range(1000)]
    assert not [e for e in events if "locked" in e["message"]]
    assert_they_ran_at_once(events)


def assert_they_ran_at_once(events: list[dict[str, Any]]) -> None:
    started, most = 0, 0
    for event in events:
        started += {"STEP_START": 1, "STEP_SUCCESS": -1}.get(event["type"], 0)
        most = max(most, started)
    assert most > 1


def test_the_only_line_of_a_step_that_exits_at_once_is_kept_thirty_times(server: ServerProcess) -> None:
    run_id = launched(server, "abrupt", multiprocess())
    assert server.wait_for_run(run_id, timeout=120)["status"] == "FAILURE"
    steps = [f"gone_{number:02}" for number in range(30)]
    failed = {e["step_key"]: e for e in server.events(run_id) if e["type"] == "STEP_FAILURE"}
    assert sorted(failed) == steps
    for step in steps:
        assert server.request(f"orch/api/v1/runs/{run_id}/logs/{step}/stdout") == (
            200,
            f"last line of {step}\n".encode(),
        )
        assert "7" in failed[step]["message"] + json.dumps(failed[step]["data"]["failure"])


@pytest.mark.parametrize(
    ("executor", "own_session", "patience"),
    [("multiprocess", False, 10), ("multiprocess", True, 10), ("in_process", True, 45)],
    ids=["multiprocess", "multiprocess-own-session", "in-process-own-session"],
)
def test_of_a_family_that_ignores_term_none_is_alive_after_the_grace(
    server: ServerProcess, executor: str, own_session: bool, patience: int
) -> None:
    options = {"config": {"termination_grace_seconds": GRACE}} if executor == "multiprocess" else {}
    config = {
        "solids": {"have_grandchildren": {"config": {"own_session": own_session}}},
        "execution": {executor: options},
    }
    run_id = launched(server, "family", config)
    text = wait_for_text(server, run_id, "have_grandchildren", "family")
    pids = [int(pid) for pid in re.findall(r"\d+", text.splitlines()[0])]
    assert len(pids) == 3 and all(map(is_running, pids))
    cancel(server, run_id)
    assert server.wait_for_run(run_id, timeout=patience)["status"] == "CANCELED"
    wait_for(lambda: not any(map(is_running, pids)), 30, lambda: str([pid for pid in pids if is_running(pid)]))


@BOTH_EXECUTORS
def test_a_flaky_step_is_tried_again_until_it_works(server: ServerProcess, executor: str) -> None:
    config = {"solids": {"flaky": {"config": {"fail_times": 2}}}, "execution": {executor: {}}}
    run_id = launched(server, "retrying", config)
    run = server.wait_for_run(run_id)
    events = server.events(run_id)
    assert run["status"] == "SUCCESS" and logged(events) == ["got 2"]
    counts = Counter(e["type"] for e in events if e["step_key"] == "flaky")
    assert (counts["STEP_UP_FOR_RETRY"], counts["STEP_RESTARTED"], counts["STEP_FAILURE"]) == (2, 2, 0)
    assert {s["stepKey"]: s["attempts"] for s in run["stepStats"]} == {"flaky": 3, "say_number": 1}


def test_a_step_that_fails_too_often_fails_with_its_last_reason(server: ServerProcess) -> None:
    run_id = launched(server, "retrying", {"solids": {"flaky": {"config": {"fail_times": 9}}}})
    assert server.wait_for_run(run_id)["status"] == "FAILURE"
    (failed,) = (e for e in server.events(run_id) if e["type"] == "STEP_FAILURE")
    assert failed["step_key"] == "flaky" and "attempt 2 got no answer" in json.dumps(failed["data"]["failure"])


@BOTH_EXECUTORS
@pytest.mark.parametrize(("items", "sum_of_squares"), [(5, 30), (0, 0)])
def test_a_fan_out_over_values_known_only_at_run_time(
    server: ServerProcess, executor: str, items: int, sum_of_squares: int
) -> None:
    config = {"solids": {"scatter": {"config": {"items": items}}}, "execution": {executor: {}}}
    run_id = launched(server, "fanning", config)
    run = server.wait_for_run(run_id)
    assert run["status"] == "SUCCESS"
    assert logged(server.events(run_id)) == [f"{items} squares make {sum_of_squares}"]
    mapped = {s["stepKey"] for s in run["stepStats"]} - {"scatter", "total"}
    assert mapped == {f"square[k{number}]" for number in range(items)}


def test_a_rerun_from_failure_repeats_only_the_mapped_step_that_failed(server: ServerProcess, tmp_path: Path) -> None:
    mended = tmp_path / "mended"
    config = {
        "solids": {
            "scatter": {"config": {"items": 3}},
            "square": {"config": {"fails_at": 1, "until": str(mended)}},
        }
    }
    parent = launched(server, "fanning", config)
    assert server.wait_for_run(parent)["status"] == "FAILURE"
    mended.touch()
    answer = server.graphql(
        """mutation($p: ReexecutionParams) { launchPipelineReexecution(reexecutionParams: $p) {
            __typename ... on LaunchPipelineRunSuccess { run { runId stepKeysToExecute } } } }""",
        p={"parentRunId": parent, "strategy": "FROM_FAILURE"},
    )["launchPipelineReexecution"]
    assert answer["run"]["stepKeysToExecute"] == ["square[k1]", "total"]
    again = answer["run"]["runId"]
    assert server.wait_for_run(again)["status"] == "SUCCESS"
    events = server.events(again)
    assert [e["step_key"] for e in events if e["type"] == "STEP_SUCCESS"] == ["square[k1]", "total"]
    assert logged(events) == ["3 squares make 5"]


@BOTH_EXECUTORS
def test_hooks_fire_once_for_each_step_and_a_broken_one_changes_nothing(server: ServerProcess, executor: str) -> None:
    run_id = launched(server, "hooked", {"execution": {executor: {}}})
    run = server.wait_for_run(run_id)
    events = server.events(run_id)
    assert {s["stepKey"]: s["status"] for s in run["stepStats"]} == {"fine": "SUCCESS", "broken": "FAILURE"}
    assert sorted(logged(events)) == ["broken failed with LookupError", "ding for fine"]
    hooks = [(e["step_key"], e["type"]) for e in events if e["type"] in ("HOOK_COMPLETED", "HOOK_ERRORED")]
    assert sorted(hooks) == [("broken", "HOOK_COMPLETED"), ("fine", "HOOK_COMPLETED"), ("fine", "HOOK_ERRORED")]
    errored = next(e for e in events if e["type"] == "HOOK_ERRORED")
    assert "clumsy" in errored["message"] and "dropped after fine" in json.dumps(errored["data"])


@BOTH_EXECUTORS
@pytest.mark.parametrize("how", ["fail", "wait"])
def test_resources_are_closed_in_reverse_after_a_failure_and_after_a_cancel(
    server: ServerProcess, tmp_path: Path, executor: str, how: str
) -> None:
    diary = tmp_path / "diary"
    config = {
        "resources": {"ground": {"config": {"diary": str(diary)}}},
        "solids": {"live": {"config": {"how": how}}},
        "execution": {executor: {}},
    }
    run_id = launched(server, "living", config)
    wait_for_text(server, run_id, "live", "living")
    if how == "wait":
        cancel(server, run_id)
    assert server.wait_for_run(run_id)["status"] == {"fail": "FAILURE", "wait": "CANCELED"}[how]
    assert diary.read_text().split("\n")[:-1] == ["ground opened", "house opened", "house closed", "ground closed"]


def said_by_the_library(server: ServerProcess, executor: str) -> list[tuple[str, str]]:
    run_id = launched(server, "library", {"execution": {executor: {}}})
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    return [(e["level"], e["step_key"]) for e in server.events(run_id) if e["message"].startswith("the library")]


@BOTH_EXECUTORS
def test_what_libraries_say_through_python_logging_is_in_the_log_of_the_run(
    server: ServerProcess, executor: str
) -> None:
    assert said_by_the_library(server, executor) == [("WARNING", "use_python_logging")]


def test_orch_yaml_says_which_loggers_are_heard_and_how_loud(server: ServerProcess) -> None:
    settings = server.orch_home / "orch.yaml"
    server.stop()
    settings.write_text("python_logs: {managed_python_loggers: [a], python_log_level: DEBUG}")
    try:
        server.start()
        server.wait_for_locations()
        found = said_by_the_library(server, "multiprocess")
    finally:
        server.stop()
        settings.unlink()
        server.start()
        server.wait_for_locations()
    assert found == [("DEBUG", "use_python_logging"), ("WARNING", "use_python_logging")]


def test_a_chain_of_three_thousand_steps_runs_in_order(server: ServerProcess) -> None:
    run_id = launched(server, "chain", {"execution": {"in_process": {}}})
    assert server.wait_for_run(run_id, timeout=180)["status"] == "SUCCESS"
    events = all_events(server, run_id)
    done = [e["step_key"] for e in events if e["type"] == "STEP_SUCCESS"]
    assert done == [f"link_{number:04}" for number in range(3000)]
    assert kinds(events).count("PIPELINE_SUCCESS") == 1
