"""Finds the Jupyter server to talk to: named, this kernel's own, the one of this folder, or the only one."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_orch.errors import OrchError
from jupyter_orch.running_servers import Server, running_servers

URL_VARIABLE, TOKEN_VARIABLE = "JUPYTER_ORCH_URL", "JUPYTER_ORCH_TOKEN"
PARENT_VARIABLE = "JPY_PARENT_PID"


class ServerNotFound(OrchError):
    """No Jupyter server was found, or several."""

    code = "SERVER_NOT_FOUND"


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
