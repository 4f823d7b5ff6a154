"""Every seam of the server wing: what each part promises to the others, one file a noun.

Storages, launchers and coordinators are chosen in ``orch.yaml`` by ``{module, class, config}``; a class of somebody
else fits when it keeps these promises (``jupyter_orch.testing`` holds the behaviour suites).
"""

from __future__ import annotations

from jupyter_orch.ports.assets import AssetStorage
from jupyter_orch.ports.audit import AuditStorage
from jupyter_orch.ports.backfills import BackfillStorage
from jupyter_orch.ports.bell import Bell
from jupyter_orch.ports.code_servers import CodeServerError, CodeServers, LocationUnavailable, RunnerAddress
from jupyter_orch.ports.compute_logs import ComputeLogs
from jupyter_orch.ports.event_log import EventLogStorage
from jupyter_orch.ports.launching import LaunchOrder, RunCoordinator, RunLauncher, WorkerHealth
from jupyter_orch.ports.notices import NoticeStorage
from jupyter_orch.ports.replicas import ReplicaStorage
from jupyter_orch.ports.runs import Guard, NewRun, RunStorage, StatusChanges
from jupyter_orch.ports.schedules import ScheduleStorage
from jupyter_orch.ports.storage import Storage, StorageUnavailable

__all__ = [
    "Guard", "NewRun", "StatusChanges", "RunStorage", "AssetStorage", "EventLogStorage", "ScheduleStorage",
    "BackfillStorage", "NoticeStorage", "ReplicaStorage", "AuditStorage", "Storage",
    "ComputeLogs", "LaunchOrder", "RunLauncher", "RunCoordinator", "WorkerHealth", "Bell", "StorageUnavailable",
    "CodeServers", "CodeServerError", "LocationUnavailable", "RunnerAddress",
]  # fmt: skip
