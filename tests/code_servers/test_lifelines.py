"""Who starts code servers may be killed at any moment, with all or part of what it had started: nothing lives on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.code_servers.pool import KernelCodeServers
from tests.server_process import wait_for

STARTER = """
import sys, time
from pathlib import Path
from jupyter_orch.code_servers.pool import KernelCodeServers
folder = Path(sys.argv[1])
KernelCodeServers(folder / "workspace.yaml", folder / "logs").start()
time.sleep(600)
"""
LOADS = """
from pathlib import Path
from jupyter_orch import notebook_solid, pipeline, repository
book = notebook_solid("book", notebook_path=str(Path(__file__).with_name("book.ipynb")), output_defs=[])
@pipeline
def reading():
    book()
@repository
def repo():
    return [reading]
"""
NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
HANGS = "from pathlib import Path\nPath(__file__).with_suffix('.begun').touch()\nimport time\ntime.sleep(600)\n"


class Starter:
    """A process that serves two locations: one with a notebook, and one whose import never ends."""

    def __init__(self, folder: Path) -> None:
        self._mark = f"LIFELINE={folder}".encode()
        (folder / "workspace.yaml").write_text("load_from:\n- python_file: loads.py\n- python_file: hangs.py\n")
        (folder / "loads.py").write_text(LOADS)
        (folder / "book.ipynb").write_text(NOTEBOOK)
        (folder / "hangs.py").write_text(HANGS)
        env = {**os.environ, "LIFELINE": str(folder), "TMPDIR": str(folder)}
        self.process = subprocess.Popen([sys.executable, "-c", STARTER, str(folder)], env=env)
        self._folder = folder

    def wait_until_all_is_there(self) -> None:
        """Kernel, kernels for notebooks, and the import that hangs."""
        begun = self._folder / "hangs.begun"
        nursery = "jupyter_orch_kernel.kernel_nursery"
        wait_for(lambda: begun.exists() and sum(nursery in c for c in self.living().values()) == 2, 90)

    def living(self) -> dict[int, str]:
        """The command of every process that descends from the starter, and of itself."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if self._mark not in (process / "environ").read_bytes().split(b"\0"):
                    continue
                if (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX":
                    found[int(process.name)] = (process / "cmdline").read_text()
            except OSError:
                continue
        return found


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    started = Starter(tmp_path)
    yield started
    for pid in started.living():
        os.kill(pid, signal.SIGKILL)
    started.process.wait()


def test_a_warm_process_that_was_stopped_ends_with_its_location(tmp_path: Path) -> None:
    (tmp_path / "loads.py").write_text(LOADS)
    (tmp_path / "book.ipynb").write_text(NOTEBOOK)
    (tmp_path / "workspace.yaml").write_text("load_from:\n- python_file: loads.py\n")
    servers = KernelCodeServers(tmp_path / "workspace.yaml", tmp_path / "logs")
    try:
        servers.start()
        assert servers.wait_until_loaded(90)
        zygote = servers._find("loads.py")._replicas[0].zygote
        assert zygote is not None
        for pid in (zygote.process.pid, zygote.pid):
            os.kill(pid, signal.SIGSTOP)
    finally:
        servers.stop()
    assert zygote.process.wait(60) == 0


@pytest.mark.parametrize("what", ["the starter", "every second process"])
def test_nothing_outlives_a_killed_starter(starter: Starter, what: str) -> None:
    starter.wait_until_all_is_there()
    others = sorted(starter.living().keys() - {starter.process.pid})
    killed = [starter.process.pid, *(random.sample(others, len(others) // 2) if what != "the starter" else ())]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    starter.process.wait()
    wait_for(lambda: not starter.living(), 60, lambda: f"killed {killed}, left: {starter.living()}")
