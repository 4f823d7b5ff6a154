"""Rows B: the database is killed, paused, locked or full while runs go on; none of them fails for it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from jupyter_orch.records.status import RunStatus
from tests.failures.deployment import Deployment
from tests.failures.slow_line import slow_line
from tests.failures.small_disk import small_disk
from tests.postgres import Postgres

S = RunStatus
ALL = ["a", "a-end", "b", "b-end", "c", "c-end"]


@pytest.fixture
def hurt(own_postgres: Postgres, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment on it."""
    made = Deployment(tmp_path / "deployment", own_postgres.new_database())
    yield made
    made.close()


@pytest.mark.parametrize("how", ["kill", "shut_down"])
def test_B_K_runs_go_on_while_postgres_is_dead(own_postgres: Postgres, hurt: Deployment, how: str) -> None:
    """B-K: steps end and begin without the database; when it is back, the whole history is there, once."""
    hurt.hold("b")
    run_id = hurt.launch("line")
    hurt.reach("b")
    getattr(own_postgres, how)()
    hurt.release("b")
    hurt.reach("c-end")
    hurt.turn()
    own_postgres.start()
    run = hurt.settle(run_id)
    assert run.status == S.SUCCESS and run.resume_count == 0 and hurt.ledger() == ALL
    assert hurt.steps(run_id, "STEP_SUCCESS") == ["a", "b", "c"]
    hurt.check_history(run_id)


def test_B_K_a_run_that_is_being_claimed_waits_for_the_database(
    own_postgres: Postgres, hurt: Deployment, failpoints: Callable[[str], Path]
) -> None:
    """B-K: a worker that finds no database at its claim tries again."""
    hits = failpoints("worker.claim.before=sleep:1")
    run_id = hurt.launch("line")
    hurt.until(lambda: (hits / "worker.claim.before.1").exists(), daemon=False)
    own_postgres.kill()
    time.sleep(1.5)
    own_postgres.start()
    assert hurt.settle(run_id).status == S.SUCCESS and hurt.ledger() == ALL
    hurt.check_history(run_id)


def test_B_T_a_paused_postgres_is_waited_for(own_postgres: Postgres, hurt: Deployment) -> None:
    """B-T: stopped processes answer nobody for a while; nothing is lost and nothing doubled."""
    hurt.hold("b")
    run_id = hurt.launch("line")
    hurt.reach("b")
    with own_postgres.paused():
        hurt.release("b")
        time.sleep(2.0)
    assert hurt.settle(run_id).status == S.SUCCESS and hurt.ledger() == ALL
    hurt.check_history(run_id)


def test_B_H_a_long_lock_is_waited_for(deployment: Deployment, database_url: str) -> None:
    """B-H: somebody locks what we write to for longer than a lock is waited for."""
    deployment.hold("b")
    run_id = deployment.launch("line")
    deployment.reach("b")
    locked, let_go = threading.Event(), threading.Event()
    holder = threading.Thread(target=_hold_lock, args=(database_url, locked, let_go))
    holder.start()
    locked.wait(30)
    deployment.release("b")
    time.sleep(6.0)
    let_go.set()
    holder.join()
    run = deployment.settle(run_id)
    assert run.status == S.SUCCESS and run.resume_count == 0 and deployment.ledger() == ALL
    deployment.check_history(run_id)


def test_B_K_a_writer_of_sqlite_that_is_killed_in_its_transaction_hurts_nobody(tmp_path: Path) -> None:
    """B-K on SQLite: its half-written transaction is gone, ours go on."""
    path = tmp_path / "db" / "orch.db"
    deployment = Deployment(tmp_path / "deployment", f"sqlite:///{path}")
    try:
        deployment.hold("b")
        run_id = deployment.launch("line")
        deployment.reach("b")
        program = (
            "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
            "c.execute('BEGIN IMMEDIATE'); c.execute(\"UPDATE runs SET status = 'FAILURE'\"); print(flush=True); time.sleep(60)"
        )
        writer = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None and writer.stdout.readline()
        deployment.release("b")
        writer.kill()
        writer.wait()
        assert deployment.settle(run_id).status == S.SUCCESS
        deployment.check_history(run_id)
    finally:
        deployment.close()


def test_B_O_a_full_disk_of_the_database_stops_no_step(tmp_path: Path) -> None:
    """B-O: what can not be stored waits in the worker; SUCCESS is said only once it is stored."""
    with small_disk(tmp_path / "disk", kilobytes=6144) as disk:
        deployment = Deployment(tmp_path / "deployment", f"sqlite:///{disk}/orch.db")
        try:
            deployment.hold("b")
            run_id = deployment.launch("line")
            deployment.reach("b")
            _fill(disk / "filler")
            deployment.release("b")
            deployment.reach("c-end")
            deployment.turn()
            assert deployment.run(run_id).status == S.STARTED, "nothing is said that is not stored"
            (disk / "filler").unlink()
            run = deployment.settle(run_id)
            assert run.status == S.SUCCESS and deployment.steps(run_id, "STEP_SUCCESS") == ["a", "b", "c"]
            deployment.check_history(run_id)
        finally:
            deployment.close()


def test_B_L_a_slow_database_costs_time_and_nothing_else(own_postgres: Postgres, tmp_path: Path) -> None:
    """B-L: every answer takes long, to workers and daemon alike; no lease is lost and nothing is done twice."""
    delay = [0.0]
    address = make_url(own_postgres.new_database())
    with (
        tempfile.TemporaryDirectory() as folder,  # short: a socket's path has few bytes
        slow_line(
            Path(str(address.query["host"])) / (file := f".s.PGSQL.{address.port or 5432}"), Path(folder) / file, delay
        ),
    ):
        through = address.update_query_dict({"host": folder}).render_as_string(hide_password=False)
        deployment = Deployment(tmp_path / "deployment", through)
        try:
            deployment.hold("b")
            run_id = deployment.launch("line")
            deployment.reach("b")
            delay[0] = 0.25
            held = deployment.run(run_id).lease_until
            assert held is not None
            deployment.until(lambda: (deployment.run(run_id).lease_until or 0.0) > held)
            deployment.release("b")
            run = deployment.settle(run_id)
            delay[0] = 0.0
            assert run.status == S.SUCCESS and run.resume_count == 0 and deployment.ledger() == ALL
            deployment.check_history(run_id)
        finally:
            delay[0] = 0.0
            deployment.close()


def _fill(path: Path) -> None:
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def _hold_lock(database_url: str, locked: threading.Event, let_go: threading.Event) -> None:
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
        connection.execute("BEGIN IMMEDIATE")
        locked.set()
        let_go.wait(60)
        connection.execute("ROLLBACK")
        connection.close()
        return
    with psycopg.connect(database_url.replace("postgresql+psycopg://", "postgresql://", 1)) as holder:
        holder.execute("LOCK TABLE runs, events IN ACCESS EXCLUSIVE MODE")
        locked.set()
        let_go.wait(60)
