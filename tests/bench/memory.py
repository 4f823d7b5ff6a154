"""What an idle deployment holds in memory: the server beside a bare one, and an empty location."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_orch.processes import memory_share
from tests.server_process import ServerProcess, wait_for

MIB = 1024 * 1024
SETTLE = 3.0


def measure(root: Path, folder: Path, row: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in MiB, which the table prints as it prints milliseconds."""
    bare, _ = _idle(root, folder / "bare", enabled=False)
    ours, location = _idle(root, folder / "ours", enabled=True)
    return [
        row("MiB (PSS): bare Jupyter server", [bare / MIB / 1000]),
        row("MiB (PSS): with the extension, above the bare one", [(ours - bare) / MIB / 1000], "≤ 60"),
        row("MiB (PSS): a location of one solid, all its processes", [location / MIB / 1000], "imports + 15"),
    ]


def _idle(root: Path, home: Path, *, enabled: bool) -> tuple[int, int]:
    """Memory of the server's own process, and of its location."""
    server = ServerProcess(root, home)
    server.start(wait=enabled, enabled=enabled)
    try:
        wait_for(lambda: _answers(server), 60, lambda: server.log)
        location = 0
        if enabled:
            server.wait_for_locations()
            query = "{ workspaceOrError { ... on Workspace { locationEntries { memoryBytes } } } }"
            (entry,) = server.graphql(query)["workspaceOrError"]["locationEntries"]
            location = int(entry["memoryBytes"])
        time.sleep(SETTLE)
        assert server.process is not None
        return memory_share(server.process.pid), location
    finally:
        server.stop()


def _answers(server: ServerProcess) -> bool:
    try:
        return server.request("api/status")[0] == 200
    except OSError:
        return False
