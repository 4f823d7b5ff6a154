"""What a database can not do is told in words for whoever has to mend it, and nothing stored is lost by it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event as on

from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.run import RunFilter
from jupyter_orch.storage import file_systems
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.problems import DatabaseDamaged, DatabaseFull, DatabaseUnusable
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.samples import add, event, start


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "orch.db"


@pytest.fixture
def sqlite_storage(path: Path) -> Iterator[SqlStorage]:
    opened = SqlStorage(Database(f"sqlite:///{path}", patience=0.3))
    yield opened
    opened.dispose()


def is_sound(path: Path) -> bool:
    with sqlite3.connect(path) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


def test_a_new_database_is_private(path: Path) -> None:
    Database(f"sqlite:///{path}").dispose()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_network_file_system_is_refused(path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """B-2, I14: the mount table is the test's own."""
    table = path.parent.with_name("mounts")
    folder = str(path.parent).replace(" ", r"\040")
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/home {folder} {kind} rw 0 0\n")
    monkeypatch.setattr(file_systems, "MOUNTS", table)
    with pytest.raises(DatabaseUnusable, match=rf"{kind}.*JUPYTER_ORCH_HOME to a local folder, or use a Postgres"):
        Database(f"sqlite:///{path}")
    assert not path.exists()


def test_the_innermost_and_newest_mount_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mounts"
    monkeypatch.setattr(file_systems, "MOUNTS", table)
    inner = tmp_path / "a b" / "c"
    inner.mkdir(parents=True)
    outer = str(tmp_path / "a b").replace(" ", r"\040")
    table.write_text(f"x / ext4 rw 0 0\nx {outer} nfs rw 0 0\nx {outer} xfs rw 0 0\nx {outer}/cc nfs rw 0 0\n")
    assert file_systems.file_system_of(inner) == "xfs"
    assert file_systems.file_system_of(tmp_path) == "ext4"


def test_a_folder_that_can_not_be_written_is_told() -> None:
    with pytest.raises(DatabaseUnusable, match=r"/sys/orch/orch.db can not be opened: .*not permitted|denied"):
        Database("sqlite:////sys/orch/orch.db")


def test_a_file_that_may_only_be_read_is_told_when_something_is_stored(path: Path, sqlite_storage: SqlStorage) -> None:
    """E-2, I14: as another user; the history can still be looked at, or it is said why not."""
    add(sqlite_storage, "r", event())
    sqlite_storage.dispose()
    readable = Path("/tmp") / f"orch-test-{os.getpid()}"
    shutil.copytree(path.parent, readable)
    readable.chmod(0o755)
    for file in readable.iterdir():
        file.chmod(0o644)
    program = (
        "import os\nfrom jupyter_orch.errors import OrchError\nfrom jupyter_orch.storage.database import Database\n"
        "from jupyter_orch.storage.sql import SqlStorage\nfrom jupyter_orch.testing.samples import add\n"
        f"add(SqlStorage(Database('sqlite:///{path.parent}/warm.db')), 'imports all')\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        f"try: add(SqlStorage(Database('sqlite:///{readable}/orch.db')), 'q')\n"
        "except OrchError as error: print(type(error).__name__, error.message)"
    )
    try:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=readable)
    finally:
        shutil.rmtree(readable)
    assert f"{readable}/orch.db can not be" in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_keeps_what_was_stored_and_goes_on_when_there_is_room(
    path: Path, sqlite_storage: SqlStorage
) -> None:
    """B-O, with SQLite's own limit of pages as the disk."""
    with sqlite_storage._database.read() as connection:
        limit = {"pages": connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 40}

    @on.listens_for(sqlite_storage._database.engine, "checkout")
    def small_disk(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={limit['pages']}")

    start(sqlite_storage, "r")
    stored = 0
    with pytest.raises(DatabaseFull, match=r"no room left on the disk of .*orch\.db.*nothing stored is lost"):
        for _ in range(100):
            sqlite_storage.append_events("r", 1, [event(message="x" * 2000)] * 10)
            stored += 10
    run = sqlite_storage.get_run("r")
    assert run is not None and run.event_seq == stored > 0
    assert [e.seq for e in sqlite_storage.read_events("r")] == list(range(1, stored + 1))
    limit["pages"] = 10_000
    assert sqlite_storage.append_events("r", 1, [event()]) == stored + 1
    assert is_sound(path)


def test_a_damaged_file_stops_with_a_clear_word(path: Path, sqlite_storage: SqlStorage) -> None:
    """B-X: nothing is made anew in its place."""
    for number in range(200):
        add(sqlite_storage, f"r{number}", event(message="x" * 500))
    sqlite_storage.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))
    broken = path.read_bytes()
    with pytest.raises(DatabaseDamaged, match=r"orch\.db is damaged .*backup.*\.recover"):
        again = SqlStorage(Database(f"sqlite:///{path}"))
        again.list_runs(RunFilter(), limit=1000)
        again.read_events("r199")
    assert path.read_bytes() == broken


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database, just text that is long enough to be looked at")
    with pytest.raises(DatabaseDamaged, match="file is not a database"):
        Database(f"sqlite:///{tmp_path}/file")
    assert (tmp_path / "file").read_text().startswith("no database")
    with pytest.raises(DatabaseUnusable, match="can not be opened: .*Not a directory|File exists"):
        Database(f"sqlite:///{tmp_path}/file/below/orch.db")


@pytest.mark.parametrize("fate", ["removed", "replaced"])
def test_a_file_that_goes_while_it_is_used_is_not_made_again(path: Path, sqlite_storage: SqlStorage, fate: str) -> None:
    """B-X: else a server would go on with an empty history, and nobody would notice."""
    add(sqlite_storage, "r")
    path.rename(path.with_name("elsewhere.db"))
    if fate == "replaced":
        Database(f"sqlite:///{path}").dispose()
    for attempt in (lambda: add(sqlite_storage, "q"), lambda: sqlite_storage.get_run("r")):
        with pytest.raises(DatabaseDamaged, match="was removed or replaced while it was in use"):
            attempt()
    assert path.exists() == (fate == "replaced")
    if fate == "replaced":
        return
    path.with_name("elsewhere.db").rename(path)
    assert sqlite_storage.get_run("r") is not None


def test_a_file_locked_by_another_process_is_told_and_waits(path: Path, sqlite_storage: SqlStorage) -> None:
    start(sqlite_storage, "r")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable, match=r"orch\.db has been locked by another process for 0\.3 s"):
        sqlite_storage.append_events("r", 1, [event()])
    assert sqlite_storage.get_run("r") is not None, "readers do not wait"
    other.execute("ROLLBACK")
    assert sqlite_storage.append_events("r", 1, [event()]) == 1
    other.close()


def test_a_transaction_that_reads_first_is_never_too_late_to_write(path: Path, sqlite_storage: SqlStorage) -> None:
    """It has the lock from its beginning: another that would change what was read waits."""
    start(sqlite_storage, "r")
    another = SqlStorage(Database(f"sqlite:///{path}", patience=30.0))
    writes = threading.Thread(target=another.append_events, args=("r", 1, [event()]))
    with sqlite_storage._database.write() as connection:
        assert connection.exec_driver_sql("SELECT event_seq FROM runs").scalar() == 0
        writes.start()
        writes.join(0.3)
        connection.exec_driver_sql("INSERT INTO readers VALUES ('somebody', 'here')")
    writes.join(30.0)
    assert [e.seq for e in another.read_events("r")] == [1]
    another.dispose()


def test_a_connection_is_never_carried_over_a_fork(sqlite_storage: SqlStorage) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            sqlite_storage.count_runs(RunFilter())
        except AssertionError:
            os._exit(3)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
