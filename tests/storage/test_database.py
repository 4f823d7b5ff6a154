"""Opening a database: what it refuses, and what it says then."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_orch.storage.database import Database, DatabaseUnusable


def test_a_database_that_can_not_be_opened_says_so_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database, just text that is long enough to be looked at")
    for url in (
        f"sqlite:///{tmp_path}/file",
        f"sqlite:///{tmp_path}/file/below/orch.db",
        "postgresql+psycopg://u:secret@127.0.0.1:1/d",
    ):
        with pytest.raises(DatabaseUnusable, match="can not be opened") as refused:
            Database(url)
        assert "secret" not in str(refused.value)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/orch.db"
    database = Database(url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 99")
    database.dispose()
    with pytest.raises(DatabaseUnusable, match="newer jupyter_orch"):
        Database(url)


def test_a_new_database_is_private(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path}/made/orch.db").dispose()
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "made/orch.db").stat().st_mode & 0o777 == 0o600
