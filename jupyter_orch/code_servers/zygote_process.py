"""The warm process of one location at one version of its code, as the server sees it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from jupyter_orch import wire
from jupyter_orch.records import codec
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.zygote.protocol import listen


class LoadFailed(Exception):
    """The location's code did not load; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class ZygoteProcess:
    """A started zygote.

    Attributes:
        process: the process.
        lifeline: our end; closing it tells the zygote to end after its last run.
        path: where it listens for requests to fork.
        snapshot: the definitions it has loaded.
        threads: Python threads that user code left alive; more than one makes forking unsafe.
    """

    process: subprocess.Popen[bytes]
    lifeline: socket.socket
    path: Path
    snapshot: LocationSnapshot
    threads: int

    def stop(self) -> None:
        """Let it go: kernels end at once, runs go on, the process ends after the last of them."""
        self.lifeline.close()
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()


async def start_zygote(
    target: LocationTarget, python: str, env: Mapping[str, str], socket_path: Path, log_path: Path, timeout: float
) -> ZygoteProcess:
    """Start a zygote and wait until it has loaded the location's code.

    Args:
        python: interpreter of the location's environment.
        env: its whole environment.
        socket_path: where it shall listen, in a private folder.
        log_path: gets what the code prints while it is imported.
        timeout: seconds that loading may take.

    Raises:
        LoadFailed: the code raised, ended the process, or took too long.
    """
    ours, theirs = socket.socketpair()
    listener = listen(socket_path)
    command = [python, "-m", "jupyter_orch_kernel.zygote", str(theirs.fileno()), str(listener.fileno())]
    try:
        with theirs, listener, open(log_path, "ab") as log:
            process = subprocess.Popen(
                command,
                pass_fds=(theirs.fileno(), listener.fileno()),
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
    log_start = log_path.stat().st_size
    try:
        wire.send(ours, {"target": codec.to_json(target)})
        report = await asyncio.wait_for(_first_report(ours), timeout)
    except TimeoutError:
        raise LoadFailed(_timed_out(process, log_path, timeout)) from None
    except (OSError, asyncio.CancelledError):
        process.kill()
        raise
    finally:
        if process.poll() is not None:
            ours.close()
    if report is None:
        raise LoadFailed(await _ended(process, ours, log_path, log_start))
    if report["k"] == "failed":
        ours.close()
        process.wait()
        raise LoadFailed(msgspec.convert(report["failure"], Failure))
    return ZygoteProcess(
        process=process,
        lifeline=ours,
        path=socket_path,
        snapshot=msgspec.convert(report["snapshot"], LocationSnapshot),
        threads=report["threads"],
    )


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


async def _ended(process: subprocess.Popen[bytes], ours: socket.socket, log_path: Path, log_start: int) -> Failure:
    ours.close()
    code = await asyncio.get_running_loop().run_in_executor(None, process.wait)
    how = f"by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"with exit code {code}"
    if b"No module named jupyter_orch_kernel" in _tail(log_path, log_start):
        return Failure(
            cls="EnvironmentError",
            message="the location's Python environment has no jupyter_orch_kernel",
            hint="install jupyter-orch there (pip install --no-deps jupyter-orch, plus ipykernel)",
        )
    return Failure(
        cls="ProcessEnded",
        message=f"the code ended the process {how} while loading",
        stack=_tail_lines(log_path, log_start),
        hint="look for sys.exit, os._exit, quit or a crash in a library that runs when the file is imported",
    )


def _timed_out(process: subprocess.Popen[bytes], log_path: Path, timeout: float) -> Failure:
    """Ask where the import hangs, then end it. Blocks for at most 0.5 s."""
    before = log_path.stat().st_size
    process.send_signal(signal.SIGUSR1)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.kill()
    process.wait()
    stack = _tail_lines(log_path, before)
    file, line = _where(stack)
    return Failure(
        cls="LoadTimeout",
        message=f"load timed out after {timeout:g} s",
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


def _tail(path: Path, start: int, limit: int = 16_384) -> bytes:
    with open(path, "rb") as log:
        end = log.seek(0, os.SEEK_END)
        log.seek(max(start, end - limit))
        return log.read()


def _tail_lines(path: Path, start: int) -> tuple[str, ...]:
    return tuple(_tail(path, start).decode("utf-8", "replace").splitlines()[-50:])
