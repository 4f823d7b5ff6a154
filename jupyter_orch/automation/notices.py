"""Gathers news: which runs have failed, which pipelines have recovered, which due times were late.

The list of status changes is read behind a place that moves in the transaction which stores the news, and news has a
key made from what it tells; so each piece is stored once, whatever dies in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from jupyter_orch import clock
from jupyter_orch.automation.deployed import Deployments
from jupyter_orch.ports import Storage
from jupyter_orch.records.notice import Notice, NoticeKind
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.status_change import StatusChangeFilter
from jupyter_orch.records.tick import Tick
from jupyter_orch.settings import Notification

READER, LATE_READER = "notices", "late notices"
ENDS = (RunStatus.FAILURE, RunStatus.SUCCESS)
PAGE = 100
LONGEST_TEXT = 4000


class NoticeGatherer:
    """Turns what happened into news for the sinks that want it."""

    def __init__(self, storage: Storage, deployments: Deployments, wanted: Sequence[Notification]) -> None:
        """Args:
        wanted: what is wanted by whom, from the settings.
        """
        self._storage = storage
        self._deployments = deployments
        self._wanted = tuple(wanted)

    def gather(self) -> bool:
        """Take in some of what happened; whether there may be more."""
        more = self._gather_runs()
        self._gather_late()
        return more

    def _gather_runs(self) -> bool:
        before = self._storage.get_place(READER)
        if before is None:
            self._storage.add_notices((), READER, None, self._storage.newest_change())
            return False
        page = self._storage.status_changes(before, StatusChangeFilter(statuses=ENDS), PAGE)
        if page.place == before:
            return False
        runs = [self._storage.get_run(change.run_id) for change in page.changes]
        news = [notice for run in runs if run is not None for notice in self._about_run(run)]
        self._storage.add_notices(news, READER, before, page.place)
        return len(page.changes) == PAGE

    def _about_run(self, run: Run) -> Iterable[Notice]:
        kind = NoticeKind.FAILURE if run.status == RunStatus.FAILURE else NoticeKind.RECOVERY
        pipeline = run.submission.selector.pipeline
        sinks = [w for w in self._wanted if kind in w.on and w.concerns(pipeline)]
        if not sinks or (kind == NoticeKind.RECOVERY and not self._had_failed(run)):
            return
        told = run.failure.message if run.failure is not None else "the run before it had failed"
        for sink in sinks:
            yield Notice(
                key=f"{sink.sink_id}:{kind}:{run.run_id}",
                sink=sink.sink_id,
                kind=kind,
                title=f"{pipeline} has {'failed' if kind == NoticeKind.FAILURE else 'recovered'}",
                text=told[:LONGEST_TEXT],
                facts=_facts(run),
                created_at=clock.now(),
            )

    def _had_failed(self, run: Run) -> bool:
        """Whether the run before this one, of the same pipeline, had failed."""
        asked = run.submission
        where = RunFilter(
            location=asked.location,
            repository=asked.selector.repository,
            pipeline=asked.selector.pipeline,
            statuses=ENDS,
        )
        earlier = self._storage.list_runs(where, limit=1, before=run.cursor)
        return bool(earlier) and earlier[0].status == RunStatus.FAILURE

    def _gather_late(self) -> None:
        wanted = [w for w in self._wanted if NoticeKind.LATE in w.on]
        if not wanted:
            return
        place = self._storage.get_place(LATE_READER)
        if place is None:
            self._storage.add_notices((), LATE_READER, None, repr(clock.now()))
            return
        ticks = self._storage.late_ticks(float(place), min(w.late_after for w in wanted), PAGE)
        if not ticks:
            return
        names = {d.instigator_id: (d.name, d.schedule.pipeline) for d in self._deployments.schedules()}
        news = [
            _late(tick, sink, *names.get(tick.instigator_id, ("a schedule that is no longer in the code", "")))
            for tick in ticks
            for sink in wanted
            if (tick.start_time is None or tick.start_time - tick.due_at >= sink.late_after)
            and sink.concerns(names.get(tick.instigator_id, ("", ""))[1])
        ]
        self._storage.add_notices(news, LATE_READER, place, repr(ticks[-1].due_at))


def _late(tick: Tick, sink: Notification, name: str, pipeline: str) -> Notice:
    due = datetime.fromtimestamp(tick.due_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if tick.start_time is None:
        text = f"The run that was due at {due} was missed: {tick.skip_reason}."
    else:
        text = f"The run that was due at {due} was begun {tick.start_time - tick.due_at:.0f} s late."
    return Notice(
        key=f"{sink.sink_id}:late:{tick.instigator_id}:{tick.due_at!r}",
        sink=sink.sink_id,
        kind=NoticeKind.LATE,
        title=f"schedule {name} is late",
        text=text,
        facts={"schedule": name, "pipeline": pipeline, "due_at": tick.due_at, "run_ids": list(tick.run_ids)},
        created_at=clock.now(),
    )


def _facts(run: Run) -> dict[str, object]:
    asked = run.submission
    return {
        "run_id": run.run_id,
        "pipeline": asked.selector.pipeline,
        "repository": asked.selector.repository,
        "location": asked.location,
        "status": run.status.value,
        "tags": {key: value for key, value in asked.tags.items() if not key.startswith(".")},
        "created_by": asked.created_by,
        "start_time": run.start_time,
        "end_time": run.end_time,
    }
