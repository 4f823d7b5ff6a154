"""Questions about loaded code: typed errors, config, plans, ticks, partitions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.errors import OrchError
from jupyter_orch.records.codec import dumps
from jupyter_orch_kernel.code_server import CodeServer
from jupyter_orch_kernel.loader import LOOSE, load
from tests.kernel.orders import target_for

CODE = """
import datetime

@solid(config_schema={"n": int})
def source(context): return context.solid_config["n"]

@solid
def inc(x: int): return x + 1

@pipeline(mode_defs=[ModeDefinition("prod"), ModeDefinition("dev")])
def p(): inc(source())

@schedule("0 9 * * *", "p", mode="prod", execution_timezone="Europe/Berlin")
def due(context): return {"at": context.scheduled_execution_time.isoformat()}

@schedule("* * * * *", "p", mode="prod")
def broken(): raise ValueError("schedule")

@schedule("* * * * *", "p", mode="prod")
def keyless(): return [RunRequest(run_config={}), RunRequest(run_config={})]

@schedule("* * * * *", "p", mode="prod", should_execute=lambda context: False)
def never(): return {}

@daily_schedule(pipeline_name="p", mode="prod", start_date=datetime.datetime(2026, 1, 1))
def daily(date): return {"day": str(date.date())}

@sensor(pipeline_name="p", mode="prod")
def counts(context):
    context.update_cursor(str(int(context.cursor or 0) + 1))
    if context.cursor == "3":
        raise ValueError("three")
    return RunRequest(run_key=context.cursor) if context.cursor == "2" else SkipReason("not yet")

@sensor(pipeline_name="p", mode="prod")
def talks(_):
    for number in range(50_000):
        print("line", number)
    return SkipReason("because " * 10_000)

@asset_sensor(AssetKey("a"), pipeline_name="p", mode="prod")
def follows(context, event): return RunRequest(run_key=event.run_id, tags={"partition": event.partition or ""})

@pipeline_failure_sensor
def alarm(context): open("alarm", "a").write(context.pipeline_run.run_id + context.failure_event["message"])
"""


@pytest.fixture
def server(tmp_path: Path) -> CodeServer:
    return CodeServer(load(target_for(tmp_path, CODE)))


def selector(**changes: Any) -> dict[str, Any]:
    return {"selector": {"repository": LOOSE, "pipeline": "p", "mode": "prod", "solid_selection": None, **changes}}


@pytest.mark.parametrize(
    ("method", "params", "code", "said"),
    [
        ("plan", selector(pipeline="q"), "PIPELINE_NOT_FOUND", "known: 'p'"),
        ("plan", selector(repository="q"), "REPOSITORY_NOT_FOUND", "__repository__"),
        ("validate_config", selector(mode="prodd"), "MODE_NOT_FOUND", "did you mean 'prod'"),
        ("config_schema", selector(solid_selection=["sourc"]), "INVALID_SUBSET", "did you mean 'source'"),
        (
            "plan",
            {**selector(), "run_config": {"solids": {"source": {"config": {"n": 1}}}}, "step_keys": ["x"]},
            "INVALID_STEP",
            "no step 'x'",
        ),
        ("plan", selector(), "INVALID_CONFIG", "mistake"),
        (
            "evaluate_schedule",
            {"repository": LOOSE, "schedule": "dues", "due_at": 0},
            "SCHEDULE_NOT_FOUND",
            "did you mean 'due'",
        ),
        ("evaluate_sensor", {"repository": LOOSE, "sensor": "x"}, "SENSOR_NOT_FOUND", "counts"),
        ("nonsense", {}, "UNKNOWN_METHOD", "no method"),
    ],
)
def test_wrong_selectors_have_typed_errors_that_name_what_there_is(
    server: CodeServer, method: str, params: Any, code: str, said: str
) -> None:
    with pytest.raises(OrchError) as raised:
        server.answer(method, params)
    assert raised.value.code == code
    assert said in raised.value.message


def test_config_is_judged_with_all_mistakes(server: CodeServer) -> None:
    verdict = server.answer(
        "validate_config", {**selector(), "run_config": {"solids": {"source": {"config": {"n": "1", "m": 2}}}}}
    )
    assert verdict["valid"] is False
    assert [(e["kind"], e["path"]) for e in verdict["errors"]] == [
        ("UNDEFINED_FIELD", ["solids", "source", "config"]),
        ("TYPE_MISMATCH", ["solids", "source", "config", "n"]),
    ]
    assert server.answer(
        "validate_config", {**selector(), "run_config": {"solids": {"source": {"config": {"n": 1}}}}}
    ) == {"valid": True, "errors": []}
    assert server.answer("config_schema", selector())["scaffold"] == {"solids": {"source": {"config": {"n": 0}}}}


def test_a_plan_lists_steps_with_their_wires(server: CodeServer) -> None:
    config = {"run_config": {"solids": {"source": {"config": {"n": 1}}}}}
    plan = server.answer("plan", {**selector(), **config})
    assert [step["key"] for step in plan["steps"]] == ["source", "inc"]
    assert plan["steps"][1]["inputs"] == [{"name": "x", "sources": [{"solid": "source", "output": "result"}]}]
    assert [
        step["key"] for step in server.answer("plan", {**selector(), **config, "step_keys": ["source"]})["steps"]
    ] == ["source"]


def tick(server: CodeServer, name: str, due_at: float = 1768464000.0) -> dict[str, Any]:
    answer: dict[str, Any] = server.answer(
        "evaluate_schedule", {"repository": LOOSE, "schedule": name, "due_at": due_at}
    )
    return answer


def test_schedules_are_evaluated_in_their_zone(server: CodeServer) -> None:
    assert tick(server, "due")["requests"][0]["run_config"] == {"at": "2026-01-15T09:00:00+01:00"}


def test_case_14_and_15_schedules_that_fail_skip_or_forget_keys(server: CodeServer) -> None:
    assert tick(server, "broken")["failure"]["message"] == "schedule"
    assert "run_key of its own" in tick(server, "keyless")["failure"]["message"]
    assert tick(server, "keyless")["requests"] == []
    assert "should_execute" in tick(server, "never")["skip_reason"]


def test_partitioned_schedules_name_their_partition(server: CodeServer) -> None:
    (request,) = tick(server, "daily")["requests"]
    assert request["run_config"] == {"day": "2026-01-14"}
    assert request["tags"] == {"dagster/partition": "2026-01-14", "dagster/partition_set": "daily_partitions"}
    assert "before the first one" in tick(server, "daily", 1735732800.0)["skip_reason"]
    params = {"repository": LOOSE, "partition_set": "daily_partitions"}
    names = server.answer("partition_names", params)["names"]
    assert names[:2] == ["2026-01-01", "2026-01-02"]
    answer = server.answer("partition_config", {**params, "names": ["2026-01-02", "nope"]})
    assert answer["2026-01-02"]["run_config"] == {"day": "2026-01-02"}
    assert "'nope'" in answer["nope"]["failure"]["message"]


def test_case_23_a_sensor_keeps_its_cursor_when_it_fails(server: CodeServer) -> None:
    def ask(cursor: str | None) -> dict[str, Any]:
        answer: dict[str, Any] = server.answer(
            "evaluate_sensor", {"repository": LOOSE, "sensor": "counts", "cursor": cursor}
        )
        return answer

    assert (ask(None)["skip_reason"], ask(None)["cursor"]) == ("not yet", "1")
    assert (ask("1")["requests"][0]["run_key"], ask("1")["cursor"]) == ("2", "2")
    assert (ask("2")["failure"]["message"], ask("2")["cursor"]) == ("three", "2")


def test_of_what_an_evaluation_says_a_bounded_part_is_kept(server: CodeServer) -> None:
    verdict = server.answer("evaluate_sensor", {"repository": LOOSE, "sensor": "talks"})
    reason, output = verdict["skip_reason"], verdict["output"]
    assert reason.startswith("because because") and reason.endswith("…") and len(reason) < 20_000
    assert output.startswith("[earlier output was cut]") and output.endswith("line 49999\n") and len(output) < 70_000


def test_asset_and_run_status_sensors(server: CodeServer, tmp_path: Path) -> None:
    events = [{"cursor": n, "asset_key": ["a"], "run_id": f"r{n}", "timestamp": 1.0, "partition": "p"} for n in (1, 2)]
    params = {"repository": LOOSE, "sensor": "follows", "asset_events": events}
    first = server.answer("evaluate_sensor", {**params, "cursor": None})
    assert (first["requests"][0]["run_key"], first["cursor"]) == ("r2", "2")
    assert server.answer("evaluate_sensor", {**params, "cursor": "2"})["requests"] == []
    run = {"pipeline": "p", "run_id": "r9", "status": "FAILURE"}
    assert (
        server.answer(
            "evaluate_sensor", {"repository": LOOSE, "sensor": "alarm", "run": run, "event": {"message": "!"}}
        )["failure"]
        is None
    )
    assert (tmp_path / "alarm").read_text() == "r9!"


def test_it_answers_several_threads_at_once_the_same(server: CodeServer) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: dumps(server.answer("config_schema", selector())), range(20)))
    assert len(set(answers)) == 1


def test_describe_says_what_kinds_of_sensors_there_are(server: CodeServer) -> None:
    sensors = {s["name"]: s for s in server.answer("describe", {})["repositories"][0]["sensors"]}
    assert {name: s["kind"] for name, s in sensors.items()} == {
        "counts": "sensor",
        "talks": "sensor",
        "follows": "asset",
        "alarm": "run_status",
    }
    assert sensors["follows"]["asset_key"] == ["a"]
    assert sensors["alarm"]["run_status"] == "FAILURE"
