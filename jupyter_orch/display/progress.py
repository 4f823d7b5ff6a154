"""How far a run in a cell has come: as a widget where ipywidgets is installed, as a line drawn anew elsewhere."""

from __future__ import annotations

import importlib
import time
from abc import ABC, abstractmethod
from html import escape
from typing import Any

from jupyter_orch.records.event import Event, EventType

BETWEEN = 0.1
"""Seconds between two drawings; a front end takes no more of them."""
MOST_NAMES = 3
_ENDS = (EventType.STEP_SUCCESS, EventType.STEP_FAILURE, EventType.STEP_SKIPPED)


class RunProgress:
    """Takes the events of a run and shows them, from the first step that begins.

    Args:
        name: of the pipeline.
        steps: how many steps its plan has; mapped ones are counted as they begin.
    """

    def __init__(self, name: str, steps: int) -> None:
        self._name = name
        self._all = steps
        self._running: dict[str, None] = {}
        self._done: set[str] = set()
        self._failed: set[str] = set()
        self._shown: _Shown | None = None
        self._drawn = 0.0

    def take(self, event: Event) -> None:
        """Note an event, and draw if it is time."""
        key = event.step_key
        if key is None:
            return
        if event.type == EventType.STEP_START:
            self._running[key] = None
        elif event.type in _ENDS:
            self._running.pop(key, None)
            self._done.add(key)
            if event.type == EventType.STEP_FAILURE:
                self._failed.add(key)
        else:
            return
        if time.monotonic() - self._drawn >= BETWEEN:
            self._draw()

    def end(self) -> None:
        """Draw what came of it; nothing when no step has begun."""
        if self._done or self._running:
            self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        done, seen = len(self._done), len(self._done) + len(self._running)
        if self._shown is None:
            self._shown = _shown(self._name)
        self._shown.draw(done, max(self._all, seen), self._said(), bool(self._failed))

    def _said(self) -> str:
        names = [*self._running]
        if not names:
            return f"{len(self._failed)} failed" if self._failed else ""
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        return ", ".join(names[:MOST_NAMES]) + more


class _Shown(ABC):
    """One place below a cell."""

    @abstractmethod
    def draw(self, done: int, all_steps: int, said: str, failed: bool) -> None:
        """Show how far it has come."""


class _Widget(_Shown):
    def __init__(self, widgets: Any, name: str) -> None:
        self._bar = widgets.IntProgress(description=name, min=0, max=1)
        self._label = widgets.Label()
        display = importlib.import_module("IPython.display")
        display.display(widgets.HBox([self._bar, self._label]))

    def draw(self, done: int, all_steps: int, said: str, failed: bool) -> None:
        self._bar.max, self._bar.value = all_steps, done
        self._bar.bar_style = "danger" if failed else "success" if done == all_steps else "info"
        self._label.value = f"{done} of {all_steps} steps{f': {said}' if said else ''}"


class _Line(_Shown):
    def __init__(self, name: str) -> None:
        self._name = name
        self._handle: Any = None

    def draw(self, done: int, all_steps: int, said: str, failed: bool) -> None:
        text = f"{self._name}: {done} of {all_steps} steps{f': {said}' if said else ''}"
        html = f'<progress max="{all_steps}" value="{done}"></progress> {escape(text)}'
        bundle = {"text/plain": text, "text/html": html}
        display = importlib.import_module("IPython.display")
        if self._handle is None:
            self._handle = display.display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


class _Nothing(_Shown):
    def draw(self, done: int, all_steps: int, said: str, failed: bool) -> None:
        """A terminal shows the result alone."""


def _shown(name: str) -> _Shown:
    shell = importlib.import_module("IPython").get_ipython()
    if getattr(shell, "kernel", None) is None:
        return _Nothing()
    try:
        return _Widget(importlib.import_module("ipywidgets"), name)
    except Exception:  # not installed, or of a release that does not fit here
        return _Line(name)
