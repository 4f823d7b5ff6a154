"""Q8: the line to Postgres is slow, silent, reset or cut at a commit, or the server stands still; no healthy run fails.

In the long form each happens while a run starts, in one of its steps and at its end, for a moment and for longer than any call
may take: 38 scenarios. Two more, in which a standby takes the server's place, are in :mod:`tests.chaos.failover`.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_orch.ports import StorageUnavailable
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage.postgres_door import DEADLINE
from tests.chaos.tcp_proxy import HANG_UP_AFTER, HANG_UP_BEFORE, TcpProxy, proxied
from tests.failures.deployment import Deployment
from tests.postgres import Postgres

pytestmark = pytest.mark.journey
IS_LONG = os.environ.get("CHAOS_SIZE") == "long"
ALL = ["a", "a-end", "b", "b-end", "c", "c-end"]
SIZES = [4.0, 60.0] if IS_LONG else [4.0]
"""Seconds for which a line is silent; resets and cuts are as many as a size has seconds, or nearly."""
MOMENTS = ["start", "step", "end"] if IS_LONG else ["step"]
DELAY = 2.0 if IS_LONG else 0.4
"""Seconds that each piece of an answer takes on a slow line."""
LONGEST = DEADLINE + 15.0
"""Seconds within which a call comes back: it may have to connect and be tried again first. Less than the longest silence."""

Hurt = Callable[[TcpProxy, Postgres, float], int]
"""Does it; how many lines that cut."""


@pytest.fixture
def behind(own_postgres: Postgres, tmp_path: Path) -> Iterator[tuple[Deployment, TcpProxy]]:
    """A deployment all of whose processes reach Postgres through a proxy."""
    with proxied(own_postgres.new_database()) as (proxy, url):
        made = Deployment(tmp_path / "deployment", url)
        yield made, proxy
        proxy.speak_again()
        made.close()


class Caller:
    """Asks the storage one question after the other; the first has been answered before it begins.

    Attributes:
        longest: seconds that the slowest answer took, or the slowest error.
    """

    def __init__(self, deployment: Deployment) -> None:
        self.longest = 0.0
        self._deployment = deployment
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Caller:
        self._deployment.storage.get_run("nobody")
        self._asking = self._pool.submit(self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._pool.shutdown()
        self._asking.result()

    def _ask(self) -> None:
        while not self._is_over.wait(0.05):
            begun = time.monotonic()
            with contextlib.suppress(StorageUnavailable):
                self._deployment.storage.get_run("nobody")
            self.longest = max(self.longest, time.monotonic() - begun)


def _falls_silent(proxy: TcpProxy, _: Postgres, seconds: float) -> int:
    proxy.fall_silent()
    time.sleep(seconds)
    proxy.speak_again()
    return 0


def _is_slow(proxy: TcpProxy, _: Postgres, seconds: float) -> int:
    proxy.delay = DELAY
    time.sleep(seconds)
    proxy.delay = 0.0
    return 0


def _is_reset(proxy: TcpProxy, _: Postgres, seconds: float) -> int:
    cut = 0
    for _again in range(2 * int(seconds)):
        cut += proxy.reset()
        time.sleep(0.3)
    return cut


def _stands_still(_: TcpProxy, postgres: Postgres, seconds: float) -> int:
    with postgres.paused():
        time.sleep(max(5.0, seconds))
    return 0


def _cut_at_commits(when: str) -> Hurt:
    def cut(proxy: TcpProxy, _: Postgres, seconds: float) -> int:
        before = proxy.cuts
        for number in range(1, min(12, 2 + int(seconds))):
            proxy.cut_at_the_next(lambda message: message[5:].startswith(b"COMMIT"), when)
            until = time.monotonic() + 3.0
            while proxy.cuts - before < number and time.monotonic() < until:
                time.sleep(0.01)
        proxy.count_from_here()
        return proxy.cuts - before

    return cut


FAULTS: dict[str, Hurt] = {
    "silent": _falls_silent,
    "slow": _is_slow,
    "reset": _is_reset,
    "still": _stands_still,
    "cut before commits": _cut_at_commits(HANG_UP_BEFORE),
    "cut after commits": _cut_at_commits(HANG_UP_AFTER),
}
LEAST_CUT = {"reset": 4, "cut before commits": 2, "cut after commits": 1}
"""Lines: resets find some open; a commit that is cut before it is done is made again, one that was done may be the last."""


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
    with Caller(deployment) as caller, ThreadPoolExecutor(1) as pool:
        fault_is_over = pool.submit(FAULTS[fault], proxy, own_postgres, seconds)
        time.sleep(0.2)
        if gate:
            deployment.release(gate)
        else:
            run_id = _launched(deployment)
        while not fault_is_over.done():
            deployment.turn()
        cut = fault_is_over.result()
        run = deployment.settle(run_id)
    assert run.status is RunStatus.SUCCESS and run.resume_count == 0 and deployment.ledger() == ALL
    assert deployment.steps(run_id, "STEP_SUCCESS") == ["a", "b", "c"]
    deployment.check_history(run_id)
    assert cut >= LEAST_CUT.get(fault, 0), f"{cut} lines were cut"
    assert fault in LEAST_CUT or caller.longest >= DELAY, "nobody felt it"
    assert caller.longest < LONGEST, f"a call took {caller.longest:.1f} s"


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
