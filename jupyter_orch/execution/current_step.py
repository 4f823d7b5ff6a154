"""Which step this thread or task is in, for those who have no context in their hands."""

from __future__ import annotations

from contextvars import ContextVar

_KEY: ContextVar[str | None] = ContextVar("jupyter_orch_step", default=None)


def current_step_key() -> str | None:
    """The key of the step whose code is running here, or None."""
    return _KEY.get()


def enter_step(key: str | None) -> None:
    """From here on this thread or task is in that step (None: in no step)."""
    _KEY.set(key)
