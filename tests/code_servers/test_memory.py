"""What a location costs while nobody uses it, and that it does not grow."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.code_servers.pool import KernelCodeServers
from jupyter_orch.processes import memory_share
from tests.code_servers.test_locations import CODE, is_right

MIB = 1024 * 1024
BESIDE_THE_CODE = 15 * MIB
NOISE = 2 * MIB  # between two looks at the same process
TURNS = 20_000  # 2.8 hours of looks


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[KernelCodeServers]:
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    started = KernelCodeServers(tmp_path / "workspace.yaml", tmp_path / "logs")
    started.start()
    assert started.wait_until_loaded(60)
    yield started
    started.stop()


def memory_of_the_code(folder: Path) -> int:
    """Of a process that has imported the code and nothing else."""
    program = "import sys; import jupyter_orch; exec(open('code.py').read()); print('up', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"up\n"
        found = memory_share(process.pid)
        process.communicate()
    return found


def test_a_location_costs_its_code_and_15_mib(servers: KernelCodeServers, tmp_path: Path) -> None:
    assert is_right(servers)
    alone, together = memory_of_the_code(tmp_path), servers.memory("code.py")
    assert 0 < together <= alone + BESIDE_THE_CODE + NOISE, (
        f"{together / MIB:.1f} MiB, the code alone {alone / MIB:.1f}"
    )


def test_a_day_of_looks_and_requests_does_not_grow(servers: KernelCodeServers) -> None:
    location = servers._find("code.py")

    async def look(count: int) -> None:
        for number in range(count):
            await location.turn()
            if number % 10 == 0:
                await location.ask("ping", {}, 10)

    def after(count: int) -> tuple[int, int]:
        asyncio.run_coroutine_threadsafe(look(count), servers._loop).result(300)
        return memory_share(os.getpid()), servers.memory("code.py")

    ours, theirs = after(TURNS // 10)
    later_ours, later_theirs = after(TURNS)
    assert later_ours - ours < MIB and later_theirs - theirs < MIB
