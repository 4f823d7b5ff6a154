"""Z2: the storage does what a few dictionaries do, whatever is asked in whatever order, and after it was opened anew.

Rules are the protocol's moves with right and with stale epochs, tokens, turns and numbers; after each the model and the
database must agree about every run, its events, the slots and the ticks.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from jupyter_orch.ports import Guard, NewRun
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import FINAL, MOVES, RunStatus
from jupyter_orch.records.tick import Instigator, Tick, TickOutcome, TickStatus
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.samples import WORKER, event, submission
from tests.fuzz.long_form import IS_LONG, repeated

pytestmark = pytest.mark.journey
S = RunStatus
EXAMPLES, STEPS = (2000, 200) if IS_LONG else (8, 25)
AT_ONCE = 8
POOL, SLOTS = "narrow", 2
SENSOR = "the sensor"
keys = st.sampled_from(["k0", "k1", "k2", None])
epochs = st.integers(-1, 1)
"""How far the epoch that somebody believes in is from the true one."""


@dataclass(slots=True)
class Row:
    """What the model knows of a run."""

    key: str | None
    status: RunStatus = S.QUEUED
    epoch: int = 0
    token: str | None = None
    resumed: int = 0
    holds: bool = False
    events: list[str] = field(default_factory=list)


class Model(RuleBasedStateMachine):
    """The dictionaries, and the storage beside them."""

    url = ""
    number = 0
    storage: SqlStorage
    """Open over all examples; a rule opens it anew."""

    def __init__(self) -> None:
        super().__init__()
        Model.number += 1
        self.prefix = f"m{Model.number}-"
        self.rows: dict[str, Row] = {}
        self.turn = self.storage.queue_turn()
        self.slots_of_others = len(self.storage.pool_slots().get(POOL, ()))
        self.said = 0
        self.sensor = self.prefix + SENSOR
        known = Instigator(
            instigator_id=self.sensor, kind="sensor", location="l", repository="r", name="n", running=True
        )
        self.storage.put_instigators([known])
        self.tick: Tick | None = None
        self.tick_epochs: dict[float, int] = {}
        self.cursor: str | None = None
        self.made: list[str] = []
        self.now = 0.0

    def teardown(self) -> None:
        for run_id, row in self.rows.items():  # nothing of this example is in the way of the next
            if row.holds:
                guard = Guard(statuses=(row.status,))
                self.storage.move_run(run_id, guard, S.CANCELED if row.status is not S.STARTED else S.FAILURE)

    def _event(self) -> Event:
        self.said += 1
        return event(EventType.LOG, message=str(self.said))

    def _any(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.rows)))

    # runs

    @rule(key=keys)
    def submit(self, key: str | None) -> None:
        """A key that is known gives the run that has it."""
        own = None if key is None else self.prefix + key
        run_id, said = f"{self.prefix}r{len(self.rows)}", self._event()
        asked = submission(idempotency_key=own, tags={"model": self.prefix})
        run, is_new = self.storage.add_run(NewRun(run_id=run_id, submission=asked, events=(said,)))
        known = [known_id for known_id, row in self.rows.items() if own is not None and row.key == own]
        assert is_new is (not known) and run.run_id == (known[0] if known else run_id)
        if is_new:
            self.rows[run_id] = Row(own, events=[said.message])

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), off=epochs, has_turn=st.booleans(), in_pool=st.booleans())
    def dequeue(self, data: st.DataObject, off: int, has_turn: bool, in_pool: bool) -> None:
        """Only a queued run, of the right epoch, at the right turn, with a slot free."""
        run_id = self._any(data)
        row, said = self.rows[run_id], self._event()
        turn = None if not has_turn else self.turn + data.draw(st.sampled_from([0, 0, 0, -1, 5]))
        guard = Guard(
            statuses=(S.QUEUED,), epoch=row.epoch + off, queue_turn=turn, pools={POOL: SLOTS} if in_pool else {}
        )
        free = SLOTS - self.slots_of_others - sum(other.holds for other in self.rows.values())
        may = row.status is S.QUEUED and off == 0 and turn in (None, self.turn) and (not in_pool or free > 0)
        token = f"t{self.said}"
        moved = self.storage.move_run(
            run_id, guard, S.STARTING, (said,), epoch=row.epoch + 1, launch_token=token, start_deadline=9e9
        )
        assert (moved is not None) is may
        if may:
            row.status, row.epoch, row.token, row.holds = S.STARTING, row.epoch + 1, token, in_pool
            row.events.append(said.message)
            self.turn += turn is not None

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), off=epochs, has_token=st.booleans())
    def claim(self, data: st.DataObject, off: int, has_token: bool) -> None:
        """Only with the token of this epoch."""
        run_id = self._any(data)
        row, said = self.rows[run_id], self._event()
        token = row.token if has_token and row.token is not None else "another"
        guard = Guard(statuses=(S.STARTING,), epoch=row.epoch + off, launch_token=token)
        may = row.status is S.STARTING and off == 0 and token == row.token
        moved = self.storage.move_run(run_id, guard, S.STARTED, (said,), launch_token=None, worker=WORKER)
        assert (moved is not None) is may
        if may:
            row.status, row.token = S.STARTED, None
            row.events.append(said.message)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), off=epochs, count=st.integers(1, 4))
    def tell(self, data: st.DataObject, off: int, count: int) -> None:
        """A worker's events: only of the one that holds the run."""
        run_id = self._any(data)
        row, said = self.rows[run_id], [self._event() for _ in range(count)]
        may = row.status in (S.STARTED, S.CANCELING) and off == 0
        last = self.storage.append_events(run_id, row.epoch + off, said)
        if may:
            row.events += [one.message for one in said]
        assert last == (len(row.events) if may else None)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), off=epochs, seen_off=st.integers(-1, 0))
    def tell_what_was_lost(self, data: st.DataObject, off: int, seen_off: int) -> None:
        """Events of a dead worker: only if nothing was stored since somebody looked."""
        run_id = self._any(data)
        row, said = self.rows[run_id], self._event()
        held, seen = (S.STARTED, S.CANCELING), len(row.events) + seen_off
        may = row.status in held and off == 0 and seen_off == 0
        guard = Guard(statuses=held, epoch=row.epoch + off, event_seq=seen)
        assert (self.storage.move_run(run_id, guard, None, (said,)) is not None) is may
        if may:
            row.events.append(said.message)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), off=epochs, to=st.sampled_from([S.SUCCESS, S.FAILURE, S.CANCELED, S.CANCELING]))
    def end_or_cancel(self, data: st.DataObject, off: int, to: RunStatus) -> None:
        """From wherever the table of moves lets it."""
        run_id = self._any(data)
        row, said = self.rows[run_id], self._event()
        before = tuple(status for status in S if to in MOVES[status])
        may = row.status in before and off == 0
        guard = Guard(statuses=before, epoch=row.epoch + off)
        moved = self.storage.move_run(run_id, guard, to, (said,), launch_token=None)
        assert (moved is not None) is may
        if may:
            row.status, row.token = to, None
            row.holds = row.holds and to not in FINAL
            row.events.append(said.message)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), off=epochs, before=st.sampled_from([S.STARTING, S.STARTED]))
    def lose(self, data: st.DataObject, off: int, before: RunStatus) -> None:
        """Back to the queue under a new epoch; the slot is free again."""
        run_id = self._any(data)
        row, said = self.rows[run_id], self._event()
        may = row.status is before and off == 0
        guard = Guard(statuses=(before,), epoch=row.epoch + off)
        new = {"epoch": row.epoch + 1, "resume_count": row.resumed + 1, "launch_token": None, "worker": None}
        moved = self.storage.move_run(run_id, guard, S.QUEUED, (said,), **new)
        assert (moved is not None) is may
        if may:
            row.status, row.epoch, row.token, row.holds, row.resumed = (
                S.QUEUED,
                row.epoch + 1,
                None,
                False,
                row.resumed + 1,
            )
            row.events.append(said.message)

    # a sensor

    @rule(seconds=st.sampled_from([1.0, 30.0]))
    def claim_tick(self, seconds: float) -> None:
        """A tick that is held is nobody else's until its lease has passed."""
        self.now += seconds
        if self.tick is not None:
            again = self.storage.claim_tick(self.sensor, self.tick.due_at, "b", self.now + 20.0, self.now)
            assert (again is not None) is (self.tick.lease_until < self.now)
            if again is not None:
                assert again.epoch == self.tick.epoch + 1
                self.tick = again
            return
        self.tick = self.storage.claim_tick(self.sensor, self.now, "a", self.now + 20.0, self.now)
        assert self.tick is not None and self.tick.epoch == 1

    @precondition(lambda self: self.tick is not None)
    @rule(off=epochs, count=st.integers(0, 3))
    def finish_tick(self, off: int, count: int) -> None:
        """Cursor, runs and keys together, and only in the hands of who holds it."""
        assert self.tick is not None
        new = [f"{self.prefix}s{len(self.made) + n}" for n in range(count)]
        asked = submission(tags={"model of the sensor": self.prefix})
        runs = [NewRun(run_id=run_id, submission=asked, events=(event(),)) for run_id in new]
        stale = Tick(**{**_fields(self.tick), "epoch": self.tick.epoch + off})
        outcome = TickOutcome(status=TickStatus.SUCCESS, cursor=str(len(self.made) + count))
        stored = self.storage.finish_tick(stale, outcome, runs=runs, run_keys=new)
        assert (stored is not None) is (off == 0)
        if off == 0:
            self.made += new
            self.cursor = outcome.cursor
            self.tick = None

    @precondition(lambda self: self.said % 9 == 8)
    @rule()
    def open_anew(self) -> None:
        """As after a crash: nothing is kept but what is stored."""
        self.storage.dispose()
        type(self).storage = SqlStorage(Database(self.url))

    @invariant()
    def they_agree(self) -> None:
        """Every run, its events, the slots, the turn, the sensor."""
        found = {run.run_id: run for run in self.storage.list_runs(RunFilter(tags={"model": self.prefix}), limit=999)}
        assert found.keys() == self.rows.keys()
        for run_id, row in self.rows.items():
            run = found[run_id]
            assert (run.status, run.epoch, run.resume_count) == (row.status, row.epoch, row.resumed), run_id
            told = self.storage.read_events(run_id)
            assert [one.event.message for one in told] == row.events and run.event_seq == len(row.events)
            assert [one.seq for one in told] == list(range(1, len(told) + 1))
        held = set(self.storage.pool_slots().get(POOL, ()))
        assert {run_id for run_id in held if run_id in self.rows} == {r for r, row in self.rows.items() if row.holds}
        assert self.storage.queue_turn() == self.turn
        of_sensor = self.storage.list_runs(
            RunFilter(tags={"model of the sensor": self.prefix}), limit=999, oldest_first=True
        )
        switch = self.storage.get_instigator(self.sensor)
        assert [run.run_id for run in of_sensor] == self.made and switch is not None and switch.cursor == self.cursor


def _fields(tick: Tick) -> dict[str, Any]:
    return {name: getattr(tick, name) for name in Tick.__slots__}


def test_the_storage_does_what_the_model_does(database_url: str) -> None:
    kind = database_url.split(":")[0]
    act = functools.partial(_compare, database_url, AT_ONCE, tuple(Phase))
    repeated(f"the storage on {kind}, {STEPS} steps", EXAMPLES // AT_ONCE, AT_ONCE, act)


def _compare(database_url: str, examples: int, phases: tuple[Phase, ...]) -> None:
    storage = SqlStorage(Database(database_url))
    machine: type[Model] = type("Machine", (Model,), {"url": database_url, "storage": storage})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                phases=phases,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=not IS_LONG,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        machine.storage.dispose()


def test_the_model_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage that forgets epochs is found out."""
    moves = SqlStorage.move_run

    def careless(self: SqlStorage, run_id: str, guard: Guard, *rest: Any, **more: Any) -> Any:
        return moves(self, run_id, Guard(statuses=guard.statuses, launch_token=guard.launch_token), *rest, **more)

    monkeypatch.setattr(SqlStorage, "move_run", careless)
    with pytest.raises(AssertionError):
        _compare(f"sqlite:///{tmp_path}/orch.db", 10, (Phase.generate,))
