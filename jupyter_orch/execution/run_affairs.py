"""What programs ask the instance about its runs beyond reading them: figures, families, ends, and a clean slate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from jupyter_orch.definitions.dagster_event import materialization_of
from jupyter_orch.definitions.errors import DagsterInvariantViolationError, DagsterRunNotFoundError
from jupyter_orch.definitions.output import AssetMaterialization
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution.run_lists import pipeline_run_of, run_filter_of
from jupyter_orch.records.archive import Archive
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.run import Run, RunFilter

ALL = 1_000_000
_ENDS = {
    EventType.STEP_SUCCESS: "SUCCESS",
    EventType.STEP_FAILURE: "FAILURE",
    EventType.STEP_SKIPPED: "SKIPPED",
}


@dataclass(frozen=True)
class RunStats:
    """Figures of a run; times are seconds since the epoch, None for what has not happened.

    Attributes:
        steps_succeeded, steps_failed, materializations, expectations: how many.
        enqueued_time: when it was stored.
    """

    run_id: str
    steps_succeeded: int
    steps_failed: int
    materializations: int
    expectations: int
    enqueued_time: float | None
    start_time: float | None
    end_time: float | None

    @property
    def launch_time(self) -> float | None:
        """When its process began."""
        return self.start_time


@dataclass
class RunStepStats:
    """Figures of a step; ``status`` is SUCCESS, FAILURE, SKIPPED, or IN_PROGRESS before its end."""

    run_id: str
    step_key: str
    status: str = "IN_PROGRESS"
    start_time: float | None = None
    end_time: float | None = None
    attempts: int = 0
    materializations: list[AssetMaterialization] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Count one more event of the step."""
        if event.type in (EventType.STEP_START, EventType.STEP_RESTARTED):
            self.attempts += 1
            self.start_time = self.start_time or event.timestamp
        elif event.type in _ENDS:
            self.status, self.end_time = _ENDS[event.type], event.timestamp
        elif event.type is EventType.ASSET_MATERIALIZATION:
            self.materializations.append(materialization_of(event.data, AssetMaterialization))


@dataclass(frozen=True)
class RunRecord:
    """A run and when it came to be: ``storage_id`` is its place among all runs."""

    storage_id: int
    pipeline_run: PipelineRun
    create_timestamp: float
    start_time: float | None
    end_time: float | None


class RunAffairs:
    """The part of an instance that looks after whole runs."""

    archive: Archive

    def get_run_stats(self, run_id: str) -> RunStats:
        """Figures of a run.

        Raises:
            DagsterRunNotFoundError: the run is not known.
        """
        run = self._known_run(run_id)
        types = [event.type for event in self._told_of(run_id)]
        return RunStats(
            run_id,
            types.count(EventType.STEP_SUCCESS),
            types.count(EventType.STEP_FAILURE),
            types.count(EventType.ASSET_MATERIALIZATION),
            types.count(EventType.STEP_EXPECTATION_RESULT),
            run.create_time,
            run.start_time,
            run.end_time,
        )

    def get_run_step_stats(self, run_id: str, step_keys: Iterable[str] | None = None) -> list[RunStepStats]:
        """Figures of the steps that have begun, or been skipped, in the order in which they did.

        Args:
            step_keys: only of these.

        Raises:
            DagsterRunNotFoundError: the run is not known.
        """
        self._known_run(run_id)
        wanted = None if step_keys is None else set(step_keys)
        found: dict[str, RunStepStats] = {}
        for event in self._told_of(run_id):
            key = event.step_key
            if key is None or (wanted is not None and key not in wanted):
                continue
            if key in found or event.type is EventType.STEP_START or event.type in _ENDS:
                found.setdefault(key, RunStepStats(run_id, key)).take(event)
        return list(found.values())

    def get_run_records(self, filters: Any = None, limit: int | None = None) -> list[RunRecord]:
        """Runs with their times, newest first.

        Args:
            filters: as for ``get_runs``.
            limit: at most so many.
        """
        found = self.archive.list_runs(run_filter_of(filters), limit=ALL if limit is None else limit)
        return [
            RunRecord(run.cursor, pipeline_run_of(run), run.create_time, run.start_time, run.end_time) for run in found
        ]

    def get_run_groups(self, filters: Any = None, limit: int | None = None) -> dict[str, dict[str, Any]]:
        """Families of runs that belong together by re-execution: id of the first run → ``{"runs", "count"}``.

        Args:
            filters: as for ``get_runs``; families with a run that fits are taken.
            limit: at most so many families.
        """
        fitting = self.archive.list_runs(run_filter_of(filters), limit=ALL)
        roots = list(dict.fromkeys(run.submission.root_run_id or run.run_id for run in fitting))[:limit]
        groups: dict[str, dict[str, Any]] = {}
        for root in roots:
            family = {run.run_id: run for run in self.archive.list_runs(RunFilter(root_run_id=root), limit=ALL)}
            first = self.archive.get_run(root)
            if first is not None:
                family.setdefault(root, first)
            groups[root] = {"runs": [pipeline_run_of(run) for run in family.values()], "count": len(family)}
        return groups

    def get_tags_of_runs(self) -> list[tuple[str, set[str]]]:
        """Every tag that a run has, with all its values, by name."""
        found: dict[str, set[str]] = {}
        for run in self.archive.list_runs(RunFilter(), limit=ALL):
            for key, value in run.submission.tags.items():
                found.setdefault(key, set()).add(value)
        return sorted(found.items())

    def report_run_failed(self, pipeline_run: PipelineRun, message: str | None = None) -> None:
        """End a run that has not ended as failed, e.g. one whose process is known to be gone.

        Raises:
            DagsterRunNotFoundError: the run is not known.
            DagsterInvariantViolationError: it has ended.
        """
        self._ended(pipeline_run.run_id, self.archive.fail_run(pipeline_run.run_id, message or "Reported as failed."))

    def report_run_canceled(self, pipeline_run: PipelineRun, message: str | None = None) -> None:
        """Cancel a run that has not ended: one that waits ends at once, one that runs is asked to stop.

        Raises:
            DagsterRunNotFoundError: the run is not known.
            DagsterInvariantViolationError: it has ended.
        """
        self._ended(pipeline_run.run_id, self.archive.cancel_run(pipeline_run.run_id, message or "a program"))

    report_run_canceling = report_run_canceled

    def wipe(self) -> None:
        """Remove all runs with their events, logs and files, and forget all assets.

        Raises:
            DagsterInvariantViolationError: a run has not ended; nothing is removed then.
        """
        runs = self.archive.list_runs(RunFilter(), limit=ALL)
        alive = [run.run_id for run in runs if not run.is_final]
        if alive:
            raise DagsterInvariantViolationError(
                f"{len(alive)} runs have not ended, e.g. {alive[0]!r}; cancel them before the instance is wiped"
            )
        for run in runs:
            self.archive.delete_run(run.run_id)
        self.archive.wipe_assets(self.archive.list_assets(limit=ALL))

    def create_run_for_pipeline(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: a run is made and started in one step.

        Raises:
            DagsterInvariantViolationError: always; says what to use.
        """
        _refuse("create_run_for_pipeline", "a run is made and started in one step")

    def launch_run(self, *_: Any, **__: Any) -> NoReturn:
        """Refused, as :meth:`create_run_for_pipeline`."""
        _refuse("launch_run", "the server launches runs, because it knows where their code is")

    def submit_run(self, *_: Any, **__: Any) -> NoReturn:
        """Refused, as :meth:`create_run_for_pipeline`."""
        _refuse("submit_run", "the server queues runs, because it knows where their code is")

    def add_run_tags(self, run_id: str, new_tags: dict[str, str]) -> NoReturn:
        """Refused: what was asked for never changes.

        Raises:
            DagsterInvariantViolationError: always; says what to use.
        """
        raise DagsterInvariantViolationError(
            f"the tags of run {run_id!r} were fixed when it was submitted, so {', '.join(map(repr, new_tags))} can not "
            "be added; give them to execute_pipeline(…, tags=…), or write to the run's log by report_engine_event"
        )

    def _ended(self, run_id: str, is_done: bool) -> None:
        if not is_done:
            run = self._known_run(run_id)
            raise DagsterInvariantViolationError(f"run {run_id!r} is {run.status}; it has ended already")

    def _told_of(self, run_id: str) -> list[Event]:
        return [stored.event for stored in self.archive.read_events(run_id, limit=ALL)]

    def _known_run(self, run_id: str) -> Run:
        run = self.archive.get_run(run_id)
        if run is None:
            raise DagsterRunNotFoundError(f"the instance knows no run {run_id!r}")
        return run


def _refuse(name: str, why: str) -> NoReturn:
    raise DagsterInvariantViolationError(
        f"{name} is not there: {why}; use execute_pipeline(…, instance=DagsterInstance.get()) to run here, or "
        "jupyter_orch.client.OrchClient().submit_pipeline_execution(…) to have the server launch it"
    )
