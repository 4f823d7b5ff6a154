"""A peer's program at work: asked for a row, read, and ended with every server that it started."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from tests.bench.figures import Figure, surroundings
from tests.bench.peers.environments import Tell
from tests.bench.rows import aspect

PROGRAMS = Path(__file__).with_name("programs")
SLOWNESS = float(os.environ.get("BENCH_SLOWNESS", "1"))  # how many times longer all may take when others are busy
LIMIT = 480.0 * SLOWNESS  # seconds that one row of one peer may take
FAREWELL = 60  # seconds to stop all servers
MORE_IS_BETTER = ("runs/min", "events/s")


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be measured, and why; without a row it is the whole peer."""

    who: str
    row: str
    reason: str

    def __str__(self) -> str:
        return f"{self.who}{' ' if self.row else ''}{self.row}: {self.reason}"


class Session:
    """One program, started when it is first asked for anything.

    Args:
        who: name of the peer.
        command: its interpreter and its program.
        tell: gets a line when a row begins and when it ends.
        limit: seconds that one row may take; after them the program is ended.
    """

    def __init__(self, who: str, command: Sequence[str | Path], tell: Tell, limit: float = LIMIT) -> None:
        self._who, self._command, self._tell, self._limit = who, [str(part) for part in command], tell, limit
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._left = b""
        self._rows: list[str] | None = None

    @property
    def rows(self) -> list[str]:
        """The rows that it knows."""
        if self._rows is None:
            self._start()
            try:
                self._rows = next((answer["rows"] for answer in self._answers() if "rows" in answer), [])
            except TimeoutError:
                self._rows = []
            if not self._rows:
                self._tell(f"{self._who}: {self._reason()}")
        return self._rows

    def measure(self, row: str) -> tuple[list[Figure], list[Problem]]:
        """Its figures of a row, and what could not be measured of it."""
        self._tell(f"{row} {self._who}")
        figures: list[Figure] = []
        problems: list[Problem] = []
        with surroundings() as around:
            try:
                for answer in self._asked(row):
                    if "problem" in answer:
                        problems.append(Problem(self._who, row, answer["problem"]))
                    elif "what" in answer:
                        figures.append(figure(answer))
                    elif "done" in answer:
                        self._tell(f"{row} {self._who}: {len(figures)} figures in {answer['seconds']} s")
                        break
                else:
                    problems.append(Problem(self._who, row, self._reason()))
            except (OSError, TimeoutError) as error:
                problems.append(Problem(self._who, row, f"{error}; {self._reason()}"))
                self._end()
        for problem in problems:
            self._tell(str(problem))
        for each in figures:
            each.surroundings.update(around)
        return figures, problems

    def close(self) -> None:
        """End it, and with it every server that it started."""
        self._end()
        self._errors.close()

    def _start(self) -> None:
        if self._process is None or self._process.poll() is not None:
            self._left = b""
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, bufsize=0
            )

    def _asked(self, row: str) -> Iterator[dict[str, Any]]:
        self._start()
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(f"{row}\n".encode())
        return self._answers()

    def _answers(self) -> Iterator[dict[str, Any]]:
        """What it says, until it ends; raises TimeoutError when that takes too long."""
        assert self._process is not None and self._process.stdout is not None
        deadline = time.monotonic() + self._limit
        source = self._process.stdout.fileno()
        while True:
            line, end, rest = self._left.partition(b"\n")
            if end:
                self._left = rest
                yield json.loads(line)
            elif not select.select([source], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"no answer in {self._limit:.0f} s")
            elif more := os.read(source, 65536):
                self._left += more
            else:
                return

    def _reason(self) -> str:
        """The last line that it wrote about an error."""
        self._errors.seek(0)
        lines = [line for line in self._errors.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else "it ended without a word"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(psutil.Error):
            below = psutil.Process(process.pid).children(recursive=True)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(FAREWELL)
            for each in below:
                with contextlib.suppress(psutil.Error):
                    each.kill()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def figure(answer: dict[str, Any]) -> Figure:
    """The figure of a line that a program printed."""
    known = aspect(answer["row"], answer["aspect"])
    return Figure(
        row=answer["row"],
        aspect=answer["aspect"],
        who=answer["who"],
        what=answer["what"],
        values=tuple(float(value) for value in answer["values"]),
        unit=answer["unit"],
        more_is_better=known.more_is_better if known else answer["unit"] in MORE_IS_BETTER,
        note=answer["note"],
        at_least=answer["at_least"],
    )
