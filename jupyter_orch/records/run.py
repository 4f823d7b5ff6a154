"""A run: what was asked for, which never changes, and where it is now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import HELD, KnownState, LocationTarget, PipelineSelector
from jupyter_orch.records.status import FINAL, RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What somebody asked for.

    Attributes:
        location: name of the code location.
        selector: repository, pipeline, mode and selection in it.
        target: how to load the location's code, so that a worker needs no server.
        code_version: of the definitions that the config was checked against.
        run_config, tags: as given.
        step_keys: run only these steps; None for all.
        known: earlier work to build on.
        created_by: user name, or ``"schedule nightly"`` and the like.
        parent_run_id, root_run_id: of a re-execution.
        idempotency_key: a second submission with the same key gives the first run.
        secret_paths: the places of ``run_config`` whose values are never shown.
        secret_variables: environment variables that stand in such places.
    """

    location: str
    selector: PipelineSelector
    target: LocationTarget
    code_version: str = ""
    run_config: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    step_keys: tuple[str, ...] | None = None
    known: KnownState = field(default_factory=KnownState)
    created_by: str = ""
    parent_run_id: str | None = None
    root_run_id: str | None = None
    idempotency_key: str | None = None
    secret_paths: tuple[tuple[str | int, ...], ...] = ()
    secret_variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """One process for ever: a pid alone is used again by others.

    Attributes:
        host: host name.
        boot: id of the host's current boot.
        pid: process id.
        started: start time of the process in clock ticks since boot.
        home: of a worker, the instance's folder on its host.
    """

    host: str
    boot: str
    pid: int
    started: int
    home: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a pipeline.

    Attributes:
        cursor: place in the list of all runs; grows with every new run.
        epoch: grows each time the run is given to a worker or taken from one; only writers with the current one count.
        worker: the process that holds the run.
        runner: leader of the session in which user code of this run lives.
        lease_until: the worker is believed alive until then (seconds since the epoch).
        start_deadline: while STARTING, the worker must have claimed by then.
        launch_tries, resume_count: how often it was launched in vain, and taken over from a lost worker.
        event_seq: number of the newest event.
        failure: the first reason of a failure.
    """

    run_id: str
    submission: Submission
    status: RunStatus
    cursor: int = 0
    epoch: int = 0
    create_time: float = 0.0
    start_time: float | None = None
    end_time: float | None = None
    worker: ProcessIdentity | None = None
    runner: ProcessIdentity | None = None
    lease_until: float | None = None
    start_deadline: float | None = None
    launch_tries: int = 0
    resume_count: int = 0
    event_seq: int = 0
    failure: Failure | None = None

    @property
    def is_held(self) -> bool:
        """Whether the process that asked for the run executes it: nobody else can launch it, nor end that process."""
        return self.submission.target.kind == HELD

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self.status in FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBrief:
    """A run's id and status, where there are too many runs to read them whole."""

    run_id: str
    status: RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs; every part that is given must hold.

    Attributes:
        root_run_ids: runs of these families; a run that nobody re-executed is a family of its own.
        created_after, created_before: instants in seconds since the epoch; both ends are left out.
        retry_due: True for failed runs that are to be tried again as new runs that are not stored yet.
    """

    run_ids: tuple[str, ...] | None = None
    pipeline: str | None = None
    statuses: tuple[RunStatus, ...] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    location: str | None = None
    repository: str | None = None
    root_run_id: str | None = None
    root_run_ids: tuple[str, ...] | None = None
    created_after: float | None = None
    created_before: float | None = None
    retry_due: bool = False
