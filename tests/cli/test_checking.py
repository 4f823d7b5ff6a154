"""``instance check`` tries what can be tried, and leaves no trace of it."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from jupyter_orch.cli.checking import look_at_everything
from tests.conftest import missing
from tests.postgres import Postgres


@pytest.mark.parametrize(
    ("settings", "about", "told"),
    [
        ("compute_logs: {fsspec: {url: 'nosuch://x/y'}}", "compute_logs", "fsspec knows no store 'nosuch'"),
        ("compute_logs: {local: {base_dir: /proc/nothing}}", "compute_logs", "/proc/nothing can not be made"),
        ("local_artifact_storage: {base_dir: /proc/x}", "local_artifact_storage", "/proc can not be written"),
        ("local_artifact_storage: {base_dir: orch.yaml}", "orch.yaml", "local_artifact_storage › base_dir: "),
        ("compute_logs: {local: {base_dir: orch.yaml/x}}", "orch.yaml", "compute_logs › local › base_dir: "),
        ("storage: {sqlite: {path: .}}", "orch.yaml", "storage › sqlite › path: . is a folder, expected a file"),
        ("storage: {sqlite: {path: /proc/x/orch.db}}", "storage", "/proc can not be written"),
        ("storage: {postgres: {url: 'mysql://u:p@h/d'}}", "orch.yaml", "storage › postgres › url: expected a URL like"),
    ],
)
def test_what_can_be_tried_is_tried(tmp_path: Path, private_home: Path, settings: str, about: str, told: str) -> None:
    private_home.mkdir(parents=True)
    (private_home / "orch.yaml").write_text(settings)
    before = sorted(private_home.rglob("*"))
    failing = [row for row in look_at_everything(tmp_path / "workspace.yaml") if row["status"] == "fails"]
    assert [row["about"] for row in failing] == [about] and told in failing[0]["detail"], failing
    assert sorted(private_home.rglob("*")) == before


def test_interpreters_and_kernels_of_locations_are_looked_for(tmp_path: Path, private_home: Path) -> None:
    (tmp_path / "a.py").touch()
    entries = ("executable_path: gone/bin/python", "kernel: no-such-kernel", "location_name: good")
    text = "".join(
        f"  - python_file: {{relative_path: a.py, location_name: l{n}, {e}}}\n" for n, e in enumerate(entries[:2])
    )
    (tmp_path / "workspace.yaml").write_text(f"load_from:\n{text}  - python_file: {{relative_path: a.py}}\n")
    rows = look_at_everything(tmp_path / "workspace.yaml")
    told = [row["detail"] for row in rows if row["status"] == "fails"]
    assert (
        len(told) == 2
        and "gone/bin/python does not exist" in told[0]
        and "'no-such-kernel' is not installed" in told[1]
    )


def test_a_postgres_that_may_not_be_written_is_found(tmp_path: Path, private_home: Path, postgres: Postgres) -> None:
    url = postgres.new_database()
    private_home.mkdir(parents=True)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS looker")
        owner.execute("CREATE ROLE looker LOGIN")
        owner.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    for user, told in (
        ("looker", "user 'looker' may not make or write tables"),
        ("stranger", "there is no user 'stranger'"),
    ):
        address = make_url(url).set(username=user, drivername="postgresql").render_as_string(hide_password=False)
        (private_home / "orch.yaml").write_text(f"storage: {{postgres: {{url: '{address}'}}}}")
        (row,) = [row for row in look_at_everything(tmp_path / "workspace.yaml") if row["about"] == "storage"]
        assert row["status"] == "fails" and told in row["detail"] and "Background" not in row["detail"]


def test_what_may_not_be_looked_at_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As another user, whoever runs the tests."""
    if os.geteuid() != 0:
        missing("the right to be another user")
    locked = tmp_path / "locked"
    (locked / "home").mkdir(parents=True)
    (locked / "workspace.yaml").touch()
    locked.chmod(0o700)
    monkeypatch.setenv("JUPYTER_ORCH_HOME", str(locked / "home"))
    os.seteuid(65534)
    try:
        rows = look_at_everything(locked / "workspace.yaml")
    finally:
        os.seteuid(0)
    told = [(row["about"], row["detail"]) for row in rows if row["status"] == "fails"]
    assert [about for about, _ in told] == ["orch.yaml", "workspace"] and all(
        "Permission denied" in it for _, it in told
    )
