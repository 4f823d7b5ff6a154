"""Lines of the standard library's logging become events of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernel.orders import Launched

CODE = """
import logging

@solid
def talks():
    logging.getLogger("mine").warning("rows: %d", 3)
    logging.getLogger("mine.deep").debug("too quiet")
    logging.getLogger("other").error("not asked for")
    logging.getLogger("mine.deep").info("fine")

@pipeline
def p(): talks()
"""


@pytest.mark.parametrize(
    ("executor", "config"),
    [
        ("in_process", {}),
        ("in_process", {"max_threads": 2}),
        ("multiprocess", {}),
        ("multiprocess", {"start_method": {"spawn": {}}}),
    ],
)
def test_chosen_loggers_are_taken_with_level_name_and_step(
    tmp_path: Path, executor: str, config: dict[str, object]
) -> None:
    run = Launched(tmp_path, CODE, executor, executor_config=config, python_loggers=("mine",), python_log_level="INFO")
    assert run.outcome.ok
    lines = [(e.step_key, e.level, e.message, e.data["logger"]) for e in run.events if e.type == "LOG"]
    assert lines == [("talks", "WARNING", "rows: 3", "mine"), ("talks", "INFO", "fine", "mine.deep")]


def test_without_a_choice_warnings_of_every_logger_are_taken(tmp_path: Path) -> None:
    run = Launched(tmp_path, CODE, "in_process")
    assert [(e.level, e.data["logger"]) for e in run.events if e.type == "LOG"] == [
        ("WARNING", "mine"),
        ("ERROR", "other"),
    ]


def test_no_choice_at_all_takes_nothing(tmp_path: Path) -> None:
    assert not [e for e in Launched(tmp_path, CODE, "in_process", python_loggers=()).events if e.type == "LOG"]
