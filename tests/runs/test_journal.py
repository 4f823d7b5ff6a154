"""The verbs of a run's life: each moves the row once, with its events, and rings the bell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_orch.processes import this_process
from jupyter_orch.records.event import EventType
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import FINAL, MOVES, RunStatus, check_move
from jupyter_orch.runs.journal import MAX_LAUNCH_TRIES, Journal
from jupyter_orch.storage.sql import SqlStorage
from tests.conftest import event, submission


@pytest.fixture
def rung() -> list[str]:
    return []


@pytest.fixture
def journal(storage: SqlStorage, rung: list[str]) -> Journal:
    return Journal(storage, rung.append)


def claimed(journal: Journal) -> Run:
    run, _ = journal.submit(submission())
    won = journal.dequeue(run)
    assert won is not None
    starting, token = won
    started = journal.claim(starting.run_id, starting.epoch, token, this_process(), "by a test")
    assert started is not None
    return started


def kinds(storage: SqlStorage, run: Run) -> list[str]:
    return [e.event.type.removeprefix("PIPELINE_") for e in storage.read_events(run.run_id)]


def test_the_whole_way_leaves_the_golden_order(journal: Journal, storage: SqlStorage, rung: list[str]) -> None:
    run = claimed(journal)
    assert journal.append(run.run_id, run.epoch, [event(EventType.STEP_START, step_key="a")])
    ended = journal.succeed(run, [event(EventType.STEP_SUCCESS, step_key="a")])
    assert ended is not None and ended.status == RunStatus.SUCCESS and ended.end_time is not None
    expected = ["ENQUEUED", "DEQUEUED", "STARTING", "START", "STEP_START", "STEP_SUCCESS", "SUCCESS"]
    assert kinds(storage, run) == expected
    assert rung.count(run.run_id) == 5


def test_a_worker_without_the_token_or_with_an_old_epoch_does_not_get_the_run(journal: Journal) -> None:
    run, _ = journal.submit(submission())
    won = journal.dequeue(run)
    assert won is not None
    starting, token = won
    me = this_process()
    assert journal.claim(run.run_id, starting.epoch, "guess", me, "") is None
    assert journal.claim(run.run_id, starting.epoch - 1, token, me, "") is None
    assert journal.claim(run.run_id, starting.epoch, token, me, "") is not None
    assert journal.claim(run.run_id, starting.epoch, token, me, "") is None, "the token works once"


@pytest.mark.parametrize("verb", ["succeed", "fail", "tell"])
def test_a_worker_that_was_taken_for_lost_changes_nothing_any_more(
    journal: Journal, storage: SqlStorage, verb: str
) -> None:
    """Another one holds the run by now, and nothing of the first one counts."""
    stale = claimed(journal)
    queued = journal.resume(stale, 1, 3, (), "Worker lost.")
    assert queued is not None
    won = journal.dequeue(queued)
    assert won is not None
    holder = journal.claim(queued.run_id, won[0].epoch, won[1], this_process(), "by a test", resumed=True)
    assert holder is not None
    verbs: dict[str, Callable[[], object]] = {
        "succeed": lambda: journal.succeed(stale, [event()]),
        "fail": lambda: journal.fail(stale, "no"),
        "tell": lambda: journal.append(stale.run_id, stale.epoch, [event()]),
    }
    assert verbs[verb]() is None
    assert storage.get_run(stale.run_id) == holder


def test_two_replicas_do_not_both_win_a_run(journal: Journal) -> None:
    run, _ = journal.submit(submission())
    assert journal.dequeue(run) is not None
    assert journal.dequeue(run) is None


def test_a_launch_is_tried_again_and_then_the_run_fails(journal: Journal, storage: SqlStorage) -> None:
    run, _ = journal.submit(submission())
    for _ in range(MAX_LAUNCH_TRIES):
        current = storage.get_run(run.run_id)
        assert current is not None
        won = journal.dequeue(current)
        assert won is not None
        journal.launch_failed(won[0], "no room")
    ended = storage.get_run(run.run_id)
    assert ended is not None and ended.status == RunStatus.FAILURE
    assert ended.failure is not None and "no room" in ended.failure.message


def test_a_worker_that_arrives_after_the_launch_was_given_up_is_void(journal: Journal) -> None:
    run, _ = journal.submit(submission())
    won = journal.dequeue(run)
    assert won is not None
    journal.launch_failed(won[0], "too slow")
    assert journal.claim(run.run_id, won[0].epoch, won[1], this_process(), "") is None


def test_cancel_before_the_start_voids_the_worker_on_its_way(journal: Journal) -> None:
    run, _ = journal.submit(submission())
    won = journal.dequeue(run)
    assert won is not None
    canceled = journal.cancel_waiting(won[0])
    assert canceled is not None and canceled.status == RunStatus.CANCELED
    assert journal.claim(run.run_id, won[0].epoch, won[1], this_process(), "") is None


def test_a_started_run_is_canceled_in_two_moves(journal: Journal, storage: SqlStorage) -> None:
    run = claimed(journal)
    assert (journal.request_cancel(run, "ada") or run).status == RunStatus.CANCELING
    seen = journal.renew(run, this_process())
    assert seen is not None and seen.status == RunStatus.CANCELING
    assert (journal.canceled(run, ()) or run).status == RunStatus.CANCELED
    assert kinds(storage, run)[-2:] == ["CANCELING", "CANCELED"]


def test_what_has_ended_never_changes(journal: Journal) -> None:
    run = claimed(journal)
    journal.succeed(run, ())
    assert journal.fail(run, "late") is None
    assert journal.canceled(run, ()) is None
    assert journal.renew(run, this_process()) is None
    assert not journal.append(run.run_id, run.epoch, [event()])


def test_the_table_lets_nothing_leave_an_end() -> None:
    assert {RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED} == FINAL
    for before in RunStatus:
        for after in RunStatus:
            if after in MOVES[before]:
                check_move(before, after)
            else:
                with pytest.raises(ValueError, match="can not go"):
                    check_move(before, after)
