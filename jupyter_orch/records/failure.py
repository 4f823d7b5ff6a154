"""An exception made into data: what crossed a process boundary when user code failed."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace

LONGEST_MESSAGE, LONGEST_STACK = 16 * 1024, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One exception as the other side may see it.

    Attributes:
        cls: class name of the exception, e.g. ``"ValueError"``.
        message: its text, at most 16 KiB; of an exception group with a line for each exception in it.
        stack: formatted traceback lines without our own and importlib's frames, at most 200.
        file, line: where it happened in the user's code, when that is known.
        code: the source line there.
        hint: one sentence on what to do, or an empty string.
        cause: the exception it was raised from, at most ten deep.
    """

    cls: str
    message: str
    stack: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None
    code: str | None = None
    hint: str = ""
    cause: Failure | None = None


def failure_of(error: BaseException) -> Failure:
    """An exception of this process as data: its text, and the last lines of its traceback."""
    stack = "".join(traceback.format_exception(error)).splitlines()[-LONGEST_STACK:]
    return Failure(cls=type(error).__name__, message=str(error)[:LONGEST_MESSAGE], stack=tuple(stack))


def failure_of_run(step_key: str | None, failure: Failure) -> Failure:
    """The failure of a step as that of its run: it names what was raised.

    Args:
        step_key: the step.
        failure: its own. One that asked for another try says little of why, so its cause is named instead.
    """
    named = failure.cause if failure.cls == "RetryRequested" and failure.cause is not None else failure
    return replace(failure, message=f"step {step_key} failed: {named.cls}: {named.message}")
