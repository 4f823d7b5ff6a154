"""Q8: the line to Postgres is slow, silent, reset or cut at a commit, or the server stands still; no healthy run fails.

In the long form each happens while a run starts, in one of its steps and at its end, for a moment and for longer than any call
may take: 38 scenarios. Two more, in which a standby takes the server's place, are in :mod:`tests.chaos.failover`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.status import RunStatus
from tests.chaos.tcp_proxy import HANG_UP_AFTER, HANG_UP_BEFORE, TcpProxy, proxied
from tests.failures.deployment import Deployment
from tests.postgres import Postgres

pytestmark = pytest.mark.journey
IS_LONG = os.environ.get("CHAOS_SIZE") == "long"
ALL = ["a", "a-end", "b", "b-end", "c", "c-end"]
SIZES = [4.0, 45.0] if IS_LONG else [4.0]
"""Seconds for which a line is silent; resets and cuts are as many as a size has seconds, or nearly."""
MOMENTS = ["start", "step", "end"] if IS_LONG else ["step"]

Hurt = Callable[[TcpProxy, Postgres, float], None]


@pytest.fixture
def behind(own_postgres: Postgres, tmp_path: Path) -> Iterator[tuple[Deployment, TcpProxy]]:
    """A deployment all of whose processes reach Postgres through a proxy."""
    with proxied(own_postgres.new_database()) as (proxy, url):
        made = Deployment(tmp_path / "deployment", url)
        yield made, proxy
        proxy.speak_again()
        made.close()


def _falls_silent(proxy: TcpProxy, _: Postgres, seconds: float) -> None:
    proxy.fall_silent()
    time.sleep(seconds)
    proxy.speak_again()


def _is_slow(proxy: TcpProxy, _: Postgres, seconds: float) -> None:
    proxy.delay = 0.4
    time.sleep(seconds)
    proxy.delay = 0.0


def _is_reset(proxy: TcpProxy, _: Postgres, seconds: float) -> None:
    for _again in range(2 * int(seconds)):
        proxy.reset()
        time.sleep(0.3)


def _stands_still(_: TcpProxy, postgres: Postgres, seconds: float) -> None:
    paused = postgres.processes()
    for pid in paused:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(max(5.0, seconds))
    for pid in reversed(paused):
        os.kill(pid, signal.SIGCONT)


def _cut_at_commits(when: str) -> Hurt:
    def cut(proxy: TcpProxy, _: Postgres, seconds: float) -> None:
        for number in range(1, min(12, 2 + int(seconds))):
            proxy.cut_at_the_next(lambda message: message[5:].startswith(b"COMMIT"), when)
            until = time.monotonic() + 3.0
            while proxy.cuts < number and time.monotonic() < until:
                time.sleep(0.01)
        proxy.count_from_here()

    return cut


FAULTS: dict[str, Hurt] = {
    "silent": _falls_silent,
    "slow": _is_slow,
    "reset": _is_reset,
    "still": _stands_still,
    "cut before commits": _cut_at_commits(HANG_UP_BEFORE),
    "cut after commits": _cut_at_commits(HANG_UP_AFTER),
}


@pytest.mark.parametrize("seconds", SIZES)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_outlives_what_happens_to_the_line(
    behind: tuple[Deployment, TcpProxy], own_postgres: Postgres, fault: str, moment: str, seconds: float
) -> None:
    """A run goes on through it, whatever it is doing, and ends well, and once."""
    deployment, proxy = behind
    gate = {"step": "b", "end": "c"}.get(moment)
    run_id = ""
    if gate:
        deployment.hold(gate)
        run_id = deployment.launch("line")
        deployment.reach(gate)
    before = proxy.cuts
    fails = threading.Thread(target=FAULTS[fault], args=(proxy, own_postgres, seconds))
    fails.start()
    time.sleep(0.2)
    if gate:
        deployment.release(gate)
    else:
        run_id = _launched(deployment)
    while fails.is_alive():
        deployment.turn()
    fails.join()
    run = deployment.settle(run_id)
    assert run.status is RunStatus.SUCCESS and run.resume_count == 0 and deployment.ledger() == ALL
    assert deployment.steps(run_id, "STEP_SUCCESS") == ["a", "b", "c"]
    deployment.check_history(run_id)
    if fault.startswith("cut"):
        assert proxy.cuts - before >= 2


def _launched(deployment: Deployment) -> str:
    """As a client does that asks under a key until it is answered."""
    while True:
        with contextlib.suppress(StorageUnavailable):
            return deployment.launch("line", idempotency_key="mine")


@pytest.mark.parametrize("when", [HANG_UP_BEFORE, HANG_UP_AFTER])
def test_a_submission_whose_commit_is_cut_is_one_run(behind: tuple[Deployment, TcpProxy], when: str) -> None:
    """U-1, X-3: the client asks again under its key, and there is one run."""
    deployment, proxy = behind
    proxy.cut_at_the_next(lambda message: message[5:].startswith(b"COMMIT"), when)
    first = deployment.launch("line", idempotency_key="once")
    assert proxy.cuts == 1 and deployment.launch("line", idempotency_key="once") == first
    assert deployment.settle(first).status is RunStatus.SUCCESS and deployment.ledger() == ALL
