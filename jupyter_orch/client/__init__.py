"""Python client of a running orchestrator, for scripts: launch, follow, stop, reload. Imports no server library.

from jupyter_orch.client import OrchClient

client = OrchClient()                      # finds the Jupyter server of this folder or machine
run_id = client.submit_pipeline_execution("penguin_report", preset="all_islands")
print(client.wait_for_run(run_id))         # RunStatus.SUCCESS
print(client.get_compute_log(run_id, "count"))
"""

from __future__ import annotations

from jupyter_orch.client.client import (
    DagsterGraphQLClient,
    OrchClient,
    ReloadInfo,
    ReloadStatus,
    ShutdownInfo,
    ShutdownStatus,
)
from jupyter_orch.client.connection import ClientError
from jupyter_orch.client.finding import ServerNotFound, find_server
from jupyter_orch.records.status import RunStatus
from jupyter_orch.running_servers import Server

DagsterGraphQLClientError = ClientError
ReloadRepositoryLocationInfo, ReloadRepositoryLocationStatus = ReloadInfo, ReloadStatus
ShutdownRepositoryLocationInfo, ShutdownRepositoryLocationStatus = ShutdownInfo, ShutdownStatus

__all__ = [
    "OrchClient", "ClientError", "Server", "ServerNotFound", "find_server", "RunStatus",
    "ReloadInfo", "ReloadStatus", "ShutdownInfo", "ShutdownStatus",
    "DagsterGraphQLClient", "DagsterGraphQLClientError",
    "ReloadRepositoryLocationInfo", "ReloadRepositoryLocationStatus",
    "ShutdownRepositoryLocationInfo", "ShutdownRepositoryLocationStatus",
]  # fmt: skip
