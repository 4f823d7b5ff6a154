"""Gets a runner for a run: forked from the location's zygote, or spawned cold, and says which."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jupyter_orch import wire
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import LaunchOrder
from jupyter_orch.processes import identify, kill_run
from jupyter_orch.records import codec
from jupyter_orch.records.messages import RunSpec
from jupyter_orch.records.run import ProcessIdentity
from jupyter_orch.zygote.client import ZygoteUnavailable, fork_child, read_end

FORK_TIMEOUT = 10.0


@dataclass(slots=True)
class Runner:
    """A started runner.

    Attributes:
        line: our end of its line.
        run_id: id of its run.
        identity: the process; it leads a session in which all that it starts lives.
        warm: forked from the zygote.
        note: why it is not warm, for the run's log.
    """

    line: socket.socket
    run_id: str
    identity: ProcessIdentity
    warm: bool
    note: str
    status_fd: int = -1
    process: subprocess.Popen[bytes] | None = None

    def cancel(self) -> None:
        """Ask it to stop: steps are interrupted, resources torn down."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.identity.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything it started, at once."""
        kill_run(self.identity, self.run_id)

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
def start_runner(order: LaunchOrder, spec: RunSpec, log_dir: Path) -> Iterator[Runner]:
    """A runner that has got its order; nothing of it is alive any more when the block ends."""
    ours, theirs = socket.socketpair()
    with theirs, open(log_dir / "run.out", "ab") as out, open(log_dir / "run.err", "ab") as err:
        runner = _forked(order, ours, theirs, out.fileno(), err.fileno()) or _spawned(order, ours, theirs, out, err)
    try:
        with contextlib.suppress(OSError):  # it died at once: the pump will see the line closed
            wire.send(runner.line, {"k": "start", "spec": codec.to_json(spec)})
        yield runner
    finally:
        runner.line.close()
        _leave_time_to_exit(runner)
        runner.kill()


def _forked(order: LaunchOrder, ours: socket.socket, theirs: socket.socket, out: int, err: int) -> Runner | None:
    if order.runner_socket is None:
        return None
    status_read, status_write = os.pipe2(os.O_CLOEXEC)
    try:
        fds = [theirs.fileno(), out, err, status_write]
        pid = fork_child(Path(order.runner_socket), "runner", {}, fds, status=True, timeout=FORK_TIMEOUT)
    except ZygoteUnavailable:
        os.close(status_read)
        return None
    finally:
        os.close(status_write)
    return Runner(line=ours, run_id=order.run_id, identity=identify(pid), warm=True, note="", status_fd=status_read)


def _spawned(order: LaunchOrder, ours: socket.socket, theirs: socket.socket, out: IO[bytes], err: IO[bytes]) -> Runner:
    try:
        process = subprocess.Popen(
            [*order.runner_command, str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            env=order.runner_env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    except OSError as error:
        raise OrchError(f"can not start {order.runner_command[0]}: {error}") from error
    reason = order.cold_reason or "the location's warm process did not answer"
    return Runner(
        line=ours, run_id=order.run_id, identity=identify(process.pid), warm=False, note=reason, process=process
    )


def _leave_time_to_exit(runner: Runner) -> None:
    """A runner that has said "done" exits by itself within moments; its exit handlers may be the user's."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        if runner.process is not None and runner.process.poll() is not None:
            return
        if runner.status_fd >= 0 and read_end(runner.status_fd, 0.0) is not None:
            return
        if runner.process is None and runner.status_fd < 0:
            return
        time.sleep(0.005)
