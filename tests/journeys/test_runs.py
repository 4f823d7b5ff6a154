"""From an API call to a recorded end, through a real server, kernel, worker and runner."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey

WAITING = {"solids": {"wait": {"config": {"seconds": 60.0}}}}


def launched(server: ServerProcess, pipeline: str, config: Any = None, **params: Any) -> str:
    answer = server.launch(pipeline, config, **params)
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    run_id: str = answer["run"]["runId"]
    return run_id


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [e["type"] for e in events]


def wait_for_text(server: ServerProcess, run_id: str, step: str, text: str) -> str:
    found = [""]

    def there() -> bool:
        status, body = server.request(f"orch/api/v1/runs/{run_id}/logs/{step}/stdout")
        found[0] = body.decode() if status == 200 else ""
        return text in found[0]

    wait_for(there, 20, lambda: json.dumps(server.events(run_id), indent=1))
    return found[0]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_a_run_goes_green_with_the_golden_order_of_events(shared: ServerProcess, executor: str) -> None:
    run_id = launched(shared, "short", {"execution": {executor: {}}})
    assert shared.wait_for_run(run_id)["status"] == "SUCCESS"
    events = shared.events(run_id)
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    golden = [k for k in kinds(events) if k.startswith("PIPELINE_") or k in ("STEP_START", "STEP_SUCCESS")]
    assert golden == [
        "PIPELINE_ENQUEUED",
        "PIPELINE_DEQUEUED",
        "PIPELINE_STARTING",
        "PIPELINE_START",
        *["STEP_START", "STEP_SUCCESS"] * 2,
        "PIPELINE_SUCCESS",
    ]
    assert any("forked from the location's warm process" in e["message"] for e in events)
    assert any(e["type"] == "LOG" and e["message"] == "got 1" for e in events)


def test_a_failing_step_ends_the_run_with_its_reason(shared: ServerProcess) -> None:
    run_id = launched(shared, "failing")
    run = shared.wait_for_run(run_id)
    assert run["status"] == "FAILURE"
    assert run["failure"]["message"] == "step fail failed: ValueError: no luck with 1"
    failed = next(e for e in shared.events(run_id) if e["type"] == "STEP_FAILURE")
    assert failed["step_key"] == "fail" and "no luck with 1" in json.dumps(failed["data"]["failure"])
    assert {s["stepKey"]: s["status"] for s in run["stepStats"]} == {"wait": "SUCCESS", "fail": "FAILURE"}


def test_output_of_steps_is_captured(shared: ServerProcess) -> None:
    run_id = launched(shared, "short")
    shared.wait_for_run(run_id)
    assert wait_for_text(shared, run_id, "wait", "waiting ends") == "waiting begins\nwaiting ends\n"


def test_all_mistakes_of_a_config_are_told_and_nothing_is_launched(shared: ServerProcess) -> None:
    before = shared.graphql("{ pipelineRunsOrError { ... on PipelineRuns { count } } }")
    text = "solids:\n  picky:\n    config:\n      rows: many\n      colour: red\n  nobody: {}\n"
    answer = shared.launch("configured", text)
    assert answer["__typename"] == "RunConfigValidationInvalid"
    found = {(e["reason"], "/".join(e["path"]), e["line"]) for e in answer["errors"]}
    assert found == {
        ("TYPE_MISMATCH", "solids/picky/config/rows", 4),
        ("UNDEFINED_FIELD", "solids/picky/config", 5),
        ("MISSING_FIELD", "solids/picky/config", 3),
        ("UNDEFINED_FIELD", "solids", 6),
    }
    assert shared.graphql("{ pipelineRunsOrError { ... on PipelineRuns { count } } }") == before


def test_a_config_that_is_no_yaml_is_told_with_its_line(shared: ServerProcess) -> None:
    answer = shared.launch("configured", "solids:\n  picky: [")
    assert answer["errors"][0]["reason"] == "SYNTAX" and answer["errors"][0]["line"] == 2


def test_a_preset_runs(shared: ServerProcess) -> None:
    assert shared.wait_for_run(launched(shared, "configured", preset="right"))["status"] == "SUCCESS"
    assert shared.launch("configured", preset="wrong")["__typename"] == "PresetNotFoundError"


def test_a_second_launch_with_the_same_key_finds_the_first_run(shared: ServerProcess) -> None:
    first = launched(shared, "short", idempotencyKey="only-once")
    assert launched(shared, "short", idempotencyKey="only-once") == first
    other = shared.launch("failing", idempotencyKey="only-once")
    assert other["__typename"] == "PipelineRunConflict" and "something else" in other["message"]


def test_a_step_that_the_plan_lacks_is_refused(shared: ServerProcess) -> None:
    answer = shared.launch("short", stepKeys=["add_on"])
    assert answer["__typename"] == "InvalidStepError" and "did you mean 'add_one'" in answer["message"]
    assert shared.wait_for_run(launched(shared, "short", stepKeys=["wait"]))["status"] == "SUCCESS"


def test_a_run_that_has_not_ended_is_not_deleted_and_can_be_ended_at_once(shared: ServerProcess) -> None:
    run_id = launched(shared, "long", WAITING)
    wait_for_text(shared, run_id, "wait", "waiting begins")
    delete = "mutation($id: String!) { deletePipelineRun(runId: $id) { __typename ... on Error { message } } }"
    assert shared.graphql(delete, id=run_id)["deletePipelineRun"]["__typename"] == "PipelineRunConflict"
    end = """mutation($id: String!) { terminatePipelineExecution(runId: $id, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) {
        __typename ... on TerminatePipelineExecutionSuccess { run { status } } } }"""
    assert shared.graphql(end, id=run_id)["terminatePipelineExecution"]["run"]["status"] == "CANCELED"
    assert {s["status"] for s in shared.run(run_id)["stepStats"]} == {"FAILURE"}
    assert shared.graphql(delete, id=run_id)["deletePipelineRun"]["__typename"] == "DeletePipelineRunSuccess"
    assert shared.run(run_id)["__typename"] == "PipelineRunNotFoundError"


def test_a_notebook_step_runs_and_its_notebook_is_kept(shared: ServerProcess) -> None:
    run_id = launched(shared, "with_notebook")
    assert shared.wait_for_run(run_id)["status"] == "SUCCESS"
    notebook = shared.get(f"orch/api/v1/runs/{run_id}/notebooks/double")
    assert "doubling 1" in json.dumps(notebook)
    assert any(e["type"] == "LOG" and e["message"] == "got 2" for e in shared.events(run_id))


def test_a_step_that_kills_its_process_fails_alone_when_it_has_one(shared: ServerProcess) -> None:
    run_id = launched(shared, "suicidal", {"execution": {"multiprocess": {}}})
    assert shared.wait_for_run(run_id)["status"] == "FAILURE"
    failed = next(e for e in shared.events(run_id) if e["type"] == "STEP_FAILURE")
    assert "signal 9" in failed["message"] + json.dumps(failed["data"])
    assert wait_for_text(shared, run_id, "end_process", "last words") == "last words\n"


def test_a_killed_runner_is_a_failure_that_names_the_signal(shared: ServerProcess) -> None:
    run_id = launched(shared, "long", WAITING)
    wait_for_text(shared, run_id, "wait", "waiting begins")
    runner = next(e["data"]["pid"] for e in shared.events(run_id) if e["data"].get("launch"))
    os.kill(runner, signal.SIGKILL)
    run = shared.wait_for_run(run_id, timeout=2)
    assert run["status"] == "FAILURE" and "signal 9 (SIGKILL)" in run["failure"]["message"]
    assert {s["stepKey"]: s["status"] for s in run["stepStats"]} == {"wait": "FAILURE"}


def test_a_killed_worker_is_noticed_and_its_runner_ended(shared: ServerProcess) -> None:
    run_id = launched(shared, "long", WAITING)
    wait_for_text(shared, run_id, "wait", "waiting begins")
    events = shared.events(run_id)
    worker = next(e["data"]["pid"] for e in events if e["type"] == "PIPELINE_START")
    runner = next(e["data"]["pid"] for e in events if e["data"].get("launch"))
    os.kill(worker, signal.SIGKILL)
    run = shared.wait_for_run(run_id, timeout=5)
    assert run["status"] == "FAILURE" and "worker lost" in run["failure"]["message"]
    wait_for(lambda: not is_running(runner), 3)


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_cancel_ends_everything_the_run_has_started(shared: ServerProcess, executor: str) -> None:
    run_id = launched(shared, "orphaning", {"execution": {executor: {}}})
    child = int(re.findall(r"child (\d+)", wait_for_text(shared, run_id, "leave_a_child", "child"))[0])
    assert is_running(child)
    query = """mutation($id: String!) { terminatePipelineExecution(runId: $id) {
        __typename ... on TerminatePipelineExecutionSuccess { run { status } } } }"""
    answer = shared.graphql(query, id=run_id)["terminatePipelineExecution"]
    assert answer["run"]["status"] == "CANCELING"
    assert shared.wait_for_run(run_id, timeout=20)["status"] == "CANCELED"
    wait_for(lambda: not is_running(child), 5)
    again = shared.graphql(query, id=run_id)["terminatePipelineExecution"]
    assert again["__typename"] == "TerminatePipelineExecutionFailure"


def test_a_rerun_from_failure_keeps_what_succeeded(shared: ServerProcess) -> None:
    parent = launched(shared, "failing")
    shared.wait_for_run(parent)
    answer = shared.graphql(
        """mutation($p: ReexecutionParams) { launchPipelineReexecution(reexecutionParams: $p) {
            __typename ... on LaunchPipelineRunSuccess { run { runId stepKeysToExecute rootRunId } } } }""",
        p={"parentRunId": parent, "strategy": "FROM_FAILURE"},
    )["launchPipelineReexecution"]
    assert answer["run"]["stepKeysToExecute"] == ["fail", "after"] and answer["run"]["rootRunId"] == parent
    again = shared.wait_for_run(answer["run"]["runId"])
    assert again["status"] == "FAILURE"
    failed = next(e for e in shared.events(again["runId"]) if e["type"] == "STEP_FAILURE")
    assert "no luck with 1" in json.dumps(failed["data"]), "the input came from the parent's stored output"


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_chosen_steps_build_on_their_parent_and_on_its_parent(shared: ServerProcess, executor: str) -> None:
    def of_steps(parent: str, *keys: str) -> dict[str, Any]:
        config = {"execution": {executor: {}}}
        return shared.launch("long", config, stepKeys=keys, executionMetadata={"parentRunId": parent})

    def done(answer: dict[str, Any]) -> str:
        assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
        run = shared.wait_for_run(answer["run"]["runId"])
        assert run["status"] == "SUCCESS", run
        query = "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { rootRunId } } }"
        assert shared.graphql(query, id=run["runId"])["pipelineRunOrError"] == {"rootRunId": root}
        return str(run["runId"])

    def started(run_id: str) -> list[str]:
        return [e["step_key"] for e in shared.events(run_id) if e["type"] == "STEP_START"]

    root = launched(shared, "long")
    assert shared.wait_for_run(root)["status"] == "SUCCESS"
    second = done(of_steps(root, "second", "third"))
    assert started(second) == ["second", "third"]
    assert sorted(started(done(of_steps(second, "second", "fourth")))) == ["fourth", "second"]
    assert "no step 'fifth'" in of_steps(root, "fifth")["message"]
    assert "there is no run" in of_steps("00000000-0000-4000-8000-000000000000", "third")["message"]
    other = shared.launch("short", stepKeys=["add_one"], executionMetadata={"parentRunId": root})
    assert "is one of pipeline 'long'" in other["message"]


def test_a_run_goes_on_while_its_server_is_dead(own: ServerProcess, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    run_id = launched(own, "long", {"solids": {"wait": {"config": {"until": str(gate)}}}})
    wait_for_text(own, run_id, "wait", "waiting begins")
    seen = own.events(run_id)
    own.kill()
    gate.touch()
    own.start()
    assert own.wait_for_run(run_id)["status"] == "SUCCESS"
    events = own.events(run_id)
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1)) and events[: len(seen)] == seen
    assert kinds(events).count("STEP_SUCCESS") == 4 and kinds(events).count("PIPELINE_START") == 1
    own.wait_for_locations()
    assert own.wait_for_run(launched(own, "short"))["status"] == "SUCCESS"


def test_a_cold_launch_works_and_says_so(own: ServerProcess) -> None:
    own.stop()
    (own.orch_home / "orch.yaml").write_text("run_launcher: subprocess\n")
    own.start()
    entry = own.wait_for_locations()["code.py"]
    assert entry["loadStatus"] == "LOADED", entry
    run_id = launched(own, "short")
    assert own.wait_for_run(run_id)["status"] == "SUCCESS"
    note = next(e for e in own.events(run_id) if e["data"].get("launch"))
    assert note["data"]["launch"] == "spawned" and "new processes" in note["message"]
    assert any("in a new process" in e["message"] for e in own.events(run_id))


def test_code_that_leaves_threads_is_run_cold_and_says_so(own: ServerProcess) -> None:
    code = own.root / "code.py"
    code.write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n"
        + code.read_text()
    )
    own.graphql('mutation { reloadRepositoryLocation(repositoryLocationName: "code.py") { __typename } }')
    wait_for(lambda: "thread" in json.dumps(own.locations()["code.py"]["displayMetadata"]), 20)
    run_id = launched(own, "short")
    assert own.wait_for_run(run_id)["status"] == "SUCCESS"
    note = next(e for e in own.events(run_id) if e["data"].get("launch"))
    assert note["data"]["launch"] == "spawned" and "thread 'Thread-1 (sleep)' is alive" in note["message"]
