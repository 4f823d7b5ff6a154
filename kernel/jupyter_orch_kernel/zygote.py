"""``python -m jupyter_orch_kernel.zygote``: the warm process of a location, and a small one that stands before it.

Code may kill its parent, or its group: that reaches the small process and not the server. It has imported next to
nothing, for it lives as long as the location.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import sys


def main(lifeline_fd: int, listener_fd: int) -> None:
    """Serve the location in a child.

    This process waits, passes signals on, ends what the code left running in its group, and then ends as the child
    did; the child ends when this process is killed. While the child imports the user's code, which may take for ever,
    this one watches the lifeline.
    """
    parent = os.getpid()
    loaded_read, loaded_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.close(loaded_read)
        importlib.import_module("jupyter_orch.processes").die_with(parent)
        importlib.import_module("jupyter_orch_kernel.warm").serve_location(lifeline_fd, listener_fd, loaded_write)
        return
    for descriptor in (listener_fd, loaded_write):
        os.close(descriptor)
    for passed_on in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
        signal.signal(passed_on, lambda received, _frame: os.kill(child, received))
    if not _ends_before_its_starter(child, lifeline_fd, loaded_read):
        os.kill(child, signal.SIGKILL)
    os.close(lifeline_fd)  # what the child closes shall be closed
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # until it is reaped, the group is surely its own
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(parent, number)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _ends_before_its_starter(child: int, lifeline: int, loaded: int) -> bool:
    """Wait until the child has loaded the code or has ended, then True; False when the server is gone before that."""
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(loaded, select.POLLIN)
    poll.register(lifeline, 0)  # only its end: what is said there is the child's to read
    ready = {fd for fd, _ in poll.poll()}
    os.close(ended)
    os.close(loaded)
    return ready != {lifeline}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
