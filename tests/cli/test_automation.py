"""The verbs of schedules, sensors, backfills and the daemon, on real code with one location that is broken."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.console import Answer, Console

pytestmark = pytest.mark.journey
CODE = Path(__file__).parents[1] / "journeys" / "automation"


@pytest.fixture
def console(console: Console) -> Console:
    """In a workspace with schedules, sensors and partitions, and one location that does not load."""
    shutil.copytree(CODE, console.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (console.folder / "broken.py").write_text("import nothing_there\n")
    with open(console.folder / "workspace.yaml", "a") as file:
        file.write("  - python_file: broken.py\n")
    return console


def until(ask: Callable[[], Answer], is_right: Callable[[Answer], bool]) -> Answer:
    """Ask until the answer is right."""
    deadline = time.monotonic() + 90
    while not is_right(answer := ask()):
        assert time.monotonic() < deadline, answer
    return answer


def rows(answer: Answer) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in answer.json}


def test_one_broken_location_hides_no_schedule_and_no_sensor(console: Console) -> None:
    for noun, names in (("schedule", {"yearly", "careless", "minutely"}), ("sensor", {"alarm", "hangs"})):
        answer = console(noun, "list", "--json")
        assert answer.code == 0 and names <= rows(answer).keys(), answer.err
        assert "'broken.py' does not load: ModuleNotFoundError" in answer.err
    assert rows(answer)["hangs"]["status"] == "ON" and rows(answer)["alarm"]["kind"] == "run_status"


def test_a_preview_shows_due_times_and_what_would_start(console: Console) -> None:
    answer = console("schedule", "preview", "yearly", "-n", "2", "--at", "2025-01-01T00:00", "--json")
    (told,) = answer.json
    assert [due["local_time"][4:] for due in told["next_due"]] == ["-01-01 00:00 CET"] * 2
    assert told["runs"][0]["run_config"]["solids"]["say"]["config"] == {"word": "happy new year"}
    assert told["output"] == "thinking about 2025-01-01T00:00:00+01:00\n" and answer.code == 0
    wrong = console("schedule", "preview", "careless")
    assert wrong.code == 1 and "did you mean 'word'" in wrong.out
    assert "is no time; write it as" in console("schedule", "preview", "yearly", "--at", "noon").err
    (console.folder / "a.in").touch()
    told = console("sensor", "preview", "looks_for_files", "--json").json[0]
    assert (told["cursor_after"], [run["run_key"] for run in told["runs"]]) == ("a.in", ["a.in"])
    assert console("run", "list", "--json").json == []


def test_names_that_are_not_there_are_told_with_near_ones(console: Console) -> None:
    for words in (("schedule", "start", "yearli"), ("schedule", "preview", "yearli")):
        answer = console(*words)
        assert answer.code == 1 and "did you mean 'yearly'" in answer.err and "'broken.py' does not load" in answer.err
    assert "there is no sensor 'nobody'" in console("sensor", "ticks", "nobody").err
    assert "there is no backfill 'nobody'" in console("backfill", "show", "nobody").err
    assert "name one sensor, or say --all" in console("sensor", "start").err


def test_a_daemon_of_its_own_evaluates_sensors_and_makes_backfills(console: Console) -> None:
    assert console("daemon", "liveness-check").code == 1
    daemon = console.start("daemon", "run")
    assert daemon.stderr is not None and "works on" in daemon.stderr.readline()
    (console.folder / "a.in").touch()
    assert console("sensor", "start", "looks_for_files").out == "sensor looks_for_files is ON\n"
    ticks = until(
        lambda: console("sensor", "ticks", "looks_for_files", "--json"),
        lambda answer: answer.code == 0 and any(tick["status"] == "SUCCESS" for tick in answer.json),
    ).json
    (made,) = next(tick["runs"] for tick in ticks if tick["status"] == "SUCCESS")
    assert console("run", "logs", made, "--follow").code == 0
    assert console("sensor", "cursor", "looks_for_files").out == "a.in\n"
    (stopped,) = console("sensor", "stop", "looks_for_files", "--json").json
    assert (stopped["name"], stopped["status"], stopped["next_due"]) == ("looks_for_files", "OFF", None)
    assert console("sensor", "cursor", "looks_for_files", "--set", "b").out == "b\n"
    assert console("sensor", "cursor", "looks_for_files", "--delete", "--json").json["cursor"] is None

    refused = console("pipeline", "backfill", "speak", "--from", "a8", "--to", "zz")
    assert refused.code == 1 and "no partition 'zz'" in refused.err
    asked = console("pipeline", "backfill", "speak", "--from", "a8", "--to", "b1", "-t", "why=test", "--json").json
    assert asked["partitions"] == ["a8", "a9", "b0", "b1"]
    done = until(
        lambda: console("backfill", "show", asked["backfill_id"], "--json"),
        lambda answer: answer.json["runs"] == {"SUCCESS": 4},
    ).json
    assert (done["status"], done["progress"], done["tags"]) == ("COMPLETED", "4/4", {"why": "test"})
    assert [row["backfill_id"] for row in console("backfill", "list", "--json").json] == [asked["backfill_id"]]
    assert "only one that is" in console("backfill", "cancel", asked["backfill_id"]).err

    alive = console("daemon", "liveness-check", "--here", "--json")
    assert alive.code == 0 and alive.json == {"alive": True, "replicas": 1, "stuck": []}
    (row,) = console("daemon", "status", "--json").json
    assert {"SCHEDULER", "SENSOR", "BACKFILL", "QUEUED_RUN_COORDINATOR"} <= set(row["loops"])
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(30) == 0
