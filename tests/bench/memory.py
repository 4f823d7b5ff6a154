"""P11: what an idle deployment holds in memory: all of it, the server beside a bare one, and a location beside its imports."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil

from jupyter_orch.processes import memory_share
from tests.bench.figures import Figure
from tests.bench.place import Place, workspace
from tests.bench.rows import limit, ours
from tests.bench.starts import answers
from tests.server_process import ServerProcess, wait_for

MIB = 1024 * 1024
SETTLE = 3.0
IMPORTS = "import runpy, sys; runpy.run_path(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"
KERNEL = "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"


def measure(place: Place) -> list[Figure]:
    """Proportional set sizes, in MiB, some seconds after everything has come to rest."""
    code = workspace(place.fresh("imports")) / "code.py"
    bare, _, _ = _idle(place, "bare", enabled=False)
    server, location, deployment = _idle(place, "ours", enabled=True)
    imports, kernel = _held([sys.executable, "-c", IMPORTS, str(code)], reads=True), _kernel(place)
    note = f"server {server:.1f}, location {location:.1f} MiB; pages shared by n processes count one n-th"
    return [
        ours("P11", [deployment], "deployment", note=note),
        ours("P11", [server - bare], "server_over", note=f"bare server {bare:.1f} MiB"),
        ours("P11", [location - imports], "location_over", note=f"its imports alone {imports:.1f} MiB"),
        limit("P11", [bare + kernel], "deployment", note=f"{bare:.1f} + {kernel:.1f} MiB"),
    ]


def deployment_memory(pid: int) -> float:
    """MiB of a process and all below it."""
    processes = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    return sum(map(memory_share, processes)) / MIB


def _idle(place: Place, name: str, *, enabled: bool) -> tuple[float, float, float]:
    """MiB of the server's own process, of its location, and of everything."""
    home = place.fresh(name)
    server = ServerProcess(workspace(home / "root"), home)
    server.start(wait=False, enabled=enabled)
    try:
        wait_for(lambda: answers(server), 180, lambda: server.log)
        location = 0
        if enabled:
            server.wait_until_ready(180)
            server.wait_for_locations(180)
            query = "{ workspaceOrError { ... on Workspace { locationEntries { memoryBytes } } } }"
            (entry,) = server.graphql(query)["workspaceOrError"]["locationEntries"]
            location = int(entry["memoryBytes"])
        time.sleep(SETTLE)
        assert server.process is not None
        pid = server.process.pid
        return memory_share(pid) / MIB, location / MIB, deployment_memory(pid)
    finally:
        server.stop()


def _kernel(place: Place) -> float:
    file = place.fresh("kernel") / "kernel.json"
    return _held([sys.executable, "-c", KERNEL, "-f", str(file)], waits_for=file)


def _held(command: list[str], *, reads: bool = False, waits_for: Path | None = None) -> float:
    """MiB of a process that has come to rest."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if reads else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if process.stdout is not None:
            process.stdout.readline()
        if waits_for is not None:
            wait_for(waits_for.exists, 60)
        time.sleep(1.0)
        return memory_share(process.pid) / MIB
    finally:
        process.kill()
        process.communicate()
