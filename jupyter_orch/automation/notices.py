"""Gathers news: which runs have failed, which pipelines have recovered, which due times were late.

The list of status changes is read behind a place that moves in the transaction which stores the news, and news has a
key made from what it tells; so each piece is stored once, whatever dies in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from jupyter_orch import clock
from jupyter_orch.automation.deployed import Deployments
from jupyter_orch.ports import Storage
from jupyter_orch.records.notebook_job import JOB_TAG, LOCATION, NotebookJob, schedule_name
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
JOB_MAIL = "notebook jobs"
"""The sink that mails to the addresses of notebook jobs; each piece of news says which."""
JOB_LATE_AFTER = Notification().late_after


class _Receiver(NamedTuple):
    sink: str
    to: tuple[str, ...] = ()


class _Late(NamedTuple):
    """A schedule of whose due times news is told."""

    name: str = "a schedule that is no longer in the code"
    pipeline: str = ""
    job: NotebookJob | None = None


class NoticeGatherer:
    """Turns what happened into news for the sinks that want it."""

    def __init__(
        self, storage: Storage, deployments: Deployments, wanted: Sequence[Notification], *, mails_jobs: bool = False
    ) -> None:
        """Args:
        wanted: what is wanted by whom, from the settings.
        mails_jobs: whether there is a sink for the addresses of notebook jobs.
        """
        self._storage = storage
        self._deployments = deployments
        self._wanted = tuple(wanted)
        self._mails_jobs = mails_jobs

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
        wanted = [w for w in self._wanted if kind in w.on and w.concerns(pipeline)]
        job_id = run.submission.tags.get(JOB_TAG, "")
        job = self._storage.get_notebook_job(job_id) if job_id and (wanted or self._mails_jobs) else None
        mailed = self._mailed(job, wanted)
        if kind == NoticeKind.RECOVERY:
            wanted = wanted if wanted and self._had_failed(run) else []
            mailed = mailed if mailed and self._had_failed(run, {JOB_TAG: job_id}) else []
        told = run.failure.message if run.failure is not None else "the run before it had failed"
        name = pipeline if job is None else job.name
        for receiver in [*(_Receiver(w.sink_id) for w in wanted), *mailed]:
            yield Notice(
                key=f"{receiver.sink}:{kind}:{run.run_id}",
                sink=receiver.sink,
                kind=kind,
                title=f"{name} has {'failed' if kind == NoticeKind.FAILURE else 'recovered'}",
                text=told[:LONGEST_TEXT],
                facts=_facts(run, job),
                to=receiver.to,
                created_at=clock.now(),
            )

    def _mailed(self, job: NotebookJob | None, wanted: Sequence[Notification]) -> list[_Receiver]:
        """The job's own addresses, but those that hear of it anyway."""
        if job is None or not self._mails_jobs:
            return []
        heard = {address for w in wanted if w.email is not None for address in w.email.to}
        to = tuple(address for address in job.mail_to if address not in heard)
        return [_Receiver(JOB_MAIL, to)] if to else []

    def _had_failed(self, run: Run, tags: dict[str, str] | None = None) -> bool:
        """Whether the run before this one, of the same pipeline and with these tags, had failed."""
        asked = run.submission
        where = RunFilter(
            location=asked.location,
            repository=asked.selector.repository,
            pipeline=asked.selector.pipeline,
            statuses=ENDS,
            tags=tags or {},
        )
        earlier = self._storage.list_runs(where, limit=1, before=run.cursor)
        return bool(earlier) and earlier[0].status == RunStatus.FAILURE

    def _gather_late(self) -> None:
        wanted = [w for w in self._wanted if NoticeKind.LATE in w.on]
        least = [w.late_after for w in wanted] + [JOB_LATE_AFTER] * self._mails_jobs
        if not least:
            return
        place = self._storage.get_place(LATE_READER)
        if place is None:
            self._storage.add_notices((), LATE_READER, None, repr(clock.now()))
            return
        ticks = self._storage.late_ticks(float(place), min(least), PAGE)
        if not ticks:
            return
        schedules = self._schedules()
        news = [notice for tick in ticks for notice in self._about_tick(tick, schedules, wanted)]
        self._storage.add_notices(news, LATE_READER, place, repr(ticks[-1].due_at))

    def _schedules(self) -> dict[str, _Late]:
        jobs = {schedule_name(job): job for job in self._storage.list_notebook_jobs() if not job.is_on_demand}
        found = {}
        for one in self._deployments.schedules():
            job = jobs.get(one.name) if one.place.location == LOCATION else None
            found[one.instigator_id] = _Late(one.name if job is None else job.name, one.schedule.pipeline, job)
        return found

    def _about_tick(self, tick: Tick, schedules: dict[str, _Late], wanted: Sequence[Notification]) -> Iterable[Notice]:
        late = schedules.get(tick.instigator_id, _Late())
        behind = float("inf") if tick.start_time is None else tick.start_time - tick.due_at
        wanted = [w for w in wanted if behind >= w.late_after and w.concerns(late.pipeline)]
        mailed = self._mailed(late.job, wanted) if behind >= JOB_LATE_AFTER else []
        for receiver in [*(_Receiver(w.sink_id) for w in wanted), *mailed]:
            yield _late(tick, receiver, late.name, late.pipeline)


def _late(tick: Tick, receiver: _Receiver, name: str, pipeline: str) -> Notice:
    due = datetime.fromtimestamp(tick.due_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if tick.start_time is None:
        text = f"The run that was due at {due} was missed: {tick.skip_reason}."
    else:
        text = f"The run that was due at {due} was begun {tick.start_time - tick.due_at:.0f} s late."
    return Notice(
        key=f"{receiver.sink}:late:{tick.instigator_id}:{tick.due_at!r}",
        sink=receiver.sink,
        kind=NoticeKind.LATE,
        title=f"schedule {name} is late",
        text=text,
        facts={"schedule": name, "pipeline": pipeline, "due_at": tick.due_at, "run_ids": list(tick.run_ids)},
        to=receiver.to,
        created_at=clock.now(),
    )


def _facts(run: Run, job: NotebookJob | None) -> dict[str, object]:
    asked = run.submission
    return {
        **({} if job is None else {"job": job.name, "notebook": job.path}),
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
