"""What starts runs by itself, through a real server: sensors, schedules and backfills, their switches and ticks."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess, serving, wait_for

pytestmark = pytest.mark.journey
PLACE = {"repositoryName": "repo", "repositoryLocationName": "watch.py"}
TICKS = "ticks(limit: 50) { status skipReason runIds output isMissed lateSeconds error { className message } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("automation")
    root = folder / "root"
    shutil.copytree(Path(__file__).parent / "automation", root, ignore=shutil.ignore_patterns("__pycache__"))
    home = folder / "home"
    (home / "orch").mkdir(parents=True)
    (home / "orch" / "orch.yaml").write_text("sensors:\n  evaluation_timeout_seconds: 2\n")
    with serving(root, home) as started:
        entries = started.wait_for_locations()
        assert {e["loadStatus"] for e in entries.values()} == {"LOADED"}, entries
        yield started


def sensor(server: ServerProcess, name: str, place: dict[str, str] = PLACE) -> dict[str, Any]:
    found = server.graphql(
        f"""query($s: SensorSelector!) {{ sensorOrError(sensorSelector: $s) {{ __typename ... on Error {{ message }}
            ... on Sensor {{ status cursor lastRunKey nextEvaluation sensorType {TICKS} }} }} }}""",
        s={**place, "sensorName": name},
    )["sensorOrError"]
    assert found["__typename"] == "Sensor", found
    return dict(found)


def mutate(server: ServerProcess, verb: str, name: str, **more: Any) -> dict[str, Any]:
    declared = "".join(f", ${key}: String" for key in more)
    passed = "".join(f", {key}: ${key}" for key in more)
    answer = server.graphql(
        f"""mutation($s: SensorSelector!{declared}) {{ {verb}(sensorSelector: $s{passed}) {{ __typename
            ... on Error {{ message }} ... on SensorStateResult {{ sensor {{ status cursor }} }} }} }}""",
        s={**PLACE, "sensorName": name},
        **more,
    )
    return dict(answer[verb])


def said(server: ServerProcess) -> list[str]:
    path = server.root / "said.txt"
    return path.read_text().splitlines() if path.exists() else []


def until_said(server: ServerProcess, *words: str) -> None:
    wait_for(lambda: set(words) <= set(said(server)), 60, lambda: f"{said(server)}\n{server.log}")


def test_a_sensor_starts_each_file_once_and_says_why_it_skips(server: ServerProcess) -> None:
    assert mutate(server, "startSensor", "looks_for_files")["sensor"]["status"] == "RUNNING"
    for name in ("a.in", "b.in"):
        (server.root / name).touch()
        until_said(server, name)
    wait_for(
        lambda: sensor(server, "looks_for_files")["ticks"][0]["skipReason"] == "no new file", 30, lambda: server.log
    )
    found = sensor(server, "looks_for_files")
    assert (found["cursor"], found["lastRunKey"]) == ("b.in", "b.in")
    assert mutate(server, "setSensorCursor", "looks_for_files", cursor=None)["sensor"]["cursor"] is None
    wait_for(
        lambda: any("a.in, b.in" in (t["skipReason"] or "") for t in sensor(server, "looks_for_files")["ticks"]), 30
    )
    assert mutate(server, "stopSensor", "looks_for_files")["sensor"]["status"] == "STOPPED"
    assert [word for word in said(server) if word.endswith(".in")] == ["a.in", "b.in"]


def test_a_sensor_that_is_pushed_is_evaluated_at_once(server: ServerProcess) -> None:
    assert "is off" in mutate(server, "triggerSensor", "pushed")["message"]
    mutate(server, "startSensor", "pushed")
    wait_for(lambda: said(server).count("pushed") == 1, 30, lambda: server.log)
    assert mutate(server, "triggerSensor", "pushed")["__typename"] == "SensorStateResult"
    wait_for(lambda: said(server).count("pushed") == 2, 30, lambda: server.log)
    assert len(sensor(server, "pushed")["ticks"]) == 2


def test_an_asset_sensor_follows_materializations(server: ServerProcess) -> None:
    mutate(server, "startSensor", "follows_table")
    launched = server.launch("fill", location="watch.py")
    assert server.wait_for_run(launched["run"]["runId"])["status"] == "SUCCESS"
    until_said(server, "table p1")
    mutate(server, "stopSensor", "follows_table")
    assert said(server).count("table p1") == 1


def test_a_failure_sensor_hears_of_failures_from_its_start_on(server: ServerProcess) -> None:
    alarms = server.root / "alarm.txt"
    before = server.launch("broken", location="watch.py")
    server.wait_for_run(before["run"]["runId"])
    mutate(server, "startSensor", "alarm")
    wait_for(lambda: sensor(server, "alarm")["cursor"] is not None, 30, lambda: server.log)
    after = server.launch("broken", location="watch.py")
    server.wait_for_run(after["run"]["runId"])
    wait_for(alarms.exists, 30, lambda: server.log)
    wait_for(lambda: sensor(server, "alarm")["ticks"][0]["status"] == "SKIPPED", 30)
    assert len(alarms.read_text().splitlines()) == 1 and alarms.read_text().startswith("broken: ")
    mutate(server, "stopSensor", "alarm")


def test_a_function_that_takes_too_long_is_ended_and_holds_up_nobody(server: ServerProcess) -> None:
    mutate(server, "startSensor", "endless")

    def ended() -> list[dict[str, Any]]:
        return [t for t in sensor(server, "endless")["ticks"] if t["status"] == "FAILURE"]

    wait_for(lambda: len(ended()) >= 2, 60, lambda: server.log)
    assert ended()[0]["error"]["className"] == "EvaluationTimeout" and "2 s" in ended()[0]["error"]["message"]
    query = "query($s: SensorSelector!) { sensorOrError(sensorSelector: $s) { ... on Sensor { id } } }"
    origin = server.graphql(query, s={**PLACE, "sensorName": "endless"})
    stop = """mutation($id: String!) { stopSensor(jobOriginId: $id) { __typename ... on Error { message }
        ... on SensorStateResult { sensorState { status } } } }"""
    stopped = server.graphql(stop, id=origin["sensorOrError"]["id"])["stopSensor"]
    assert stopped["sensorState"]["status"] == "STOPPED", "as classic clients do"
    assert server.graphql(stop, id="nobody")["stopSensor"]["__typename"] == "SensorNotFoundError"
    elsewhere = {"repositoryName": "repo", "repositoryLocationName": "stuck.py"}
    assert sensor(server, "hangs", elsewhere)["ticks"], "the other location's sensor is on by its code"


def test_a_dry_run_shows_what_would_happen_and_does_nothing(server: ServerProcess) -> None:
    fields = """__typename ... on Error { message } ... on DryRunInstigationTick { cursor skipReason output
        runRequests { runKey pipelineName runConfigYaml isUsed errors { message path } } error { message } }"""
    schedule = {**PLACE, "scheduleName": "yearly"}
    midnight = 1735686000.0
    query = f"mutation($s: ScheduleSelector!, $t: Float) {{ scheduleDryRun(selectorData: $s, timestamp: $t) {{ {fields} }} }}"
    tick = server.graphql(query, s=schedule, t=midnight)["scheduleDryRun"]
    assert "happy new year" in tick["runRequests"][0]["runConfigYaml"]
    assert tick["output"] == "thinking about 2025-01-01T00:00:00+01:00\n"
    wrong = server.graphql(query, s={**PLACE, "scheduleName": "careless"})["scheduleDryRun"]
    assert any("wort" in error["message"] for error in wrong["runRequests"][0]["errors"])
    query = f"mutation($s: SensorSelector!, $c: String) {{ sensorDryRun(selectorData: $s, cursor: $c) {{ {fields} }} }}"
    (server.root / "z.in").touch()
    tick = server.graphql(query, s={**PLACE, "sensorName": "looks_for_files"}, c="y")["sensorDryRun"]
    assert [r["runKey"] for r in tick["runRequests"]] == ["z.in"] and tick["cursor"] == "z.in"
    assert "z.in" not in said(server) and "happy new year" not in said(server)
    gone = server.graphql(query, s={**PLACE, "sensorName": "looks_for_file"})["sensorDryRun"]
    assert gone["__typename"] == "SensorNotFoundError" and "did you mean 'looks_for_files'" in gone["message"]


def test_schedules_tell_their_next_due_times_and_fire_on_the_minute(server: ServerProcess) -> None:
    turn = """mutation($s: ScheduleSelector!) { startSchedule(scheduleSelector: $s) { __typename
        ... on ScheduleStateResult { schedule { status nextTicks(limit: 2) { timestamp localTime note } } } } }"""
    for name in ("minutely", "careless"):
        started = server.graphql(turn, s={**PLACE, "scheduleName": name})["startSchedule"]["schedule"]
        assert started["status"] == "RUNNING"
    due = started["nextTicks"]
    assert due[0]["timestamp"] > time.time() - 1 and due[1]["timestamp"] - due[0]["timestamp"] == 60
    assert due[0]["localTime"].endswith("UTC") and due[0]["note"] is None

    def ticks(name: str) -> list[dict[str, Any]]:
        answer = server.graphql(
            f"""query($s: ScheduleSelector!) {{ scheduleOrError(scheduleSelector: $s) {{
                ... on Schedule {{ {TICKS} }} }} }}""",
            s={**PLACE, "scheduleName": name},
        )
        return [t for t in answer["scheduleOrError"]["ticks"] if t["status"] != "STARTED"]

    wait_for(lambda: bool(ticks("minutely")) and bool(ticks("careless")), 90, lambda: server.log)
    good, bad = ticks("minutely")[-1], ticks("careless")[-1]
    assert (good["status"], good["output"]) == ("SUCCESS", "WARNING user: this minute\n")
    assert 0 <= good["lateSeconds"] < 30 and not good["isMissed"]
    assert server.wait_for_run(good["runIds"][0])["status"] == "SUCCESS"
    assert (bad["status"], len(bad["runIds"])) == ("SUCCESS", 1), "case 16: the run exists and has failed"
    failed = server.run(bad["runIds"][0])
    assert failed["status"] == "FAILURE" and "wort" in failed["failure"]["message"]
    assert server.events(bad["runIds"][0])[-1]["type"] == "PIPELINE_FAILURE"


def test_a_backfill_makes_the_runs_of_its_partitions(server: ServerProcess) -> None:
    selector = {"partitionSetName": "letters", "repositorySelector": PLACE}
    launch = """mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) { __typename
        ... on Error { message } ... on LaunchBackfillSuccess { backfillId } } }"""
    refused = server.graphql(launch, p={"selector": selector, "partitionNames": ["zz"]})["launchPartitionBackfill"]
    assert "no partition 'zz'" in refused["message"]
    made = server.graphql(launch, p={"selector": selector, "partitionRange": {"start": "a5", "end": "d4"}})
    backfill_id = made["launchPartitionBackfill"]["backfillId"]
    look = """query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill {
        status numPartitions numTotal unfinishedRuns { runId } numRequested numRuns runStatusCounts { status count } createdBy
        partitionStatuses { results { partitionName runStatus runId } } } } }"""

    def backfill() -> dict[str, Any]:
        return dict(server.graphql(look, id=backfill_id)["partitionBackfillOrError"])

    wait_for(
        lambda: backfill()["runStatusCounts"] == [{"status": "SUCCESS", "count": 30}],
        120,
        lambda: f"{backfill()}\n{server.log}",
    )
    done = backfill()
    assert (done["numTotal"], done["unfinishedRuns"]) == (30, [])
    assert (done["status"], done["numPartitions"], done["numRequested"], done["numRuns"]) == ("COMPLETED", 30, 30, 30)
    assert sorted(w for w in said(server) if len(w) == 2 and w[1].isdecimal()) == sorted(
        s["partitionName"] for s in done["partitionStatuses"]["results"]
    )
    whole = server.graphql(
        """query($r: RepositorySelector!) { partitionSetOrError(repositorySelector: $r, partitionSetName: "letters") {
            ... on PartitionSet { pipelineName partitionsOrError(limit: 2, reverse: true) { ... on Partitions { results {
                name status runConfigOrError { ... on PartitionRunConfig { yaml } }
                tagsOrError { ... on PartitionTags { results { key value } } } } } }
              backfills { backfillId }
              partitionStatusesOrError { ... on PartitionStatuses { results { partitionName runStatus } } } } } }""",
        r=PLACE,
    )["partitionSetOrError"]
    newest = whole["partitionsOrError"]["results"][0]
    assert (newest["name"], newest["status"]) == ("d9", None) and "word: d9" in newest["runConfigOrError"]["yaml"]
    assert {"key": "dagster/partition", "value": "d9"} in newest["tagsOrError"]["results"]
    statuses = {s["partitionName"]: s["runStatus"] for s in whole["partitionStatusesOrError"]["results"]}
    assert len(statuses) == 40 and statuses["a5"] == "SUCCESS" and statuses["a4"] is None
    assert [b["backfillId"] for b in whole["backfills"]] == [backfill_id]
    cancel = """mutation($id: String!) { cancelPartitionBackfill(backfillId: $id) { __typename
        ... on Error { message } } }"""
    late = server.graphql(cancel, id=backfill_id)["cancelPartitionBackfill"]
    assert "is COMPLETED" in late["message"]
    gone = server.graphql(cancel, id="nobody")["cancelPartitionBackfill"]
    assert gone["__typename"] == "BackfillNotFoundError"


def test_what_is_on_but_in_no_code_any_more_is_shown_with_its_history(server: ServerProcess) -> None:
    query = """{ unloadableInstigationStatesOrError { ... on InstigationStates { results {
        name instigationType status repositoryLocationName ticks(limit: 5) { status } runsCount } } } }"""
    assert server.graphql(query)["unloadableInstigationStatesOrError"]["results"] == []
    code = server.root / "stuck.py"
    before = code.read_text()
    code.write_text(before.replace("return [small, hangs]", "return [small]"))

    def lost() -> list[dict[str, Any]]:
        return list(server.graphql(query)["unloadableInstigationStatesOrError"]["results"])

    wait_for(lambda: len(lost()) == 1, 60, lambda: server.log)
    (found,) = lost()
    assert (found["name"], found["instigationType"], found["status"]) == ("hangs", "SENSOR", "RUNNING")
    assert found["ticks"] and found["repositoryLocationName"] == "stuck.py"
    code.write_text(before)
    wait_for(lambda: lost() == [], 60, lambda: server.log)


def test_what_is_on_keeps_an_idle_server_alive(server: ServerProcess) -> None:
    begun = server.get("api/status")["last_activity"]
    wait_for(lambda: server.get("api/status")["last_activity"] > begun, 90, lambda: server.log)
