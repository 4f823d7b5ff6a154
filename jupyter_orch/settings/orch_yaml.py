"""Everything that ``orch.yaml`` may say, in the order in which a reader would ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jupyter_orch.settings.kinds import (
    ENVIRONMENT,
    Group,
    Ignored,
    Kind,
    ListOf,
    MapOf,
    Number,
    Part,
    Reader,
    Switch,
    Text,
    found,
)
from jupyter_orch.settings.model import LOG_LEVELS
from jupyter_orch.yaml_text import Path


@dataclass(frozen=True, kw_only=True)
class TagValue(Kind):
    """The value that a tag's limit is for: one value, or each value by itself."""

    description: str = "The tag's value, or {applyLimitPerUniqueValue: true} to count each value by itself."

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        each = value.get("applyLimitPerUniqueValue") if isinstance(value, dict) and len(value) == 1 else None
        if isinstance(value, list) or (isinstance(value, dict) and not isinstance(each, bool)):
            reader.mistake(path, f"expected a tag's value or {{applyLimitPerUniqueValue: true}}, {found(value)}")
        return value

    def schema(self) -> dict[str, Any]:
        each = {
            "type": "object",
            "properties": {"applyLimitPerUniqueValue": {"type": "boolean"}},
            "required": ["applyLimitPerUniqueValue"],
            "additionalProperties": False,
        }
        return {"description": self.description, "anyOf": [{"type": ["string", "number", "boolean"]}, each]}


MOST_PORT = 65_535
DAYS = Number(least=-1, minus_one="keep")
TICK_STATUSES = ("skipped", "success", "failure", "started")


@dataclass(frozen=True, kw_only=True)
class PurgeAfter(Kind):
    """Days until ticks are removed: one number for all, or one for each status; -1 keeps them."""

    description: str = "Days after which ticks are removed, for all or by status; -1 keeps them."

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        if isinstance(value, dict):
            return Group(fields=dict.fromkeys(TICK_STATUSES, DAYS)).read(value, path, reader)
        return dict.fromkeys(TICK_STATUSES, DAYS.read(value, path, reader))

    def schema(self) -> dict[str, Any]:
        by_status = Group(fields=dict.fromkeys(TICK_STATUSES, DAYS)).schema()
        return {"description": self.description, "anyOf": [DAYS.schema(), by_status]}


LIMITS: dict[str, Kind] = {
    "max_concurrent_runs": Number(
        least=-1, whole=True, minus_one="no limit", description="Runs in progress at a time; -1 does not limit them."
    ),
    "tag_concurrency_limits": ListOf(
        description="Limits for runs that carry a tag.",
        expected="a list of {key, limit, value}",
        item=Group(
            fields={
                "key": Text(expected="the name of a tag", description="The tag's name."),
                "limit": Number(least=0, whole=True, description="Runs with it in progress at a time."),
                "value": TagValue(),
            },
            required={"key": "team", "limit": "2"},
            expected="a mapping with key, limit and perhaps value",
        ),
    ),
}

_URL = "postgresql://user:password@host/database"


@dataclass(frozen=True, kw_only=True)
class PostgresUrl(Text):
    """Where a Postgres database is; what is wrong with it is told without its password."""

    expected: str = f"a URL like {_URL}"

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        url = super().read(value, path, reader)
        if url and (wrong := _wrong_with(url)):
            reader.mistake(path, f"expected {self.expected}, {wrong}")
        return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def _wrong_with(url: str) -> str:
    """What is wrong with the URL of a Postgres database; empty when nothing is."""
    scheme, separator, _ = url.partition("://")
    database, _, driver = scheme.partition("+")
    if not separator:
        return "found text without ://"
    if database not in ("postgresql", "postgres"):
        return f"found one that begins with {database}://; the databases here are Postgres and SQLite"
    if driver not in ("", "psycopg"):
        return f"found the driver +{driver} in it: leave it out, the driver is psycopg 3"
    try:
        port = urlsplit(url).port
    except ValueError:
        return "found one whose port is no number; signs such as # / @ in a password are written as %23 %2F %40"
    return "found one with port 0" if port == 0 else ""


STORAGES = {
    "sqlite": Group(
        description="A file; for one machine.",
        fields={
            "path": Text(description="The database file; default: orch.db in the instance's folder."),
            "base_dir": Text(description="Instead of path: the folder of a file orch.db."),
        },
    ),
    "postgres": Group(
        description="A Postgres database; for any number of machines.",
        fields={
            "url": PostgresUrl(description=f"Where it is, as {_URL}."),
            "postgres_url": PostgresUrl(description="The same as url."),
            "postgres_db": Group(
                description="Where it is, part by part.",
                fields={
                    "username": Text(description="Who logs in."),
                    "password": Text(description="With which password."),
                    "hostname": Text(description="On which machine."),
                    "db_name": Text(description="Into which database."),
                    "port": Number(least=1, most=MOST_PORT, whole=True, description="Default: 5432."),
                    "params": MapOf(description="More of what the driver takes, e.g. sslmode: require."),
                },
                required={"username": "orch", "password": "{env: ORCH_PASSWORD}", "hostname": "db", "db_name": "orch"},
            ),
        },
    ),
}
_CAP = Number(
    least=1024,
    most=2**50,
    whole=True,
    description="Bytes kept of one stream of one step; what follows is cut and marked.",
)


def _apart(what: str) -> Part:
    return Part(shipped=STORAGES, description=f"A storage of its own for {what}; default: the one of 'storage'.")


def _seconds(description: str, *, least: float = 0.1, or_null: bool = False) -> Number:
    return Number(
        least=least, or_null=or_null, description=f"{description} (seconds{'; null: no limit' if or_null else ''})"
    )


def _evaluation(whose: str, **more: Kind) -> Group:
    return Group(
        description=f"How {whose}' functions are evaluated.",
        fields={
            "evaluation_timeout_seconds": _seconds("How long one evaluation may take"),
            "num_workers": Number(least=1, whole=True, description="How many of a location are evaluated at a time."),
            "keep_server_alive": Switch(
                description="Whether one that is on keeps an idle Jupyter server from being culled."
            ),
            **more,
        },
    )


@dataclass(frozen=True, kw_only=True)
class Address(Text):
    """A URL of the web."""

    expected: str = "a URL that begins with http:// or https://"

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        if not isinstance(value, str) or not value.startswith(("http://", "https://")):
            reader.mistake(path, f"expected {self.expected}, {found(value)}")
            return ""
        return str(value)


_MAIL_SERVER = {
    "from": Text(expected="a mail address", description="From whom."),
    "host": Text(description="The SMTP server; default: localhost."),
    "port": Number(least=1, most=MOST_PORT, whole=True, description="Its port; default: 25."),
    "security": Text(choices=("none", "starttls", "tls"), description="How the line is kept secret."),
    "user": Text(description="Who logs in; default: nobody."),
    "password": Text(description="With which password."),
    "timeout_seconds": _seconds("How long the server may take"),
}

_NOTIFICATION = Group(
    description="News for one URL or some mail boxes.",
    expected="a mapping with webhook or email",
    fields={
        "on": ListOf(
            item=Text(choices=("failure", "recovery", "late")),
            expected="a list of failure, recovery and late",
            description="Which news; default: all.",
        ),
        "pipelines": ListOf(item=Text(expected="a pipeline's name"), description="Only of these pipelines."),
        "late_after_seconds": _seconds("How far behind its due time a schedule counts as late"),
        "webhook": Group(
            description="Post it as JSON.",
            fields={
                "url": Address(description="Where to."),
                "headers": MapOf(item=Text(), description="Headers, e.g. Authorization."),
                "timeout_seconds": _seconds("How long an answer may take"),
            },
            required={"url": "https://chat.example.org/hooks/orch"},
        ),
        "email": Group(
            description="Send it as mail.",
            fields={
                "to": ListOf(item=Text(expected="a mail address"), description="To whom."),
                **_MAIL_SERVER,
            },
            required={"to": "[ops@example.org]", "from": "orch@example.org"},
        ),
    },
)

ORCH_YAML = Group(
    description="Settings of a jupyter_orch instance. Everything is optional; any scalar may be {env: NAME}.",
    expected="a mapping of settings",
    fields={
        "storage": Part(shipped=STORAGES, description="Where runs, events and schedules are kept."),
        "run_storage": _apart("runs"),
        "event_log_storage": _apart("events"),
        "schedule_storage": _apart("schedules, sensors and their ticks"),
        "run_coordinator": Part(
            description="Decides when a submitted run starts.",
            shipped={
                "default": Group(fields={}, description="At once."),
                "queued": Group(fields=LIMITS, description="When the limits allow it."),
            },
        ),
        "run_launcher": Part(
            description="Starts the process of a run.",
            shipped={
                "warm": Group(fields={}, description="Forked from a process that has the code imported."),
                "subprocess": Group(fields={}, description="A new interpreter for every run."),
            },
        ),
        "scheduler": Group(
            description="How due times become runs.",
            fields={
                "max_catchup_runs": Number(
                    least=0, whole=True, description="Missed due times of a partitioned schedule that are made up for."
                )
            },
        ),
        "compute_logs": Part(
            description="Where the output of steps is kept.",
            shipped={
                "local": Group(
                    description="In files.",
                    fields={
                        "base_dir": Text(description="The folder; default: compute_logs in the instance's folder."),
                        "max_bytes": _CAP,
                    },
                ),
                "fsspec": Group(
                    description="In files first, and uploaded while the step runs to any store that fsspec knows.",
                    fields={
                        "url": Text(description="Folder in the store, e.g. s3://bucket/logs."),
                        "storage_options": MapOf(description="Options of the store, as fsspec takes them."),
                        "upload_interval": _seconds("Between two uploads of output that grows"),
                        "base_dir": Text(description="Local folder; default: compute_logs in the instance's folder."),
                        "max_bytes": _CAP,
                    },
                    required={"url": "s3://bucket/logs"},
                ),
                "noop": Group(fields={}, description="Nowhere."),
            },
        ),
        "local_artifact_storage": Group(
            description="Folder of the values that steps hand on, and of other files.",
            fields={"base_dir": Text(description="The folder; default: storage in the instance's folder.")},
        ),
        "run_monitoring": Group(
            description="What is done about runs that hang or lose their worker.",
            fields={
                "enabled": Switch(description="Whether anything is."),
                "start_timeout_seconds": _seconds("From launch to the worker's claim", or_null=True),
                "cancel_timeout_seconds": _seconds("From the request to cancel to the kill", or_null=True),
                "max_runtime_seconds": _seconds("How long a run may take", or_null=True),
                "poll_interval_seconds": _seconds("How soon runs of other servers are seen while there are none here"),
                "max_resume_run_attempts": Number(
                    least=0, whole=True, description="How often a run goes on after its worker was lost."
                ),
                "in_flight_steps": Text(
                    choices=("fail", "rerun"),
                    description="Whether a step that had begun when the worker was lost runs again; default: fail.",
                ),
                "notifications": ListOf(item=_NOTIFICATION, description="Who is told of what."),
                "mail": Group(
                    description="The mail server for addresses of notebook jobs; "
                    "default: that of the first notification by mail.",
                    fields=_MAIL_SERVER,
                    required={"from": "orch@example.org"},
                ),
            },
        ),
        "run_retries": Group(
            description="Whether a failed run is tried again as a new run.",
            fields={
                "enabled": Switch(description="Whether it is."),
                "max_retries": Number(
                    least=0, whole=True, description="How often; a run's tag dagster/max_retries has precedence."
                ),
            },
        ),
        "concurrency": Group(
            description="Limits beside the coordinator's own.",
            fields={
                "pools": Group(
                    description="Named slots that runs hold while they are in progress.",
                    fields={
                        "default_limit": Number(
                            least=0, whole=True, or_null=True, description="Slots of a pool not named in limits."
                        ),
                        "limits": MapOf(item=Number(least=0, whole=True), description="Slots by the pool's name."),
                    },
                ),
                "runs": Group(fields=LIMITS, description="Limits of the queued coordinator, which this chooses."),
            },
        ),
        "retention": Group(
            description="What is removed when it is old.",
            fields={
                "schedule": Group(fields={"purge_after_days": PurgeAfter()}, description="Ticks of schedules."),
                "sensor": Group(fields={"purge_after_days": PurgeAfter()}, description="Ticks of sensors."),
                "runs": Group(
                    description="Finished runs with their events, output and files.",
                    fields={"purge_after_days": DAYS},
                ),
                "compute_logs": Group(
                    description="Output of finished runs; the runs stay.",
                    fields={"purge_after_days": DAYS},
                ),
            },
        ),
        "schedules": _evaluation(
            "schedules",
            overlap=Text(
                choices=("allow", "skip"),
                description="What to do with a due time while a run of the schedule has not ended; default: allow.",
            ),
        ),
        "sensors": _evaluation("sensors"),
        "code_servers": Group(
            description="How code locations are served.",
            fields={
                "local_startup_timeout": _seconds("How long importing a location may take", least=1),
                "request_timeout": _seconds("How long a question to a location may take", least=1),
                "reload_on_change": Switch(description="Load a location anew when one of its files is saved."),
                "max_starting": Number(least=1, whole=True, description="Locations that start at the same time."),
                "max_awake": Number(
                    least=1, whole=True, description="Locations that have processes; the others sleep until needed."
                ),
                "ready_kernels": Number(
                    least=0, whole=True, description="Kernels that a location with notebooks keeps ready; default: 1."
                ),
            },
        ),
        "python_logs": Group(
            description="Which lines of Python's logging become events of a run.",
            fields={
                "managed_python_loggers": ListOf(
                    item=Text(expected="a logger's name"),
                    expected="a list of logger names",
                    description="Their loggers.",
                ),
                "python_log_level": Text(choices=LOG_LEVELS, description="From this level on."),
            },
        ),
        "telemetry": Ignored(description="Accepted and ignored: there is none."),
    },
)
"""The whole file."""


def json_schema() -> dict[str, Any]:
    """The published JSON Schema of ``orch.yaml``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "orch.yaml",
        "$defs": {"env": ENVIRONMENT},
        **ORCH_YAML.schema(),
    }
