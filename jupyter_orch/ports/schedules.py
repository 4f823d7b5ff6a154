"""Where switches, ticks and cursors are kept."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from jupyter_orch.ports.backfills import BackfillStorage
from jupyter_orch.ports.runs import NewRun
from jupyter_orch.records.run import Run
from jupyter_orch.records.tick import Instigator, Tick, TickOutcome, TickStatus


class ScheduleStorage(BackfillStorage):
    """Switches, ticks and cursors of schedules and sensors, and backfills. Every method is one transaction."""

    @abstractmethod
    def put_instigators(self, instigators: Sequence[Instigator]) -> None:
        """Store those that are new; the others stay as they are."""

    @abstractmethod
    def change_instigator(self, instigator_id: str, **changes: Any) -> Instigator | None:
        """Set ``running``, ``by_default``, ``definition_hash``, ``effective_from``, ``cursor`` or ``next_at``."""

    @abstractmethod
    def want_tick(self, instigator_id: str, now: float) -> Instigator | None:
        """Have a sensor evaluated at once; after an evaluation that is going on, once more.

        Returns:
            The sensor, or None when it is not known.
        """

    @abstractmethod
    def get_instigator(self, instigator_id: str) -> Instigator | None:
        """One of them."""

    @abstractmethod
    def list_instigators(self, kind: str | None = None) -> list[Instigator]:
        """All that are known."""

    @abstractmethod
    def switches_version(self, kind: str) -> str:
        """Another text whenever one of the kind was switched, edited, or is wanted at once; cheap to ask often."""

    def count_switched_on(self, kind: str) -> int:
        """How many schedules or sensors are on; a storage that has many of them counts without reading each."""
        return sum(instigator.running for instigator in self.list_instigators(kind))

    @abstractmethod
    def claim_tick(self, instigator_id: str, due_at: float, owner: str, lease_until: float, now: float) -> Tick | None:
        """Take a due time for evaluation: insert it, or take over one whose lease has passed.

        A due time is inserted only while the schedule or sensor is on, and only if it is later than every one before;
        ``last_due_at`` moves along in the same transaction. A sensor has one evaluation at a time.

        Returns:
            The tick with its epoch, or None when another replica has it, it is finished, or it does not count.
        """

    @abstractmethod
    def renew_ticks(self, tick_ids: Sequence[int], owner: str, lease_until: float) -> None:
        """Hold on to ticks that this replica still evaluates."""

    @abstractmethod
    def miss_ticks(self, instigator_id: str, due_times: Sequence[float], reason: str) -> int:
        """Write down due times that nobody was there for, as skipped; those that have a tick are left alone.

        Returns:
            How many were written.
        """

    @abstractmethod
    def advance_tick(
        self, tick: Tick, *, runs: Sequence[NewRun] = (), run_keys: Sequence[str | None] = (), cursor: str | None = None
    ) -> list[Run] | None:
        """Create some of a tick's runs and keep its cursor, in one transaction; the tick goes on.

        Returns:
            The runs (those that existed already included), or None when the tick's epoch is stale (nothing written).
        """

    @abstractmethod
    def finish_tick(
        self, tick: Tick, outcome: TickOutcome, *, runs: Sequence[NewRun] = (), run_keys: Sequence[str | None] = ()
    ) -> list[Run] | None:
        """End a tick and create its runs, in one transaction.

        Args:
            run_keys: a key or None for each of these runs; empty when none has one. A key is remembered for ever.

        Returns:
            The runs (those that existed already included), or None when the tick's epoch is stale (nothing written).
        """

    @abstractmethod
    def used_run_keys(self, instigator_id: str, run_keys: Sequence[str]) -> set[str]:
        """Which of these keys has had a run."""

    @abstractmethod
    def abandoned_ticks(self, now: float) -> list[Tick]:
        """Ticks that were claimed, not finished, and whose lease has passed: their replica is dead or stuck."""

    @abstractmethod
    def list_ticks(self, instigator_id: str, limit: int, before: int | None = None) -> list[Tick]:
        """Newest first; with ``before`` only those older than that ``Tick.tick_id``."""

    @abstractmethod
    def newest_ticks(self, instigator_ids: Sequence[str], limit: int) -> dict[str, list[Tick]]:
        """For each of several the newest ticks, at most ``limit`` of them, newest first."""

    @abstractmethod
    def late_ticks(self, since: float, lateness: float, limit: int) -> list[Tick]:
        """Ticks of schedules due after ``since`` that were missed, or begun ``lateness`` seconds late; oldest first."""

    @abstractmethod
    def delete_ticks(self, kind: str, statuses: Sequence[TickStatus], before: float, *, limit: int) -> int:
        """Remove finished ticks of schedules or sensors that were due before an instant, at most ``limit`` of them.

        Returns:
            How many were removed.
        """

    def staged_runs(self, limit: int) -> list[NewRun]:
        """Runs of finished ticks that are not in the run storage yet; only a storage apart from the runs has any.

        Such a storage keeps the runs that :meth:`finish_tick` is given, in the same transaction, until they are
        dropped; whoever sees them stores them in the run storage first.
        """
        return []

    def drop_staged(self, run_ids: Sequence[str]) -> None:
        """Let go of staged runs: the run storage has them."""
