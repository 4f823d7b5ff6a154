"""Looking at backfills, pausing, canceling and resuming them: all that needs no code of a location."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_orch import clock
from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.ports import Storage
from jupyter_orch.records.backfill import RESUMABLE, Backfill, BackfillStatus
from jupyter_orch.records.run import RunBrief, RunFilter

BACKFILL_TAG, PARTITION_TAG, PARTITION_SET_TAG = "dagster/backfill", "dagster/partition", "dagster/partition_set"


class BackfillNotFound(OrchError):
    """There is no such backfill."""

    code = "BACKFILL_NOT_FOUND"


class BackfillRefused(OrchError):
    """What was asked of backfills can not be done."""

    code = "BACKFILL_REFUSED"


class BackfillControl:
    """Stops backfills and lets them go on. Whoever works on one notices when it stores its next chunk."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def pause(self, backfill_id: str) -> Backfill:
        """Make no further runs until it is resumed; those that were made go on."""
        return self._move(backfill_id, (BackfillStatus.REQUESTED,), BackfillStatus.PAUSED, "paused")

    def cancel(self, backfill_id: str) -> Backfill:
        """Make no further runs; those that were made go on."""
        before = (BackfillStatus.REQUESTED, BackfillStatus.PAUSED)
        return self._move(backfill_id, before, BackfillStatus.CANCELED, "canceled")

    def resume(self, backfill_id: str) -> Backfill:
        """Go on behind the last partition that it was done with."""
        return self._move(backfill_id, RESUMABLE, BackfillStatus.REQUESTED, "resumed")

    def get(self, backfill_id: str) -> Backfill:
        """A backfill.

        Raises:
            BackfillNotFound: there is none of that id.
        """
        found = self._storage.get_backfill(backfill_id)
        if found is None:
            raise BackfillNotFound(f"there is no backfill {backfill_id!r}", backfill_id=backfill_id)
        return found

    def runs_of(self, backfill: Backfill) -> dict[str, RunBrief]:
        """The run of each partition that has one."""
        return self._storage.newest_by_tag(RunFilter(tags={BACKFILL_TAG: backfill.backfill_id}), PARTITION_TAG)

    def _move(self, backfill_id: str, before: Sequence[BackfillStatus], to: BackfillStatus, word: str) -> Backfill:
        moved = self._storage.move_backfill(backfill_id, before, to, clock.now())
        if moved is None:
            found = self.get(backfill_id)
            raise BackfillRefused(
                f"backfill {backfill_id} is {found.status}; only one that is {' or '.join(before)} can be {word}"
            )
        return moved


def partitions_between(names: Sequence[str], first: str | None, last: str | None) -> tuple[str, ...]:
    """The partitions from one to another, both included; None stands for the very first or last.

    Raises:
        BackfillRefused: one of them is not there, or they stand the other way round.
    """
    for name in (first, last):
        if name is not None and name not in names:
            raise BackfillRefused(
                f"there is no partition {name!r}{did_you_mean(name, names)}; there is {range_of(names)}"
            )
    begin = 0 if first is None else names.index(first)
    end = len(names) if last is None else names.index(last) + 1
    if begin >= end:
        raise BackfillRefused(f"partition {first!r} stands behind {last!r}")
    return tuple(names[begin:end])


def range_of(names: Sequence[str]) -> str:
    """Which partitions there are, in a few words."""
    if len(names) <= 3:
        return ", ".join(names) or "none"
    return f"{len(names)}, from {names[0]} to {names[-1]}"
