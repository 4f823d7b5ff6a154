"""Gets a runner for a run: forked from the location's zygote, or spawned cold, and says which."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from jupyter_orch import wire
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import LaunchOrder
from jupyter_orch.processes import identify, kill_run, signal_run, wait_for_end
from jupyter_orch.records import codec
from jupyter_orch.records.messages import RunSpec
from jupyter_orch.records.run import ProcessIdentity
from jupyter_orch.worker.cold_runner import ColdRunner, open_output, start_cold_runner
from jupyter_orch.zygote.client import ZygoteUnavailable, fork_child, read_end

FORK_TIMEOUT = 10.0
TIME_TO_EXIT = 5.0


class RunnerNotStarted(OrchError):
    """The process for the run's code can not be started."""

    code = "RUNNER_NOT_STARTED"


@dataclass(slots=True)
class Runner:
    """A started runner.

    Attributes:
        line: our end of its line.
        run_id: id of its run.
        identity: the process; it leads a session in which all that it starts lives.
        warm: forked from the zygote.
        note: why it is not warm, for the run's log.
        leaves_nothing: it has said that nothing else of its run is alive, and will start nothing more.
    """

    line: socket.socket
    run_id: str
    identity: ProcessIdentity
    warm: bool
    note: str
    status_fd: int = -1
    process: subprocess.Popen[bytes] | None = None
    leaves_nothing: bool = False
    _is_ended: bool = field(default=False, init=False)

    def begin(self, spec: RunSpec) -> None:
        """Give it the order to run."""
        with contextlib.suppress(OSError):  # it died meanwhile: the pump will see the line closed
            wire.send(self.line, {"k": "start", "spec": codec.to_json(spec)})

    def cancel(self) -> None:
        """Ask it to stop: steps are interrupted, resources torn down."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.identity.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything it started, at once; what carries the run's mark after that is another worker's."""
        if not self._is_ended:
            self._is_ended = kill_run(self.identity, self.run_id)

    def hold(self, is_held: bool) -> None:
        """Stop it and everything it started, or let all of it go on."""
        signal_run(self.identity, self.run_id, signal.SIGSTOP if is_held else signal.SIGCONT)

    def describe_end(self, timeout: float = 2.0) -> str:
        """How it ended, in words, e.g. ``"ended by signal 9 (SIGKILL)"``."""
        exit_code, number = self._end(timeout)
        if number is not None:
            return f"ended by signal {number} ({signal.Signals(number).name})"
        if exit_code is not None:
            return f"ended with exit code {exit_code}"
        return "ended, and its exit status was lost with the process that started it"

    def _end(self, timeout: float) -> tuple[int | None, int | None]:
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self.process.wait(timeout)
                return (code, None) if code >= 0 else (None, -code)
            return None, None
        end = read_end(self.status_fd, timeout)
        return (end["exit"], end["signal"]) if end else (None, None)


@contextmanager
def ready_runner(order: LaunchOrder, log_dir: Path | None, started: ColdRunner | None = None) -> Iterator[Runner]:
    """A runner that waits for its order; nothing of it is alive any more when the block ends.

    Args:
        log_dir: where the output of the run goes; None drops it.
        started: one that was started already.

    Raises:
        RunnerNotStarted: none can be started.
    """
    if started is not None:
        runner = _cold(order, started)
    else:
        with open_output(log_dir, "run.out") as out, open_output(log_dir, "run.err") as err:
            runner = _forked(order, out, err) or _spawned(order, out, err)
    try:
        yield runner
    finally:
        runner.line.close()
        has_exited = _leave_time_to_exit(runner)
        if not (has_exited and runner.leaves_nothing):  # to look for what is left takes longer than a small run
            runner.kill()
        if runner.status_fd >= 0:
            os.close(runner.status_fd)


def _forked(order: LaunchOrder, out: IO[bytes], err: IO[bytes]) -> Runner | None:
    """A child of the warm process; one that comes too late finds its line closed, and ends."""
    if order.runner_socket is None:
        return None
    ours, theirs = socket.socketpair()
    status_read, status_write = os.pipe2(os.O_CLOEXEC)
    try:
        fds = [theirs.fileno(), out.fileno(), err.fileno(), status_write]
        pid = fork_child(Path(order.runner_socket), "runner", {}, fds, status=True, timeout=FORK_TIMEOUT)
    except ZygoteUnavailable:
        ours.close()
        os.close(status_read)
        return None
    finally:
        theirs.close()
        os.close(status_write)
    return Runner(
        line=ours,
        run_id=order.run_id,
        identity=identify(pid),
        warm=True,
        note="",
        status_fd=status_read,
    )


def _spawned(order: LaunchOrder, out: IO[bytes], err: IO[bytes]) -> Runner:
    try:
        return _cold(order, start_cold_runner(order.runner_command, order.runner_env, out, err))
    except OSError as error:
        raise RunnerNotStarted(f"can not start {' '.join(order.runner_command[:1])}: {error}") from error


def _cold(order: LaunchOrder, started: ColdRunner) -> Runner:
    return Runner(
        line=started.line,
        run_id=order.run_id,
        identity=started.identity or identify(started.process.pid),
        warm=False,
        note=order.cold_reason or "the location's warm process did not answer",
        process=started.process,
    )


def _leave_time_to_exit(runner: Runner) -> bool:
    """A runner that has said "done" exits by itself within moments; its exit handlers may be the user's."""
    has_exited = wait_for_end(runner.identity, TIME_TO_EXIT)
    if runner.process is not None:
        runner.process.poll()
    return has_exited
