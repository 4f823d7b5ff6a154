"""Functions of schedules and sensors that do not come back (U27)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from jupyter_orch_kernel.code_server import CodeServer
from jupyter_orch_kernel.loader import load
from tests.kernel.orders import target_for

CODE = """
@solid
def one(): return 1

@pipeline
def p(): one()

@schedule(cron_schedule="* * * * *", pipeline_name="p")
def sleepy(context):
    open("began", "w").close()
    for _ in range(6000): time.sleep(0.1)

@schedule(cron_schedule="* * * * *", pipeline_name="p")
def quick(context): return {}

@sensor(pipeline_name="p")
def endless(context):
    while True: time.sleep(0.01)
"""


def evaluated(server: CodeServer, name: str, timeout: float | None = None) -> dict[str, Any]:
    params = {"repository": "__repository__", "schedule": name, "due_at": 1_600_000_000, "timeout": timeout}
    found: dict[str, Any] = server.answer("evaluate_schedule", params)
    return found


def test_u27_a_schedule_that_sleeps_for_minutes_is_left_after_its_time_and_the_others_are_on_time(
    tmp_path: Path,
) -> None:
    server = CodeServer(load(target_for(tmp_path, CODE)))
    answers: dict[str, Any] = {}
    slow = threading.Thread(target=lambda: answers.update(sleepy=evaluated(server, "sleepy", 1.0)))
    slow.start()
    answers["quick"] = evaluated(server, "quick", 30.0)
    assert len(answers["quick"]["requests"]) == 1 and answers["quick"]["failure"] is None
    slow.join(30)
    failure = answers["sleepy"]["failure"]
    assert (tmp_path / "began").exists()
    assert failure is not None and "1 s" in failure["message"], failure
    assert answers["sleepy"]["requests"] == []


def test_u27_a_sensor_without_end_is_left_after_its_time(tmp_path: Path) -> None:
    server = CodeServer(load(target_for(tmp_path, CODE)))
    answer = server.answer(
        "evaluate_sensor", {"repository": "__repository__", "sensor": "endless", "cursor": "7", "timeout": 0.5}
    )
    assert answer["failure"] is not None and answer["requests"] == []
