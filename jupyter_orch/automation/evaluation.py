"""Asks a location's code what is to run, and turns its answer into runs that are ready to be stored."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from jupyter_orch import clock
from jupyter_orch.automation.deployed import Place
from jupyter_orch.errors import OrchError
from jupyter_orch.ports import CodeServers, NewRun, ScheduleStorage
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import PipelineSelector, RunRequestRecord, TickVerdict
from jupyter_orch.records.run import Submission
from jupyter_orch.records.secret_fields import secret_paths, secret_variables
from jupyter_orch.records.tick import Tick
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.problems import RunConfigInvalid, RunTagsInvalid
from jupyter_orch.runs.run_tags import check_tags, storable, tags_of
from jupyter_orch.runs.secret_config import errors_without_secrets

_NAMESPACE = uuid.UUID("6f1c6d1e-3b0e-4f6a-9a53-0d8f3d6f0c11")
RUN_KEY_TAG = "dagster/run_key"
LEASE = 20.0
RENEWAL = 5.0
STOPPED = "EvaluationTimeout"
"""Class of the failure of a function that the code server has ended at its time's end."""
MAX_ATTEMPTS = 3
GAVE_UP = Failure(cls="TickAbandoned", message=f"{MAX_ATTEMPTS} replicas died or hung while they evaluated it")


Cover = Callable[[TickVerdict], TickVerdict]
"""Hides the deployment's secrets in what a user's function has said."""


def as_said(verdict: TickVerdict) -> TickVerdict:
    """The cover of a deployment that knows no secrets."""
    return verdict


def evaluate(
    code_servers: CodeServers, location: str, method: str, params: Mapping[str, Any], timeout: float
) -> TickVerdict:
    """One evaluation of a user's function; never raises, a failure is part of the answer.

    Args:
        method: ``"evaluate_schedule"`` or ``"evaluate_sensor"``.
        timeout: seconds; the function itself is ended then.
    """
    try:
        verdict = msgspec.convert(
            code_servers.ask(location, method, {**params, "timeout": timeout}, timeout + 1.0), TickVerdict
        )
    except OrchError as error:
        told = _too_long(method, params, timeout) if error.code == "TIMEOUT" else error.message
        failure = getattr(error, "failure", None) or Failure(cls=type(error).__name__, message=told)
        return TickVerdict(failure=failure)
    if verdict.failure is not None and verdict.failure.cls == STOPPED:
        return replace(verdict, failure=replace(verdict.failure, message=_too_long(method, params, timeout)))
    return verdict


def _too_long(method: str, params: Mapping[str, Any], timeout: float) -> str:
    noun = method.removeprefix("evaluate_")
    where = f"'{noun}s' in orch.yaml"
    own = "of the sensor itself or " if noun == "sensor" else ""
    told = f"{noun} {params[noun]!r} did not answer in {timeout:g} s, so its evaluation was given up"
    return f"{told}; if it needs longer, raise evaluation_timeout_seconds {own}of {where}"


def run_id_from(*parts: str) -> str:
    """The id of a run that must be the same whoever makes it."""
    return str(uuid.uuid5(_NAMESPACE, "\0".join(parts)))


class HeldTicks:
    """The ticks that this replica evaluates right now. Their leases are short, so they are renewed while it lives."""

    def __init__(self, storage: ScheduleStorage, replica: str) -> None:
        self._storage = storage
        self._replica = replica
        self._lock = threading.Lock()
        self._renewed: dict[int, float] = {}

    @contextmanager
    def claimed(self, instigator_id: str, due_at: float) -> Iterator[Tick | None]:
        """A due time to evaluate in this block; None when it is not to be evaluated here."""
        now = clock.shared()
        tick = self._storage.claim_tick(instigator_id, due_at, self._replica, now + LEASE, now)
        if tick is None:
            yield None
            return
        with self._lock:
            self._renewed[tick.tick_id] = now
        try:
            yield tick
        finally:
            with self._lock:
                self._renewed.pop(tick.tick_id, None)

    def renew(self) -> None:
        """Keep what is held for a while from being taken over."""
        now = clock.shared()
        with self._lock:
            ids = sorted(tick_id for tick_id, at in self._renewed.items() if not 0 <= now - at < RENEWAL / 2)
        if ids:
            self._storage.renew_ticks(ids, self._replica, now + LEASE)
        with self._lock:
            self._renewed.update((tick_id, now) for tick_id in ids if tick_id in self._renewed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What asks for runs, and what all of its runs have in common.

    Attributes:
        pipeline: what runs, unless a request names another.
        created_by: as people read it, e.g. ``"schedule nightly"``.
    """

    place: Place
    pipeline: str
    mode: str
    created_by: str
    solid_selection: tuple[str, ...] | None = None


def run_from(
    journal: Journal, asking: Asking, request: RunRequestRecord, run_id: str, tags: Mapping[str, str], key: str
) -> NewRun:
    """A run that is asked for, ready to be stored; with a wrong config one that has failed already.

    Args:
        tags: added to those of the pipeline and of the request.
        key: the idempotency key.
    """
    place, pipeline = asking.place, request.pipeline or asking.pipeline
    known, asked = place.pipelines.get(pipeline), {**request.tags, **tags}
    submission = Submission(
        location=place.location,
        target=place.target,
        selector=PipelineSelector(
            repository=place.repository, pipeline=pipeline, mode=asking.mode, solid_selection=asking.solid_selection
        ),
        code_version=place.code_version,
        run_config=request.run_config,
        tags=tags_of(known, asked) if known is not None else asked,
        created_by=asking.created_by,
        idempotency_key=key,
        secret_paths=secret_paths(known, asking.mode, request.run_config) if known is not None else (),
        secret_variables=secret_variables(known, asking.mode, request.run_config) if known is not None else (),
    )
    if request.config_errors:
        mistakes = errors_without_secrets(request.config_errors, submission.secret_paths)
        return journal.rejected_run(_with_kept_tags(submission), run_id, RunConfigInvalid(pipeline, mistakes))
    try:
        check_tags(submission.tags)
    except RunTagsInvalid as error:
        return journal.rejected_run(_with_kept_tags(submission), run_id, error)
    return journal.new_run(submission, run_id)


def _with_kept_tags(refused: Submission) -> Submission:
    return replace(refused, tags=storable(refused.tags))
