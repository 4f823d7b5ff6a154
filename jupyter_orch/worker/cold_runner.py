"""Starts a runner as a new process. Light to import: a cold worker does this first and imports the rest beside it."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_orch.records.run import ProcessIdentity


class ColdRunner:
    """A process that was started and waits for its order.

    Attributes:
        line: our end of its line; the process ends when that closes.
        process: the process.
        identity: who that is for ever, once somebody has looked.
    """

    def __init__(self, line: socket.socket, process: subprocess.Popen[bytes]) -> None:
        self.line = line
        self.process = process
        self.identity: ProcessIdentity | None = None


def start_cold_runner(command: Sequence[str], env: Mapping[str, str], out: IO[bytes], err: IO[bytes]) -> ColdRunner:
    """Start ``command`` with the descriptor of its line behind it, in a session of its own.

    Raises:
        OSError: it can not be started.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
    return ColdRunner(ours, process)


def open_output(log_dir: str | os.PathLike[str] | None, name: str) -> closing[IO[bytes]]:
    """A file for output; nowhere when none is kept, or its disk is full: no run waits for space for what it prints."""
    if log_dir is None:
        return closing(open(os.devnull, "ab"))
    try:
        os.makedirs(log_dir, mode=0o700, exist_ok=True)
        return closing(open(os.path.join(log_dir, name), "ab"))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return closing(open(os.devnull, "ab"))
