"""A run inside a kernel of another machine, whose events and output are fetched over the kernel's own channels.

The run goes on in the main thread, as an answer on *shell*; its news are asked for on *control*. Whoever fetches names
how far it has got, so nothing is lost when a message is, and nothing is said faster than it is heard.
"""

from __future__ import annotations

import base64
import os
import signal
import tempfile
import threading
import time
from dataclasses import replace
from typing import Any

from jupyter_orch.execution.interrupt import cancel
from jupyter_orch.records import codec
from jupyter_orch.records.event import Event
from jupyter_orch.records.messages import RunSpec
from jupyter_orch_kernel.loader import Loaded
from jupyter_orch_kernel.run_plan import run_plan

MOST_EVENTS = 2000
MOST_BYTES = 512 * 1024
LONGEST_WAIT = 1.0


class HostedRun:
    """One run of this process.

    Args:
        loaded: the code.
        spec: the order; its folders are of the machine that gave it.
    """

    def __init__(self, loaded: Loaded, spec: RunSpec) -> None:
        self._loaded = loaded
        self._logs = tempfile.mkdtemp(prefix="orch-run-")
        self._spec = replace(
            spec, home="", spool_file="", log_dir=self._logs, artifact_dir=_folder_here(spec.artifact_dir)
        )
        self._events: list[Any] = []
        self._fetched = 0
        self._changed = threading.Condition()
        self._is_over = False

    def run(self) -> dict[str, Any]:
        """Run the plan to its end; an interrupt cancels it. How it ended, as plain JSON."""
        before = signal.signal(signal.SIGINT, cancel)
        try:
            outcome = run_plan(self._loaded, self._spec, self._emit)
        finally:
            signal.signal(signal.SIGINT, before)
            with self._changed:
                self._is_over = True
                self._changed.notify_all()
        return {"ok": outcome.ok, "canceled": outcome.canceled, "failure": codec.to_json(outcome.failure)}

    def news(self, params: dict[str, Any]) -> dict[str, Any]:
        """What there is behind what was fetched; waits a moment when there is nothing.

        Args:
            params: ``events``: how many were fetched; ``output``: bytes that were fetched, by file name.
        """
        after, output = int(params.get("events", 0)), params.get("output") or {}
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            found = self._news_now(after, output)
            if found["events"] or found["output"] or found["over"] or time.monotonic() >= deadline:
                return found
            with self._changed:
                self._changed.wait(0.1)

    def _news_now(self, after: int, output: dict[str, int]) -> dict[str, Any]:
        with self._changed:
            is_over = self._is_over
            for number in range(self._fetched, min(after, len(self._events))):
                self._events[number] = None  # it has arrived
            self._fetched = max(self._fetched, after)
            events = self._events[after : after + MOST_EVENTS]
            is_all = after + len(events) == len(self._events)
        pieces = self._pieces(output)
        return {"events": events, "output": pieces, "over": is_over and is_all and not pieces}

    def _pieces(self, output: dict[str, int]) -> dict[str, str]:
        """New bytes of each file, as base64; half a megabyte of all together."""
        pieces: dict[str, str] = {}
        left = MOST_BYTES
        for entry in sorted(os.scandir(self._logs), key=lambda found: found.name):
            if left <= 0 or not entry.is_file(follow_symlinks=False):
                continue
            with open(entry.path, "rb") as file:
                file.seek(int(output.get(entry.name, 0)))
                data = file.read(left)
            if data:
                pieces[entry.name] = base64.b64encode(data).decode()
                left -= len(data)
        return pieces

    def _emit(self, event: Event) -> None:
        with self._changed:
            self._events.append(event.plain())
            self._changed.notify_all()


def _folder_here(folder: str) -> str:
    """The folder for values, where this machine has it; otherwise one of its own."""
    if folder and os.path.isdir(folder) and os.access(folder, os.W_OK):
        return folder
    return os.path.join(os.path.expanduser("~"), ".local", "share", "jupyter_orch", "storage")
