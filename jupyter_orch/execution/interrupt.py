"""Cancelation inside the process that runs user code.

A signal handler asks for it with :func:`cancel`. While user code or a wait is going on, :class:`RunCanceled` is
raised right there; in between,
our own bookkeeping (an event on its way, say) finishes first. Raising ``RunCanceled`` straight from a handler works
as well, less gently.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class RunCanceled(BaseException):
    """The run is to stop. No ``Exception``, so that user code does not catch it by accident."""


class _State(threading.local):
    """``may_raise`` is counted in each thread for itself; a signal only ever reaches the main one."""

    may_raise = 0


class _Wish:
    wanted = False
    deaf = False


_STATE = _State()
_WISH = _Wish()


def cancel(_signal: int = 0, _frame: Any = None) -> None:
    """Ask the run in this process to stop; fits as a signal handler.

    Raises:
        RunCanceled: at once, when user code or a wait can be left.
    """
    if _WISH.deaf:
        return
    _WISH.wanted = True
    if _STATE.may_raise:
        checkpoint()


def checkpoint() -> None:
    """Raise what was asked for in between.

    Raises:
        RunCanceled: somebody asked.
    """
    if _WISH.wanted and threading.current_thread() is threading.main_thread():
        _WISH.wanted = False
        raise RunCanceled("the run was canceled")


def enter() -> None:
    """User code or a wait begins, which may be left at any moment; pair it with :func:`leave` in a ``finally``."""
    checkpoint()
    _STATE.may_raise += 1


def leave() -> None:
    """End what :func:`enter` began."""
    _STATE.may_raise -= 1


@contextmanager
def leavable() -> Iterator[None]:
    """:func:`enter` and :func:`leave` around a block."""
    enter()
    try:
        yield
    finally:
        leave()


def is_inside() -> bool:
    """Whether this thread is in user code of a run, or in a wait for it."""
    return _STATE.may_raise > 0


def undisturbed(function: Callable[[Any], T], argument: Any) -> T:
    """Call something of ours that must not be left half done; what was asked for meanwhile is raised after it."""
    before, _STATE.may_raise = _STATE.may_raise, 0
    try:
        return function(argument)
    finally:
        _STATE.may_raise = before


def pump(items: Generator[T, None, None] | Iterator[T], take: Callable[[T], Any]) -> None:
    """Hand every item on at once; a cancelation that came meanwhile is raised inside the generator."""
    while True:
        try:
            if _WISH.wanted and hasattr(items, "throw") and threading.current_thread() is threading.main_thread():
                _WISH.wanted = False
                item = items.throw(RunCanceled("the run was canceled"))
            else:
                item = next(items)
        except StopIteration:
            return
        undisturbed(take, item)


def stop_listening() -> None:
    """From now on the run is ending anyway."""
    _WISH.deaf = True
    _WISH.wanted = False


def listen_again(forget: bool = True) -> None:
    """Start afresh, for a new run in this process.

    Args:
        forget: drop what was asked for before; a child keeps it, because it may be meant for it.
    """
    _WISH.deaf = False
    _STATE.may_raise = 0
    if forget:
        _WISH.wanted = False
