"""Q8: the server is killed and its standby takes its place; what was acknowledged is there, and no healthy run fails.

Too long for every change: ``python -m tests.chaos failover`` does it.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus
from tests.chaos.campaign import Client
from tests.chaos.checker import Seen, violations
from tests.chaos.fleet import Fleet
from tests.chaos.tcp_proxy import proxied
from tests.conftest import missing
from tests.postgres import Postgres, find_programs

pytestmark = pytest.mark.journey
AWAY = 5.0
"""Seconds between the primary's death and the standby's promotion."""
AFTER = 20.0
"""Seconds for which the client goes on after it."""
PATIENCE = 240.0


class Standby(Postgres):
    """A copy of a cluster that follows it and answers no commit later than the primary does."""

    def __init__(self, programs: Path, primary: Postgres) -> None:
        self._programs = programs
        self._owner, self._fsync = primary._owner, primary._fsync
        self.folder = Path(tempfile.mkdtemp(prefix="orch-pg-"))
        if self._owner:
            shutil.chown(self.folder, self._owner)
        self._run("pg_basebackup", "-h", f"{primary.folder}", "-U", "orch", "-R", "-D", f"{self.folder}/data")
        self.start()

    def promote(self) -> None:
        """From now on it is the primary."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "promote")


@pytest.fixture
def pair() -> Iterator[tuple[Postgres, Standby]]:
    """A primary and its standby; a commit is answered when both have it."""
    programs = find_programs()
    if programs is None:
        missing("Postgres")
    assert programs is not None
    primary = Postgres(programs)
    standby = Standby(programs, primary)
    try:
        _do(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        _do(primary, "SELECT pg_reload_conf()")
        _wait(lambda: _do(primary, "SELECT sync_state FROM pg_stat_replication") == ["sync"])
        yield primary, standby
    finally:
        primary.kill()
        standby.stop()
        shutil.rmtree(primary.folder, ignore_errors=True)


def _do(cluster: Postgres, statement: str) -> list[object]:
    with psycopg.connect(f"host={cluster.folder} user=orch dbname=postgres", autocommit=True) as connection:
        done = connection.execute(statement.encode())
        return [row[0] for row in done] if done.description else []


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.1)


@contextmanager
def _by_both_names(direct: str, standby: Standby) -> Iterator[tuple[str, Callable[[], None]]]:
    """A URL that names both; libpq looks for the one that can be written."""
    address = make_url(direct)
    hosts = f"{address.query['host']},{standby.folder}"
    both = address.update_query_dict({"host": hosts, "target_session_attrs": "read-write"})
    yield both.render_as_string(hide_password=False), lambda: None


@contextmanager
def _by_a_proxy(direct: str, standby: Standby) -> Iterator[tuple[str, Callable[[], None]]]:
    """One address, behind which the server changes."""
    with proxied(direct) as (proxy, url):
        yield url, lambda: proxy.lead_to(standby.folder / ".s.PGSQL.5432")


class Submitting(threading.Thread):
    """A client that launches runs all the time."""

    def __init__(self, client: Client) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._enough = threading.Event()

    def run(self) -> None:
        while not self._enough.wait(0.5):
            self._client.launch_any()

    def stop(self) -> None:
        """No more."""
        self._enough.set()
        self.join(PATIENCE)
        assert not self.is_alive()


@pytest.mark.parametrize("way", [_by_both_names, _by_a_proxy])
def test_a_standby_takes_the_place_of_a_server_that_was_killed(
    pair: tuple[Postgres, Standby], tmp_path: Path, way: Callable[[str, Standby], object]
) -> None:
    primary, standby = pair
    direct = primary.new_database()
    with way(direct, standby) as (url, move_on), Fleet(tmp_path / "fleet", url, replicas=2) as fleet:  # type: ignore[attr-defined]
        client = Client(fleet, 1)
        fleet.hold("s06")
        held = [client.launch("twelve") for _ in range(3)]
        fleet.until(lambda: sum(line.what == "begin" and line.step == "s06" for line in fleet.ledger.lines()) == 3)
        submitting = Submitting(client)
        submitting.start()
        time.sleep(AWAY)
        before = len(fleet.ledger.acknowledged)
        primary.kill()
        time.sleep(AWAY)
        standby.promote()
        move_on()
        fleet.release("s06")
        time.sleep(AFTER)
        submitting.stop()
        assert before > len(held) and len(fleet.ledger.acknowledged) > before + 3, "it went on"
        fleet.ebb()
        fleet.until(lambda: client.unfinished() == 0, PATIENCE)
        time.sleep(3.0)
        fleet.until(lambda: client.unfinished() == 0, PATIENCE)
        runs = client.instance.storage.list_runs(RunFilter(), limit=10_000)
        there = make_url(direct).update_query_dict({"host": str(standby.folder)}).render_as_string(hide_password=False)
        assert [str(violation) for violation in violations(there, Seen(ledger=fleet.ledger))] == []
        assert {run.status for run in runs} == {RunStatus.SUCCESS} and sum(run.resume_count for run in runs) == 0
        assert not fleet.restart_the_dead(), "no daemon ended for it"
