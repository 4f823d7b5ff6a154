"""The warm process of one location at one version of its code, as the server sees it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch import wire
from jupyter_orch.code_servers.output import LocationOutput
from jupyter_orch.records import codec
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.zygote.protocol import listen

MODULE_NAME_LENGTH = 200
OWN_PACKAGE = "jupyter_orch"
ZYGOTE_FILE = os.path.join("jupyter_orch_kernel", "zygote.py")
"""In a traceback only when the program around the code failed: what the code raises is caught and reported."""
MOST_WORDS = 300
_IS_ERROR = re.compile(r"[A-Za-z_][\w.]*(: |$)")
NOT_EQUIPPED = "EnvironmentError"
"""Class of the failure when an environment lacks what a code server needs."""
# msgspec learns a type at its first use, and two threads that teach it a recursive one at once crash the process.
for _type in (LocationSnapshot, Failure):
    msgspec.json.Decoder(_type)


class LoadFailed(Exception):
    """The location's code did not load; ``failure`` says why, ``sources`` where a change may mend it."""

    def __init__(self, failure: Failure, sources: tuple[str, ...] = ()) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.sources = sources


class ImportProgress:
    """A file without a name, in which the loading process keeps the name of the module it is importing."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as the load)
        self.descriptor = self._file.fileno()

    def module(self) -> str:
        """The module that was last begun; empty before the first."""
        if self._file.closed:
            return ""
        return os.pread(self.descriptor, MODULE_NAME_LENGTH, 0).decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Nobody looks any more."""
        self._file.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class ZygoteProcess:
    """A started zygote.

    Attributes:
        process: the process that stands between it and us, and ends as it does.
        pid: the process that has loaded the code.
        lifeline: our end; closing it tells the zygote to end after its last run.
        path: where it listens for requests to fork.
        snapshot: the definitions it has loaded.
        why_not_fork: names what user code left alive that makes forking unsafe; empty when nothing does.
    """

    process: subprocess.Popen[bytes]
    pid: int
    lifeline: socket.socket
    path: Path
    snapshot: LocationSnapshot
    why_not_fork: str

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def stop(self) -> None:
        """Let it go: kernels end at once, runs go on, the process ends after the last of them."""
        self.lifeline.close()
        if self.is_alive():
            for pid in (self.process.pid, self.pid):  # whoever was stopped could not end
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()


async def start_zygote(
    target: LocationTarget,
    python: str,
    env: Mapping[str, str],
    socket_path: Path,
    output: LocationOutput,
    progress: ImportProgress,
    timeout: float,
    ready_kernels: int,
) -> ZygoteProcess:
    """Start a zygote and wait until it has loaded the location's code.

    Args:
        python: interpreter of the location's environment.
        env: its whole environment.
        socket_path: where it shall listen, in a private folder.
        output: gets what the code prints while it is imported.
        progress: gets the names of the modules that it imports.
        timeout: seconds that loading may take.

    Raises:
        LoadFailed: the code raised, ended the process, or took too long.
    """
    ours, theirs = socket.socketpair()
    listener = listen(socket_path)
    command = [python, "-m", "jupyter_orch_kernel.zygote", str(theirs.fileno()), str(listener.fileno())]
    try:
        with theirs, listener, output.open() as log:
            log_start = output.size()
            process = subprocess.Popen(
                command,
                pass_fds=(theirs.fileno(), listener.fileno(), progress.descriptor),
                env=dict(env),
                cwd=target.working_directory or None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        ours.close()
        raise LoadFailed(Failure(cls=type(error).__name__, message=f"can not start {python}: {error}")) from error
    try:
        wire.send(
            ours,
            {"target": codec.to_json(target), "progress_fd": progress.descriptor, "ready_kernels": ready_kernels},
        )
        report = await asyncio.wait_for(_first_report(ours), timeout)
    except TimeoutError:
        raise LoadFailed(_timed_out(process, output, timeout, progress.module()), _own_file(target)) from None
    except BrokenPipeError:
        report = None
    except (OSError, asyncio.CancelledError):
        process.kill()
        raise
    finally:
        if process.poll() is not None:
            ours.close()
    if report is None:
        raise LoadFailed(await _ended(process, ours, output, log_start), _own_file(target))
    if report["k"] == "failed":
        ours.close()
        await asyncio.get_running_loop().run_in_executor(None, process.wait)
        raise LoadFailed(msgspec.convert(report["failure"], Failure), tuple(report.get("sources", ())))
    return ZygoteProcess(
        process=process,
        pid=report["pid"],
        lifeline=ours,
        path=socket_path,
        snapshot=msgspec.convert(report["snapshot"], LocationSnapshot),
        why_not_fork=report["why_not_fork"],
    )


def _own_file(target: LocationTarget) -> tuple[str, ...]:
    return tuple(path for path in (target.path, target.working_directory) if path)


async def _first_report(sock: socket.socket) -> dict[str, Any] | None:
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    reader = wire.FrameReader()
    while True:
        with contextlib.suppress(ConnectionResetError):
            if chunk := await loop.sock_recv(sock, 1 << 18):
                for message in reader.feed(chunk):
                    return message
                continue
        return None


async def _ended(
    process: subprocess.Popen[bytes], ours: socket.socket, output: LocationOutput, log_start: int
) -> Failure:
    ours.close()
    code = await asyncio.get_running_loop().run_in_executor(None, process.wait)
    lines = output.tail_lines(log_start)
    if missing := next((name for name in (OWN_PACKAGE, "zmq") if _is_missing(name, lines)), None):
        return Failure(
            cls=NOT_EQUIPPED,
            message=f"the location's Python environment has no {missing}",
            stack=lines,
            hint="install what a kernel needs there: pip install ipykernel",
        )
    if code == 1 and ZYGOTE_FILE in output.tail(log_start) and _IS_ERROR.match(lines[-1]):
        return Failure(
            cls=NOT_EQUIPPED,
            message=f"jupyter_orch itself can not be imported in the location's Python environment: {lines[-1]}",
            stack=lines,
            hint="it needs Python 3.11 or newer and a whole ipykernel; no file may have the name of one of its modules",
        )
    how = f"by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"with exit code {code}"
    if code == -signal.SIGKILL:
        how += ", probably because memory ran out"
    return Failure(
        cls="ProcessEnded",
        message=f"the code ended the process {how} while loading{_last_words(lines)}",
        stack=lines,
        hint="look for sys.exit, os._exit, quit or a crash in a library that runs when the file is imported",
    )


def _last_words(lines: tuple[str, ...]) -> str:
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"; the last it printed: {said[:MOST_WORDS]}" if said else ""


def _is_missing(package: str, lines: tuple[str, ...]) -> bool:
    """Whether Python said that it has no such package; ``python -m`` and ``import`` say it differently."""
    return any("No module named" in line and package in line for line in lines[-1:])


def _timed_out(process: subprocess.Popen[bytes], output: LocationOutput, timeout: float, module: str) -> Failure:
    """Ask where the import hangs, then end it. Blocks for at most 0.5 s."""
    before = output.size()
    process.send_signal(signal.SIGUSR1)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.kill()
    process.wait()
    stack = output.tail_lines(before)
    file, line = _where(stack)
    return Failure(
        cls="LoadTimeout",
        message=f"load timed out after {timeout:g} s" + (f"; the newest module is {module}" if module else ""),
        stack=stack,
        file=file,
        line=line,
        hint="what runs at import must end; if it is only slow, raise code_servers.local_startup_timeout",
    )


def _where(stack: tuple[str, ...]) -> tuple[str | None, int | None]:
    """File and line of the innermost frame in a faulthandler dump (``  File "x.py", line 3 in f``)."""
    for text in stack:
        parts = text.strip().split('"')
        if len(parts) == 3 and text.strip().startswith("File") and ", line " in parts[2]:
            number = parts[2].split(", line ")[1].split()[0]
            return parts[1], int(number) if number.isdigit() else None
    return None, None
