"""Steps that take all there is: limits, where the run config sets them (U29)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.orders import Launched

MB = 1024 * 1024


def run_greedy(tmp_path: Path, body: str, limits: dict[str, Any], start: str = "fork") -> Launched:
    return Launched(
        tmp_path,
        f"""
@solid
def greedy():
    {body}

@solid
def modest(): return sum(range(1000))

@pipeline
def p(): greedy(); modest()
""",
        executor_config={"step_limits": limits, "start_method": {start: {}}, "max_concurrent": 1},
    )


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_u29_a_step_that_wants_all_memory_fails_alone(tmp_path: Path, start: str) -> None:
    run = run_greedy(tmp_path, f"x = bytearray({4000 * MB})", {"memory_bytes": 600 * MB}, start)
    assert run.failure("greedy")["cls"] == "MemoryError"
    assert run.of("modest")[-1] == "STEP_SUCCESS"


def test_u29_a_step_that_opens_files_without_end_fails_alone(tmp_path: Path) -> None:
    few_more = len(os.listdir("/proc/self/fd")) + 100  # than what this process has open and its step inherits
    run = run_greedy(tmp_path, "x = [open(os.devnull) for _ in range(100_000)]", {"open_files": few_more})
    assert run.failure("greedy")["cls"] == "OSError" and "Too many open files" in run.failure("greedy")["message"]
    assert run.of("modest")[-1] == "STEP_SUCCESS"


@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="this limit does not bind root")
def test_u29_a_step_that_starts_processes_without_end_fails_alone(tmp_path: Path) -> None:
    run = run_greedy(tmp_path, "x = [subprocess.Popen(['sleep', '60']) for _ in range(10_000)]", {"processes": 2000})
    assert run.failure("greedy")["cls"] in ("BlockingIOError", "OSError")
    assert run.of("modest")[-1] == "STEP_SUCCESS"


def test_u29_processes_a_step_has_started_are_ended_with_it(tmp_path: Path) -> None:
    run = run_greedy(
        tmp_path,
        "x = [subprocess.Popen(['sleep', '60']) for _ in range(100)]; open('pids', 'w').write(repr([p.pid for p in x]))",
        {},
    )
    assert run.outcome.ok
    pids = eval((tmp_path / "pids").read_text())
    assert [pid for pid in pids if _lives(pid)] == []


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
