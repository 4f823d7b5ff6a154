"""Policies between "submitted" and "launched"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_orch.errors import OrchError
from jupyter_orch.ports import RunCoordinator
from jupyter_orch.records.run import Run
from jupyter_orch.runs.run_tags import priority_of


class LimitError(OrchError):
    """A concurrency limit is wrong."""

    code = "LIMIT_ERROR"


class DefaultRunCoordinator(RunCoordinator):
    """Everything starts at once."""

    is_pass_through = True

    def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
        return list(queued)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLimit:
    """At most ``limit`` runs at a time that carry a tag.

    Attributes:
        key: the tag.
        value: only this value of it; None means any.
        per_value: each value of the tag has the limit for itself.
    """

    key: str
    limit: int
    value: str | None = None
    per_value: bool = False

    def counted_as(self, run: Run) -> tuple[object, ...] | None:
        """Under which count a run falls, or None when the limit does not concern it."""
        found = run.submission.tags.get(self.key)
        if found is None or (self.value is not None and found != self.value):
            return None
        return (self, found) if self.per_value else (self,)


class QueuedRunCoordinator(RunCoordinator):
    """At most so many runs at a time, in all and by tag; higher priority first, then the order of submission.

    A run that a tag limit blocks is passed over and blocks nobody behind it.
    """

    def __init__(self, max_concurrent_runs: int = 10, tag_concurrency_limits: Sequence[dict[str, Any]] = ()) -> None:
        """Args:
        max_concurrent_runs: how many may be STARTING, STARTED or CANCELING at once; −1 for any number.
        tag_concurrency_limits: ``{key, limit, value?}``, where ``value`` may be ``{applyLimitPerUniqueValue: true}``.

        Raises:
            LimitError: a limit has another form.
        """
        if not _is_whole(max_concurrent_runs, least=-1):
            raise LimitError(f"max_concurrent_runs: expected a whole number from -1 on, found {max_concurrent_runs!r}")
        self._limit = max_concurrent_runs
        self._tag_limits = tuple(_tag_limit(given) for given in tag_concurrency_limits)

    def choose(self, queued: Sequence[Run], in_progress: Sequence[Run]) -> list[Run]:
        free = len(queued) if self._limit < 0 else max(0, self._limit - len(in_progress))
        taken = Counter(count for run in in_progress for count, _ in self._counts(run))
        chosen: list[Run] = []
        for run in self.order(queued):
            if len(chosen) == free:
                break
            counts = list(self._counts(run))
            if all(taken[count] < limit for count, limit in counts):
                taken.update(count for count, _ in counts)
                chosen.append(run)
        return chosen

    def has_room(self, in_progress: Sequence[Run]) -> bool:
        return self._limit < 0 or len(in_progress) < self._limit

    def order(self, queued: Sequence[Run]) -> list[Run]:
        return sorted(queued, key=lambda run: -priority_of(run.submission.tags))

    def _counts(self, run: Run) -> Iterable[tuple[tuple[object, ...], int]]:
        for limit in self._tag_limits:
            count = limit.counted_as(run)
            if count is not None:
                yield count, limit.limit


def _tag_limit(given: Any) -> TagLimit:
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("key"), str)
        or not _is_whole(given.get("limit"), least=0)
    ):
        raise LimitError(f"tag_concurrency_limits: expected key, limit and perhaps value, found {given!r}")
    value = given.get("value")
    if isinstance(value, dict):
        if value.keys() != {"applyLimitPerUniqueValue"}:
            raise LimitError(f"tag_concurrency_limits: expected applyLimitPerUniqueValue, found {value!r}")
        return TagLimit(key=given["key"], limit=given["limit"], per_value=bool(value["applyLimitPerUniqueValue"]))
    return TagLimit(key=given["key"], limit=given["limit"], value=None if value is None else str(value))


def _is_whole(value: Any, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
