"""Which Jupyter servers of this user run on this machine: they leave word in Jupyter's runtime folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

HUB_TOKEN = "JUPYTERHUB_API_TOKEN"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a Jupyter server is.

    Attributes:
        url: its address with the base URL, e.g. ``http://localhost:8888/``.
        token: its token; never shown.
    """

    url: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that runs on this machine for this user."""

    server: Server
    pid: int
    root: Path

    @property
    def is_stopped(self) -> bool:
        """Whether its process is halted by a signal: whatever it is asked, no answer comes before it is continued."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
        except (OSError, IndexError):  # it has ended, or there is no such folder on this system
            return False
        return state in (b"T", b"t")


def running_servers() -> Iterator[RunningServer]:
    """The servers of this user that have left word in Jupyter's runtime folder and live.

    A JupyterHub's server has no token of its own; those of its terminals have the user's.
    """
    of_hub = os.environ.get(HUB_TOKEN, "")
    for file in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        try:
            told = json.loads(file.read_text("utf-8"))
            found = RunningServer(
                Server(told["url"], told.get("token") or of_hub), int(told["pid"]), Path(told["root_dir"])
            )
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
