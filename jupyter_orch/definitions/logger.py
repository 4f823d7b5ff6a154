"""What ``context.log`` is, and loggers that a mode may bring along."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from typing import Any

from jupyter_orch.definitions.config import Field
from jupyter_orch.definitions.config_scalars import Enum, Errors, Path
from jupyter_orch.definitions.configurable import ConfigurableDefinition
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.records.snapshot import JsonSchema

LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
LEVEL_NAMES = {number: name for name, number in LEVELS.items()}
_OTHER_WORDS = {"WARN": "WARNING", "FATAL": "CRITICAL"}
Sink = Callable[[str, str, str], None]


def level_name(level: int | str) -> str:
    """One of the five level names for a number or any spelling of a name."""
    if isinstance(level, str):
        upper = _canonical(level)
        return upper if upper in LEVELS else "INFO"
    for number in (50, 40, 30, 20):
        if level >= number:
            return LEVEL_NAMES[number]
    return "DEBUG"


def _canonical(word: str) -> str:
    return _OTHER_WORDS.get(word.upper(), word.upper())


class DagsterLogManager:
    """``context.log``: every message goes to the run's log and to the loggers of the mode.

    Args:
        sink: takes level name, message and the name of the logger.
    """

    __slots__ = ("_sink",)

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def log(
        self, level: int | str, msg: object, *args: object, exc_info: Any = None, extra: Any = None, **_: Any
    ) -> None:
        """Write a message; ``args`` are put into it with ``%`` as in the standard library."""
        text = str(msg)
        if args:
            text = text % args
        if exc_info:
            text += "\n" + "".join(traceback.format_exception(*_exception(exc_info))).rstrip()
        self._sink(level_name(level), text, "system")

    def debug(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Write at level DEBUG."""
        self.log("DEBUG", msg, *args, **kwargs)

    def info(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Write at level INFO."""
        self.log("INFO", msg, *args, **kwargs)

    def warning(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Write at level WARNING."""
        self.log("WARNING", msg, *args, **kwargs)

    warn = warning

    def error(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Write at level ERROR."""
        self.log("ERROR", msg, *args, **kwargs)

    def critical(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Write at level CRITICAL."""
        self.log("CRITICAL", msg, *args, **kwargs)

    fatal = critical

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Write at level ERROR with the exception that is being handled."""
        self.log("ERROR", msg, *args, exc_info=True, **kwargs)


def _exception(exc_info: Any) -> Any:
    if isinstance(exc_info, BaseException):
        return type(exc_info), exc_info, exc_info.__traceback__
    return exc_info if isinstance(exc_info, tuple) else sys.exc_info()


def python_log(name: str = "jupyter_orch") -> DagsterLogManager:
    """A log that goes to the standard library's logger of that name."""
    target = logging.getLogger(name)
    return DagsterLogManager(lambda level, text, _name: target.log(LEVELS[level], text))


USER_LOGGER = "jupyter_orch.user"


def get_dagster_logger(name: str | None = None) -> logging.Logger:
    """A standard library logger for code that has no ``context``; its lines are in the log of the run that calls it.

    Args:
        name: stands beside each line.

    Example:
        >>> get_dagster_logger().info("looked up %s rows", 3)
    """
    made = logging.getLogger(f"{USER_LOGGER}.{name}" if name else USER_LOGGER)
    made.setLevel(logging.DEBUG)
    return made


class LoggerDefinition(ConfigurableDefinition):
    """A logger that a mode may bring along.

    Args:
        logger_fn: ``(init_context)`` → ``logging.Logger``; the config stands in ``init_context.logger_config``.
        config_schema: what may stand under ``loggers.<key>.config``.
        description: what it writes to.
    """

    noun = "logger"

    def __init__(
        self, logger_fn: Callable[[Any], logging.Logger], config_schema: Any = None, description: str | None = None
    ) -> None:
        if not callable(logger_fn):
            raise DagsterInvalidDefinitionError(
                "a LoggerDefinition needs a function of (init_context) that returns a logging.Logger"
            )
        super().__init__(config_schema)
        self.logger_fn = logger_fn
        self.description = description
        self.name = getattr(logger_fn, "__name__", "logger")

    def __call__(self, init_context: Any) -> logging.Logger:
        """Make the logger by hand."""
        return self.logger_fn(init_context)


@makes(LoggerDefinition)
def logger(config_schema: Any = None, description: str | None = None) -> Any:
    """Decorator: a function ``(init_context)`` → ``logging.Logger`` becomes a logger definition."""
    if callable(config_schema) and not isinstance(config_schema, type):
        return LoggerDefinition(config_schema)
    return lambda logger_fn: LoggerDefinition(logger_fn, config_schema, description or logger_fn.__doc__)


_COLORS = {"DEBUG": "\033[2m", "INFO": "\033[34m", "WARNING": "\033[33m", "ERROR": "\033[31m", "CRITICAL": "\033[1;31m"}


class _ColoredFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        color = _COLORS.get(record.levelname, "")
        return f"{moment} - {record.name} - {color}{record.levelname}\033[0m - {record.getMessage()}"


class _CurrentStderr(logging.StreamHandler[Any]):
    """Writes to whatever ``sys.stderr`` is at the moment of writing."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """The present ``sys.stderr``."""
        return sys.stderr

    @stream.setter
    def stream(self, value: Any) -> None:
        raise AttributeError("this handler always writes to sys.stderr")


class _Level(Enum):
    """A level's name in any spelling."""

    def __init__(self) -> None:
        super().__init__("log_level", list(LEVELS))

    def check(self, value: Any, path: Path, errors: Errors) -> Any:
        named = _canonical(value) if isinstance(value, str) else value
        return named if isinstance(named, str) and named in LEVELS else super().check(value, path, errors)

    def json_schema(self) -> JsonSchema:
        spelled = [*LEVELS, *_OTHER_WORDS]
        return {"enum": [*spelled, *(word.lower() for word in spelled)]}


_CONSOLE_SCHEMA = {
    "log_level": Field(_Level(), default_value="INFO", description="least severe level that is written"),
    "name": Field(str, default_value="jupyter_orch", description="name that stands in each line"),
}


def _console(init_context: Any) -> logging.Logger:
    made = logging.Logger(
        init_context.logger_config["name"], LEVELS[level_name(init_context.logger_config["log_level"])]
    )
    handler = _CurrentStderr()
    handler.setFormatter(_ColoredFormatter())
    made.addHandler(handler)
    return made


colored_console_logger = LoggerDefinition(_console, _CONSOLE_SCHEMA, "Writes to standard error, levels in colour.")


def default_loggers() -> dict[str, LoggerDefinition]:
    """The loggers of a mode that names none."""
    return {"console": colored_console_logger}
