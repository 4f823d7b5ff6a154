"""A replica that was killed is shown as silent from its second missing heartbeat on."""

from __future__ import annotations

import re

from jupyter_orch import clock
from jupyter_orch.instance import open_instance
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.tick import HEARTBEAT, Replica
from jupyter_orch.settings import read_settings
from tests.cli.console import Console


def replica(
    name: str,
    age: float,
    errors: dict[str, tuple[Failure, ...]] | None = None,
    failing: tuple[str, ...] | None = None,
) -> Replica:
    now = clock.now()
    return Replica(
        replica_id=name,
        host=name,
        pid=1,
        started_at=now - 600,
        heartbeat=now - age,
        version="0",
        loops={"SCHEDULER": now - age},
        errors=errors or {},
        error_at={loop: now - 100 for loop in errors or {}},
        failing=failing,
    )


def test_silence_begins_with_the_second_missing_heartbeat() -> None:
    found = replica("a", 0)
    assert found.silent_since(found.heartbeat + HEARTBEAT * 2) is None
    assert found.silent_since(found.heartbeat + HEARTBEAT * 2.5) == found.heartbeat


def test_a_silent_replica_is_told_apart(console: Console) -> None:
    instance = open_instance(read_settings(console.home))
    try:
        instance.storage.beat(replica("dead", HEARTBEAT * 2.4))
        assert console("daemon", "status").code == 1
        instance.storage.beat(replica("living", -HEARTBEAT * 20))  # its next heartbeats, as far as this test may take
    finally:
        instance.close()
    told = console("daemon", "status")
    assert told.code == 0, told
    dead, living = sorted(told.out.splitlines()[1:])
    assert "SILENT SINCE" in told.out and re.search(r"SILENT +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", dead)
    assert re.search("RUNNING +-", living)
    rows = {row["host"]: row for row in console("daemon", "status", "--json").json}
    assert rows["dead"]["status"] == "SILENT" and rows["living"]["silent_since"] is None


def test_an_error_that_came_again_and_again_stands_once(console: Console) -> None:
    away = Failure(cls="StorageUnavailable", message="nobody answers")
    long = Failure(cls="ValueError", message="x" * 5000)
    errors = {"SCHEDULER": (away,) * 5, "SENSOR": (away,) * 3, "BACKFILL": (long, away, long)}
    instance = open_instance(read_settings(console.home))
    try:
        instance.storage.beat(replica("ill", -HEARTBEAT * 20, errors))
    finally:
        instance.close()
    told = console("daemon", "status")
    assert told.code == 1 and "SCHEDULER, SENSOR: StorageUnavailable: nobody answers" in told.out, told
    assert told.out.count("nobody answers") == 2 and told.out.count("x" * 100) == 2
    (row,) = console("daemon", "status", "--json").json
    assert row["errors"]["SCHEDULER"] == "StorageUnavailable: nobody answers"
    assert re.fullmatch(r"ValueError: x{200,230}…; StorageUnavailable: nobody answers", row["errors"]["BACKFILL"])


def test_an_error_that_is_over_is_told_with_its_time_and_makes_nobody_ill(console: Console) -> None:
    away = Failure(cls="StorageUnavailable", message="nobody answers")
    errors: dict[str, tuple[Failure, ...]] = {"SCHEDULER": (away,), "SENSOR": (away,)}
    instance = open_instance(read_settings(console.home))
    try:
        instance.storage.beat(replica("well", -HEARTBEAT * 20, errors, failing=()))
        told = console("daemon", "status")
        assert told.code == 0 and "RUNNING" in told.out, told
        over = r"SCHEDULER, SENSOR: StorageUnavailable: nobody answers \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, it is over\)"
        assert re.search(over, told.out)
        instance.storage.beat(replica("well", -HEARTBEAT * 20, errors, failing=("SENSOR",)))
    finally:
        instance.close()
    answer = console("daemon", "status", "--json")
    assert answer.code == 1 and answer.json[0]["status"] == "ERROR" and answer.json[0]["failing"] == ["SENSOR"]
