"""Lines that user code writes with the standard library's logging become events of the run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from jupyter_orch.definitions.logger import LEVELS, USER_LOGGER, level_name
from jupyter_orch.execution import events
from jupyter_orch.execution.current_step import current_step_key
from jupyter_orch.records.event import Event


class _ToEvents(logging.Handler):
    def __init__(self, emit: Callable[[Event], None]) -> None:
        super().__init__()
        self._emit = emit

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception as error:  # a wrong number of % arguments is no reason to fail the step
            text = f"{record.msg} (the line could not be formatted: {error})"
        if logging.root.handlers == [self] and logging.lastResort is not None:
            logging.lastResort.handle(record)  # what would have been written without us, still is
        name = record.name.removeprefix(f"{USER_LOGGER}.")
        self._emit(events.log_line(current_step_key(), level_name(record.levelno), text, name))


@contextmanager
def captured(names: tuple[str, ...], level: str, emit: Callable[[Event], None]) -> Iterator[None]:
    """While the block runs, lines of these loggers, and of ``get_dagster_logger()``, become events.

    Args:
        names: logger names; ``"root"`` is all of them.
        level: least severe level that is taken.
        emit: takes the events.
    """
    handler = _ToEvents(emit)
    handler.setLevel(LEVELS[level_name(level)])
    before: list[tuple[logging.Logger, int]] = []
    for name in names:
        target = logging.getLogger(None if name == "root" else name)
        before.append((target, target.level))
        target.addHandler(handler)
        if target.getEffectiveLevel() > handler.level:
            target.setLevel(handler.level)
    own, own_before = logging.getLogger(USER_LOGGER), (logging.getLogger(USER_LOGGER).handlers, True)
    own.handlers, own.propagate = [_ToEvents(emit)], False
    try:
        yield
    finally:
        own.handlers, own.propagate = own_before
        for target, old in before:
            with suppress(ValueError):
                target.removeHandler(handler)
            target.setLevel(old)
