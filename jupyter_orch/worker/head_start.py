"""Lets a cold worker's runner begin while the worker still imports its database.

Worker → launcher: ``{"worker": …, "runner": …, "how": …}``, the two processes; launcher → worker: ``{"spec": …}`` once
it has claimed the run in the worker's name. A line that closes without this leaves the claim to the worker; it looks
then whether it has the run already.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import replace

from jupyter_orch import wire
from jupyter_orch.processes import identify, this_process
from jupyter_orch.records import codec
from jupyter_orch.worker.cold_runner import ColdRunner
from jupyter_orch.worker.wakeup import ignore_until_asked

PATIENCE = 10.0
"""Seconds in which the launcher must have answered once the worker could claim by itself."""


class HeadStart:
    """Asks for the claim and gives the runner its order, in a thread."""

    def __init__(self, line: socket.socket, runner: ColdRunner, home: str, how: str) -> None:
        """Args:
        line: to the launcher, which knows what is to run.
        runner: waits for its order.
        home: folder of the instance.
        how: how this worker was started, for the run's log.
        """
        self._line = line
        self._runner = runner
        self._is_begun = False
        runner.identity = identify(runner.process.pid)  # while it surely lives: its run may end before we look again
        ignore_until_asked()  # from the claim on the row names us, and whoever sees us there may signal us
        with contextlib.suppress(OSError):
            wire.send(
                line,
                {
                    "worker": codec.to_json(replace(this_process(), home=home)),
                    "runner": codec.to_json(runner.identity),
                    "how": how,
                },
            )
        self._thread = threading.Thread(target=self._begin, name="orch-head-start", daemon=True)
        self._thread.start()

    def finish(self, patience: float = PATIENCE) -> bool:
        """Whether the run was claimed and the runner has its order; neither happens through this any more."""
        self._thread.join(patience)
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._line.close()
        return self._is_begun

    def _begin(self) -> None:
        with contextlib.suppress(OSError):
            answer = wire.receive(self._line)
            if answer is not None:
                self._is_begun = True
                wire.send(self._runner.line, {"k": "start", "spec": answer["spec"]})
