"""Two due times of one schedule and two daemons that may crash between any two steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LAST_DUE = 2
LAST_EPOCH = 3
MOST_RUNS = 3
MUTATIONS = {
    "cursor first": "the schedule moves on when a tick is claimed, not when it is finished",
    "run first": "the run is stored before the tick is finished, without a key",
    "run first, with a key": "the same, but the run's id is made from the due time",
    "no fence": "a daemon that lost its tick may finish it",
}
IDLE = ("idle", 0, 0)


class Tick(NamedTuple):
    """A due time that somebody took."""

    is_open: bool = True
    epoch: int = 1
    is_overdue: bool = False


class World(NamedTuple):
    """The ticks and runs by due time, how far the schedule came, and what each daemon is about to do."""

    ticks: tuple[Tick | None, ...] = (None,) * LAST_DUE
    runs: tuple[int, ...] = (0,) * LAST_DUE
    done: int = 0
    daemons: tuple[tuple[str, int, int], ...] = (IDLE, IDLE)

    def daemon(self, number: int, state: tuple[str, int, int], **changes: object) -> World:
        daemons = tuple(state if n == number else d for n, d in enumerate(self.daemons))
        return self._replace(daemons=daemons, **changes)  # type: ignore[arg-type]

    def with_tick(self, due: int, tick: Tick) -> tuple[Tick | None, ...]:
        return tuple(tick if n == due - 1 else t for n, t in enumerate(self.ticks))

    def with_run(self, due: int, *, by_key: bool) -> tuple[int, ...]:
        return tuple((1 if by_key else min(r + 1, MOST_RUNS)) if n == due - 1 else r for n, r in enumerate(self.runs))


Step = tuple[str, World]


def steps(world: World, without: frozenset[str] = frozenset()) -> Iterator[Step]:
    """All that may happen next, with what it is called."""
    for number, daemon in enumerate(world.daemons):
        if daemon == IDLE:
            yield from _claim(world, number, without)
        else:
            yield from _go_on(world, number, without)
            yield "daemon crashes", world.daemon(number, IDLE)
    for due, tick in enumerate(world.ticks, 1):
        if tick is not None and tick.is_open and not tick.is_overdue:
            yield "the lease passes", world._replace(ticks=world.with_tick(due, tick._replace(is_overdue=True)))


def _claim(world: World, number: int, without: frozenset[str]) -> Iterator[Step]:
    due = world.done + 1
    if due > LAST_DUE:
        return
    tick = world.ticks[due - 1]
    if tick is None:
        done = due if "cursor first" in without else world.done
        yield "claim", world.daemon(number, ("evaluate", due, 1), ticks=world.with_tick(due, Tick()), done=done)
    elif tick.is_open and tick.is_overdue:
        taken = Tick(epoch=min(tick.epoch + 1, LAST_EPOCH))
        yield "take over", world.daemon(number, ("evaluate", due, taken.epoch), ticks=world.with_tick(due, taken))


def _go_on(world: World, number: int, without: frozenset[str]) -> Iterator[Step]:
    does, due, epoch = world.daemons[number]
    tick = world.ticks[due - 1]
    assert tick is not None
    finished = {"ticks": world.with_tick(due, tick._replace(is_open=False)), "done": max(world.done, due)}
    if does == "evaluate":
        yield "evaluate", world.daemon(number, ("commit", due, epoch))
    elif does == "mark":
        yield "finish", world.daemon(number, IDLE, **finished)
    elif "run first" in without or "run first, with a key" in without:
        runs = world.with_run(due, by_key="run first, with a key" in without)
        yield "store run", world.daemon(number, ("mark", due, epoch), runs=runs)
    elif "no fence" in without or (tick.is_open and tick.epoch == epoch):
        yield "finish with run", world.daemon(number, IDLE, runs=world.with_run(due, by_key=False), **finished)
    else:
        yield "finish refused", world.daemon(number, IDLE)


def broken(_: World, __: str, after: World) -> str | None:
    """The promise that a step breaks."""
    return "a due time has two runs" if any(count > 1 for count in after.runs) else None


def is_done(world: World) -> bool:
    """Whether every due time has its run."""
    return all(world.runs)
