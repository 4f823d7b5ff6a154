"""The queue's turn and the pools' slots, inside the transaction that moves a run.

A turn is a number that counts every run taken from the queue. Whoever chose runs by what was in progress takes them
with the number that it saw: when another replica has taken one meanwhile, the number has moved on, nothing is
written, and limits that were counted on old figures do no harm. A slot is a row with a unique (pool, number).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from jupyter_orch.storage.schema import queue_turns, runs, slots

QUEUE = "runs"


class PlacesTaken(Exception):
    """The move does not happen; its transaction is rolled back."""


def current_turn(connection: Connection) -> int:
    """How many runs have been taken from the queue."""
    return connection.execute(_TURN).scalar() or 0


def count_turn(connection: Connection, seen: int | None) -> None:
    """Count one more run as taken.

    Args:
        seen: the turn when the run was chosen; None takes no turn.

    Raises:
        PlacesTaken: another run was taken since.
    """
    if seen is None:
        return
    if seen == 0:
        try:
            connection.execute(_COUNT, {"queue": QUEUE, "turn": 1})
        except IntegrityError:
            raise PlacesTaken from None
    elif connection.execute(_COUNT_ON.where(queue_turns.c.turn == seen)).rowcount != 1:
        raise PlacesTaken


def take_slots(connection: Connection, run_pk: int, pools: Mapping[str, int]) -> None:
    """Take a slot in each pool.

    Args:
        pools: how many slots each has.

    Raises:
        PlacesTaken: one of them has none free, or somebody is taking it right now.
    """
    for pool, limit in sorted(pools.items()):
        taken = set(connection.execute(select(slots.c.number).where(slots.c.pool == pool)).scalars())
        number = next((number for number in range(limit) if number not in taken), None)
        if number is None:
            raise PlacesTaken
        try:
            connection.execute(insert(slots).values(pool=pool, number=number, run_pk=run_pk))
        except IntegrityError:
            raise PlacesTaken from None


def free_slots(connection: Connection, run_pk: int) -> None:
    """Give back whatever a run holds."""
    connection.execute(_FREE, {"of": run_pk})


def held_slots(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Ids of the runs that hold a slot, by pool."""
    held: dict[str, tuple[str, ...]] = {}
    rows = select(slots.c.pool, runs.c.run_id).join(runs, runs.c.pk == slots.c.run_pk)
    for pool, run_id in connection.execute(rows.order_by(slots.c.pool, slots.c.number)):
        held[pool] = (*held.get(pool, ()), run_id)
    return held


_TURN = select(queue_turns.c.turn).where(queue_turns.c.queue == QUEUE)
_COUNT = insert(queue_turns)
_FREE = delete(slots).where(slots.c.run_pk == bindparam("of"))
_COUNT_ON = update(queue_turns).where(queue_turns.c.queue == QUEUE).values(turn=queue_turns.c.turn + 1)
