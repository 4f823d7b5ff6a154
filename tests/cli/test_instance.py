"""``instance check`` tells all mistakes and changes nothing; ``instance migrate`` brings the storages up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from jupyter_orch.storage.schema import SCHEMA_VERSION
from tests.cli.console import Console
from tests.storage.test_versions import released


def findings(console: Console) -> dict[str, tuple[str, str]]:
    return {row["about"]: (row["status"], row["detail"]) for row in console("instance", "check", "--json").json}


def test_an_empty_instance_is_right_and_stays_empty(console: Console) -> None:
    answer = console("instance", "check")
    assert (answer.code, answer.err) == (0, "")
    found = findings(console)
    assert {status for status, _ in found.values()} == {"ok"}
    assert "orch.db is made when it is first used" in found["storage"][1]
    assert not (console.home / "orch.db").exists()


def test_all_mistakes_are_told_at_once(console: Console) -> None:
    console.home.mkdir(parents=True, exist_ok=True)
    (console.home / "orch.yaml").write_text(
        "run_storage: {module: nowhere.at_all, class: Runs}\n"
        "event_log_storage: {module: collections, class: OrderedDict}\n"
        "schedule_storage: {postgres: {url: 'postgresql://me:secret@127.0.0.1:1/d'}}\n"
    )
    (console.folder / "workspace.yaml").write_text("load_from:\n  - python_fil: a.py\n")
    answer = console("instance", "check", "--json")
    assert answer.code == 1 and "Traceback" not in answer.err and "secret" not in answer.out
    wrong = [row["about"] + ": " + row["detail"] for row in answer.json if row["status"] == "fails"]
    told = "\n".join(wrong)
    for part in ("there is no module 'nowhere'", "OrderedDict is not a", "python_fil", "127.0.0.1:1 does not answer"):
        assert part in told, told
    assert "orch.yaml:1:39: run_storage › class" in told and "orch.yaml:2:42: event_log_storage › class" in told
    said = [(row["about"], row["status"]) for row in answer.json]
    assert said.count(("run_storage", "fails")) == 1 and ("run_storage", "ok") not in said


def test_a_misspelt_key_is_told_with_its_place(console: Console) -> None:
    console.home.mkdir(parents=True, exist_ok=True)
    (console.home / "orch.yaml").write_text("storage: sqlite\nrun_coordinatr: default\n")
    status, detail = findings(console)["orch.yaml"]
    assert status == "fails" and "orch.yaml:2:1" in detail and "did you mean 'run_coordinator'" in detail


def test_a_damaged_file_is_found(console: Console) -> None:
    assert console("instance", "info").code == 0
    path = console.home / "orch.db"
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)
    status, detail = findings(console)["storage"]
    assert status == "fails" and "is damaged" in detail


def test_an_older_database_is_told_and_migrated(console: Console) -> None:
    path = console.home / "orch.db"
    released(f"sqlite:///{path}", 1)
    assert f"has schema 1, this program needs {SCHEMA_VERSION}: is upgraded" in findings(console)["storage"][1]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version FROM schema_version").fetchone() == (1,)
    (row,) = console("instance", "migrate", "--json").json
    assert (row["before"], row["after"]) == (1, SCHEMA_VERSION)
    assert (console.home / "orch.db.version1").exists()
    (row,) = console("instance", "migrate", "--json").json
    assert (row["before"], row["after"]) == (SCHEMA_VERSION, SCHEMA_VERSION)
    assert console("instance", "info", "--json").json["runs"] == 1


def test_a_newer_database_is_shown_and_not_written(console: Console) -> None:
    assert console("instance", "info").code == 0
    with sqlite3.connect(console.home / "orch.db") as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    status, detail = findings(console)["storage"]
    assert status == "fails" and "update jupyter-orch" in detail
    answer = console("instance", "info", "--json")
    assert answer.code == 0 and answer.json["runs"] == 0


def test_storages_apart_are_each_looked_at(console: Console, tmp_path: Path) -> None:
    console.home.mkdir(parents=True, exist_ok=True)
    (console.home / "orch.yaml").write_text(
        "run_storage: {sqlite: {path: runs.db}}\nevent_log_storage: {sqlite: {path: events.db}}\n"
        "schedule_storage: {sqlite: {path: runs.db}}\n"
    )
    answer = console("instance", "migrate", "--json")
    assert [(row["storage"], row["before"]) for row in answer.json] == [
        ("run_storage", None),
        ("event_log_storage", None),
    ]
    found = findings(console)
    assert found["run_storage"][0] == found["event_log_storage"][0] == "ok" and "schedule_storage" not in found
    assert console("instance", "info", "--json").json["event_log_storage"] == "sqlite"
