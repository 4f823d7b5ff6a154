"""Locations load side by side: their snapshots are read by several threads, from the very first on."""

from __future__ import annotations

import subprocess
import sys

TRIALS = 8
SCRIPT = """
import sys, threading
import msgspec
from jupyter_orch.code_servers import zygote_process
from jupyter_orch.records.snapshot import LocationSnapshot

sys.setswitchinterval(1e-6)
inner = {"name": "t", "definition": "t"}
solid = {"name": "s", "definition": "s", "solids": [inner]}
told = {"repositories": [{"name": "r", "pipelines": [{"name": "p", "solids": [solid]}]}]}
together = threading.Barrier(4)


def read():
    together.wait()
    try:
        msgspec.convert(told, LocationSnapshot)
    except msgspec.ValidationError:
        pass


threads = [threading.Thread(target=read) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_threads_that_read_the_first_snapshots_at_once_do_not_crash_the_process() -> None:
    ends = [subprocess.run([sys.executable, "-c", SCRIPT], check=False).returncode for _ in range(TRIALS)]
    assert ends == [0] * TRIALS
