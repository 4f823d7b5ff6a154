"""Failures of steps as failures of runs."""

from __future__ import annotations

from jupyter_orch.records.failure import Failure, failure_of_run

CAUSE = Failure(cls="KeyError", message="'k'", cause=Failure(cls="OSError", message="away"))


def test_a_run_names_what_its_step_raised() -> None:
    raised = Failure(cls="ValueError", message="outer text that explains", stack=("a line",), cause=CAUSE)
    told = failure_of_run("chain", raised)
    assert told.message == "step chain failed: ValueError: outer text that explains"
    assert (told.cls, told.stack, told.cause) == (raised.cls, raised.stack, raised.cause)


def test_a_retry_in_vain_names_why_it_was_asked_for() -> None:
    asked = Failure(cls="RetryRequested", message="retry requested, at most 3", cause=CAUSE)
    assert failure_of_run("s", asked).message == "step s failed: KeyError: 'k'"
    alone = Failure(cls="RetryRequested", message="retry requested, at most 3")
    assert failure_of_run("s", alone).message == "step s failed: RetryRequested: retry requested, at most 3"
