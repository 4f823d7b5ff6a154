"""A deployment's settings as frozen values: what ``orch.yaml`` is read into."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChoice:
    """A part of the deployment by ``{module, class, config}``; a shipped one has only a short ``name``.

    Attributes:
        place: where it was chosen, as ``file:line:column: key``; empty for a default.
        locate: the place of keys below it, in the same form; None for a default.
    """

    name: str
    module: str = ""
    cls: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    place: str = field(default="", compare=False)
    locate: Callable[[tuple[str | int, ...]], str] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where news is posted as JSON."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    timeout: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """Where news is sent as mail.

    Attributes:
        to: whom; nobody where each piece of news says it itself.
        security: ``"none"``, ``"starttls"`` or ``"tls"``.
        user: who logs in; empty for nobody.
    """

    to: tuple[str, ...]
    sender: str
    host: str = "localhost"
    port: int = 25
    security: str = "none"
    user: str = ""
    password: str = ""
    timeout: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Who is told of what: one of ``webhook`` and ``email``.

    Attributes:
        on: ``failure`` of a run, ``recovery`` (a success after a failure of the same pipeline), ``late`` due times.
        pipelines: only of these; None for all.
        late_after: seconds behind its due time from which a schedule counts as late.
    """

    on: tuple[str, ...] = ("failure", "recovery", "late")
    pipelines: tuple[str, ...] | None = None
    late_after: float = 60.0
    webhook: WebhookSettings | None = None
    email: EmailSettings | None = None

    @property
    def sink_id(self) -> str:
        """Stable name of where it goes."""
        told = self.webhook.url if self.webhook is not None else ",".join(self.email.to if self.email else ())
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def concerns(self, pipeline: str) -> bool:
        """Whether news of a pipeline is wanted."""
        return self.pipelines is None or pipeline in self.pipelines


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMonitoring:
    """What is done about runs that hang or lose their worker. Times in seconds; None watches nothing.

    Attributes:
        start_timeout: from launch to the worker's claim.
        cancel_timeout: from the request to cancel to the kill of everything that is left.
        max_runtime: of a run that sets no tag ``dagster/max_runtime``.
        poll_interval: at most this long until runs are seen that other servers have started.
        max_resume_run_attempts: how often a run goes on after its worker was lost; 0 ends it instead.
        in_flight_steps: what becomes of a step that had begun when the worker was lost: ``"fail"`` never repeats it,
            ``"rerun"`` runs it again. Retry policies and tags have precedence.
        notifications: who is told of what.
        mail: the mail server for addresses that stand elsewhere than in these settings.
    """

    enabled: bool = True
    start_timeout: float | None = 180.0
    cancel_timeout: float | None = 180.0
    max_runtime: float | None = None
    poll_interval: float = 1.0
    max_resume_run_attempts: int = 3
    in_flight_steps: str = "fail"
    notifications: tuple[Notification, ...] = ()
    mail: EmailSettings | None = None

    @property
    def mail_server(self) -> EmailSettings | None:
        """What mails for notebook jobs are sent with: ``mail``, else as the first notification by mail is."""
        told = (self.mail, *(notification.email for notification in self.notifications))
        return next((replace(email, to=()) for email in told if email is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRetries:
    """Whether a failed run is tried again as a new run.

    Attributes:
        max_retries: of a run that sets no tag ``dagster/max_retries``.
    """

    enabled: bool = False
    max_retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TickRetention:
    """Days after which ticks are removed, by status; None keeps them."""

    skipped: float | None = None
    success: float | None = None
    failure: float | None = None
    started: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What is removed when it is old. Days; None keeps it.

    Attributes:
        runs: finished runs with their events, logs and files.
        compute_logs: captured output of finished runs, while the run itself stays.
    """

    schedule: TickRetention = TickRetention()
    sensor: TickRetention = TickRetention(skipped=7.0)
    runs: float | None = None
    compute_logs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How schedules' or sensors' functions are evaluated.

    Attributes:
        timeout: seconds that one evaluation may take.
        workers: how many of one location are evaluated at a time; they never wait for another location's.
        skip_overlap: skip a due time while a run of the schedule is unfinished (schedules only).
        keep_server_alive: whether one that is on counts as activity, so that an idle server is not culled.
    """

    timeout: float = 60.0
    workers: int = 4
    skip_overlap: bool = False
    keep_server_alive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeServerSettings:
    """How locations are served.

    Attributes:
        startup_timeout: seconds that a location's import may take.
        request_timeout: seconds that a question to a location's code may take.
        reload_on_change: whether a location is loaded anew when one of its files is saved.
        max_starting: how many locations start at the same time.
        max_awake: how many locations have processes at the same time; the others sleep until they are needed.
        ready_kernels: how many kernels a location with notebooks keeps ready for them; 0 starts each cold.
    """

    startup_timeout: float = 180.0
    request_timeout: float = 60.0
    reload_on_change: bool = True
    max_starting: int = 2
    max_awake: int = 32
    ready_kernels: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """How many runs may hold a pool's slots at a time.

    Attributes:
        limits: slots by the pool's name.
        default_limit: slots of a pool that has no line of its own; None does not limit it.
    """

    limits: dict[str, int] = field(default_factory=dict)
    default_limit: int | None = None

    def limit_of(self, pool: str) -> int | None:
        """How many slots a pool has; None when any number of runs may hold one."""
        return self.limits.get(pool, self.default_limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonLogs:
    """Which lines of the standard library's logging become events of a run."""

    loggers: tuple[str, ...] = ("root",)
    level: str = "WARNING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment is made of.

    Attributes:
        home: folder of the instance.
        storage: where everything is kept that has no storage of its own.
        run_storage, event_log_storage, schedule_storage: storages apart; None: in ``storage``.
        coordinator, launcher, compute_logs: the chosen parts.
        artifact_dir: folder of the values that steps hand on, and of other files.
        max_catchup_runs: how many missed due times of a partitioned schedule are made up for.
        text: the file as it was read, for display.
    """

    home: Path
    storage: ClassChoice
    run_storage: ClassChoice | None = None
    event_log_storage: ClassChoice | None = None
    schedule_storage: ClassChoice | None = None
    coordinator: ClassChoice = ClassChoice(name="default")
    launcher: ClassChoice = ClassChoice(name="warm")
    compute_logs: ClassChoice = ClassChoice(name="local")
    artifact_dir: Path
    run_monitoring: RunMonitoring = RunMonitoring()
    run_retries: RunRetries = RunRetries()
    retention: Retention = Retention()
    sensors: Evaluation = Evaluation()
    schedules: Evaluation = Evaluation()
    code_servers: CodeServerSettings = CodeServerSettings()
    pools: Pools = Pools()
    python_logs: PythonLogs = PythonLogs()
    max_catchup_runs: int = 5
    text: str = ""
