"""GraphQL: the instance, its replicas and loops, and what the caller may do."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.context import (
    ASSETS,
    BACKFILLS,
    EXECUTE,
    LOCATIONS,
    RUNS,
    SCHEDULES,
    SENSORS,
    WRITE,
    Context,
    context_of,
)
from jupyter_orch.api.problems import Answer, python_error
from jupyter_orch.api.runs import page_size, rows
from jupyter_orch.records.holding import Holding
from jupyter_orch.records.tick import Replica
from jupyter_orch.settings import Pools
from jupyter_orch.version import __version__

LATE = 60.0
MISSED = 900.0
MOST_ERRORS = 5
PERMISSIONS = {
    "launch_pipeline_execution": (EXECUTE, RUNS),
    "launch_pipeline_reexecution": (EXECUTE, RUNS),
    "terminate_pipeline_execution": (EXECUTE, RUNS),
    "delete_pipeline_run": (WRITE, RUNS),
    "wipe_assets": (WRITE, ASSETS),
    "start_schedule": (EXECUTE, SCHEDULES),
    "stop_running_schedule": (EXECUTE, SCHEDULES),
    "start_sensor": (EXECUTE, SENSORS),
    "stop_sensor": (EXECUTE, SENSORS),
    "edit_sensor_cursor": (EXECUTE, SENSORS),
    "launch_partition_backfill": (EXECUTE, BACKFILLS),
    "cancel_partition_backfill": (EXECUTE, BACKFILLS),
    "reload_repository_location": (EXECUTE, LOCATIONS),
    "reload_workspace": (EXECUTE, LOCATIONS),
}
_SECRET_VALUES = re.compile(
    r"""(?im)((?:^|[\s{,])["']?[\w-]*(?:password|secret|token|api_?key|access_?key|authorization)[\w-]*["']?\s*:\s*)"""
    r"""("[^"\n]*"|'[^'\n]*'|\{\s*env\s*:[^}\n]*\}|[^\s,{}][^,{}\n]*)"""
)
_SECRET_KEYS = re.compile(r"(?im)^(\s*[\w-]*key[\w-]*\s*:\s*)(\S.*)$")
_LOGINS = re.compile(r"(://[^:/@\s]+:)([^@\s]+)(@)")
_WEB_PATHS = re.compile(r"""(https?://[^/\s"'},]+/)[^\s"'},]+""")


def masked(text: str) -> str:
    """Settings as text with passwords and the like replaced, and with them paths of web addresses, which often are."""
    text = _SECRET_VALUES.sub(lambda m: m[0] if m[2].startswith("{") else f"{m[1]}'***'", text)
    text = _SECRET_KEYS.sub(lambda m: f"{m[1]}'***'", text)
    return _WEB_PATHS.sub(r"\1***", _LOGINS.sub(r"\1***\3", text))


def _instance(_: Any, info: Any) -> Answer:
    context = context_of(info)
    settings = context.orchestrator.instance.settings
    storage = context.orchestrator.instance.storage
    replicas = storage.list_replicas(clock.now() - MISSED)
    return {
        "info": masked(settings.text),
        "runCoordinator": settings.coordinator.cls or settings.coordinator.name,
        "runQueuingSupported": lambda info: context.orchestrator.launching.has_queue,
        "runLauncher": settings.launcher.cls or settings.launcher.name,
        "daemonHealth": {"id": "daemons", "allDaemonStatuses": daemon_statuses(context, replicas)},
        "replicas": [_replica(r) for r in replicas],
        "pools": lambda info: _pools(settings.pools, storage.pool_slots()),
        "queue": lambda info, limit=None: _queue(context, limit),
        "storage": lambda info: [_holding(held) for held in storage.holdings()],
    }


def daemon_statuses(context: Context, replicas: list[Replica]) -> list[Answer]:
    """Each duty of the daemon with its newest heartbeat among all replicas."""
    statuses = []
    replicas = [r for r in replicas if r.heartbeat > clock.now() - LATE]
    for loop in context.orchestrator.supervisor.loops:
        beats = [r.loops.get(loop.name, 0.0) for r in replicas]
        newest = max(beats, default=0.0)
        errors = [error for r in replicas for error in r.errors.get(loop.name, ())][:MOST_ERRORS]
        statuses.append(
            {
                "id": loop.name,
                "daemonType": loop.name,
                "required": True,
                "healthy": newest > clock.now() - LATE and not any(r.is_failing(loop.name) for r in replicas),
                "lastHeartbeatTime": newest or None,
                "lastHeartbeatErrors": [python_error(e) for e in errors],
            }
        )
    return statuses


def _replica(found: Replica) -> Answer:
    return {
        "id": found.replica_id,
        "host": found.host,
        "pid": found.pid,
        "here": found.pid == os.getpid() and found.host == socket.gethostname(),
        "startedAt": found.started_at,
        "lastHeartbeatTime": found.heartbeat,
        "silentSince": found.silent_since(clock.now()),
        "version": found.version,
    }


def _queue(context: Context, limit: int | None) -> list[Answer]:
    places = context.orchestrator.launching.places()
    storage = context.orchestrator.instance.storage
    first = sorted(places, key=lambda run_id: places[run_id])[: page_size(limit)]
    return rows(context, [run for run in map(storage.get_run, first) if run is not None])


def _pools(pools: Pools, held: Mapping[str, tuple[str, ...]]) -> list[Answer]:
    return [
        {"id": name, "name": name, "limit": pools.limit_of(name), "holders": held.get(name, ())}
        for name in sorted({*pools.limits, *held})
    ]


def _holding(held: Holding) -> Answer:
    tables = [{"name": table.name, "rows": table.rows, "bytes": table.size} for table in held.tables]
    return {"place": held.place, "bytes": held.size, "tables": tables}


def _permissions(_: Any, info: Any) -> list[Answer]:
    context = context_of(info)
    return [
        {
            "permission": name,
            "value": allowed,
            "disabledReason": None if allowed else f"needs {action} on {resource}",
        }
        for name, (action, resource) in PERMISSIONS.items()
        for allowed in (context.is_authorized(action, resource),)
    ]


RESOLVERS = {
    "Query": {
        "version": lambda root, info: __version__,
        "permissions": _permissions,
        "instance": _instance,
    }
}
