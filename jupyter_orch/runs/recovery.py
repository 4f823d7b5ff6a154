"""What becomes of a run whose processes were lost. Whoever finds it so, the monitor or its own worker, asks here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jupyter_orch.ports import RunStorage
from jupyter_orch.processes import is_local
from jupyter_orch.records.event import Event
from jupyter_orch.records.run import Run
from jupyter_orch.records.spool import Spooled, read_spool, remove_spool, spool_file
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.resume import Resumption, resumption_of
from jupyter_orch.settings import RunMonitoring


class Recovery:
    """Takes stock of a run that nothing works on any more, and lets it go on."""

    def __init__(self, storage: RunStorage, journal: Journal, monitoring: RunMonitoring) -> None:
        """Args:
        monitoring: how often a run may go on, and what becomes of steps in flight.
        """
        self._storage = storage
        self._journal = journal
        self._watch = monitoring

    def take_stock(
        self, run: Run, waiting: Sequence[Event] = (), cover: Callable[[Event], Event] | None = None
    ) -> Resumption | None:
        """Store what was said and had not arrived, and decide about every step; None when the run is another's by now.

        Everything that the run had started must be dead. It may be called again when the storage did not answer.

        Args:
            waiting: what was on its way besides that which is in the run's spool.
            cover: hides secrets in what the spool holds.
        """
        spooled = _spooled(run)
        said = spooled.events if cover is None else [cover(event) for event in spooled.events]
        known = {_same(event) for event in waiting}
        if not self._journal.append_lost(run, [*waiting, *(event for event in said if _same(event) not in known)]):
            return None
        return resumption_of(self._storage, run, self._watch.in_flight_steps, spooled.begun)

    def goes_on(self, run: Run, left: Resumption) -> bool:
        """Whether the run is to go on under another worker."""
        is_allowed = self._watch.enabled and run.resume_count < self._watch.max_resume_run_attempts
        return is_allowed and left.is_worthwhile and not run.is_held

    def resume(self, run: Run, left: Resumption, what: str, how: str) -> Run | None:
        """Send the run back to the queue, under a new epoch.

        Args:
            what: what was lost, for the run's log.
            how: how it ended, for the steps that end with it.
        """
        kept = f"{left.finished} of {left.total} steps are kept" if left.total else "no step had begun"
        ends = [*left.ends(how), *left.repeats()]
        most = self._watch.max_resume_run_attempts
        resumed = self._journal.resume(run, run.resume_count + 1, most, ends, f"{what}; {kept}.")
        if resumed is not None:
            self.forget(run)
        return resumed

    def forget(self, run: Run) -> None:
        """The run has ended in these hands: nobody will ask what was on its way."""
        path = _spool_file(run)
        if path is not None:
            remove_spool(path)


def _same(event: Event) -> tuple[str, float, str | None, str]:
    return event.type, event.timestamp, event.step_key, event.message


def _spooled(run: Run) -> Spooled:
    """What a worker of this host had on its way when it was lost."""
    path = _spool_file(run)
    return read_spool(path) if path is not None else Spooled()


def _spool_file(run: Run) -> Path | None:
    worker = run.worker
    if worker is None or not worker.home or not is_local(worker):
        return None
    return spool_file(worker.home, run.run_id, run.epoch)
