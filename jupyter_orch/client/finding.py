"""Finds the Jupyter server to talk to: named, this kernel's own, the one of this folder, or the only one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

from jupyter_orch.client.connection import Server
from jupyter_orch.errors import OrchError

URL_VARIABLE, TOKEN_VARIABLE = "JUPYTER_ORCH_URL", "JUPYTER_ORCH_TOKEN"
PARENT_VARIABLE = "JPY_PARENT_PID"


class ServerNotFound(OrchError):
    """No Jupyter server was found, or several."""

    code = "SERVER_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that runs on this machine for this user."""

    server: Server
    pid: int
    root: Path


def find_server(folder: Path | None = None) -> Server:
    """The server to talk to.

    In this order: ``$JUPYTER_ORCH_URL`` (with ``$JUPYTER_ORCH_TOKEN``), the server whose kernel or terminal this is,
    the server whose root folder holds ``folder``, the only one that runs.

    Args:
        folder: the current one when left out.

    Raises:
        ServerNotFound: none runs, or several do and none is this folder's; says which there are.
    """
    if url := os.environ.get(URL_VARIABLE):
        return Server(url, os.environ.get(TOKEN_VARIABLE, ""))
    running = list(running_servers())
    parent = os.environ.get(PARENT_VARIABLE, "")
    for found in running:
        if str(found.pid) == parent:
            return found.server
    here = (folder or Path.cwd()).resolve()
    around = [found for found in running if here.is_relative_to(found.root)]
    if around:
        deepest = max(len(found.root.parts) for found in around)
        around = [found for found in around if len(found.root.parts) == deepest]
    candidates = around or running
    if len(candidates) == 1:
        return candidates[0].server
    if candidates:
        told = ", ".join(f"{found.server.url} ({found.root})" for found in candidates)
        raise ServerNotFound(f"several Jupyter servers run: {told}; name one by its address, or in ${URL_VARIABLE}")
    raise ServerNotFound(
        f"no Jupyter server runs here: start one (jupyter lab), or name one by its address, or in ${URL_VARIABLE}"
    )


def running_servers() -> Iterator[RunningServer]:
    """The servers of this user that have left word in Jupyter's runtime folder and live."""
    for file in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        try:
            told = json.loads(file.read_text("utf-8"))
            found = RunningServer(Server(told["url"], told.get("token", "")), int(told["pid"]), Path(told["root_dir"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if _lives(found.pid):
            yield found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
