"""Resources are closed also when the step that used them is killed.

Once its resources are open, a step process forks. The child goes on: it runs the step and closes the resources, whose
state only it knows. The parent waits and holds a copy of the open resources as they were; it closes them only when the
child ended before it could, and then ends as the child did, so that whoever started the step sees how it died.
"""

from __future__ import annotations

import faulthandler
import mmap
import os
import signal

from jupyter_orch.execution.executors.child import EventPipe, fork_is_safe
from jupyter_orch.processes import die_with

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

_CLOSED, _WRITING = 0, 1


class StepGuard:
    """The process that waits, seen from both sides of its fork.

    Args:
        pipe: the line to whoever started the step.
    """

    def __init__(self, pipe: EventPipe) -> None:
        self._pipe = pipe
        self._shared: mmap.mmap | None = None
        self._status = 0

    def stands(self) -> bool:
        """Fork where that is safe.

        Returns:
            True in the process that waits, once the other has ended without closing the resources: it is to close
            them, and then to call :meth:`end`. False in the process that is to run the step. When all was closed in
            order, the waiting process ends inside this call.
        """
        if not fork_is_safe():
            return False
        self._shared = mmap.mmap(-1, 2)
        parent = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # none is lost between the fork and the handler
        child = os.fork()
        if child == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            die_with(parent)
            self._pipe.before_and_after = self._note_writing
            return False
        self._wait(child)
        if self._shared[_CLOSED]:
            self.end()
        if self._shared[_WRITING]:  # half an event is on the line; nothing that follows could be read
            self._pipe.close()
        return True

    def _wait(self, child: int) -> None:
        faulthandler.disable()
        signal.signal(signal.SIGTERM, lambda number, _frame: os.kill(child, number))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        self._status = os.waitpid(child, 0)[1]
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def _note_writing(self, is_writing: bool) -> None:
        if self._shared is not None:
            self._shared[_WRITING] = is_writing

    def note_closed(self) -> None:
        """In the process that ran the step: its resources are closed."""
        if self._shared is not None:
            self._shared[_CLOSED] = True

    def end(self) -> None:
        """In the process that waited: end as the other did."""
        if os.WIFSIGNALED(self._status):
            number = os.WTERMSIG(self._status)
            _leave_no_core()
            if number != signal.SIGKILL:
                signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        os._exit(os.waitstatus_to_exitcode(self._status) & 0xFF)


def _leave_no_core() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
