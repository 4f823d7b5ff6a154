"""The wired deployment: a ring of keys. It has no methods of its own; the verbs are the parts'."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_orch.automation.backfills import Backfills
from jupyter_orch.automation.deployed import Deployments
from jupyter_orch.automation.notebook_jobs import NotebookJobs
from jupyter_orch.automation.schedules import ScheduleTicks
from jupyter_orch.automation.sensors import SensorTicks
from jupyter_orch.automation.switches import Switches
from jupyter_orch.code_servers.pool import KernelCodeServers
from jupyter_orch.daemon.supervisor import Supervisor
from jupyter_orch.instance import Instance
from jupyter_orch.ports import RunLauncher
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.reexecute import Reexecutor
from jupyter_orch.runs.submit import Submitter


@dataclass(frozen=True, slots=True, kw_only=True)
class Orchestrator:
    """One process's open deployment."""

    instance: Instance
    code_servers: KernelCodeServers
    launcher: RunLauncher
    launching: Launching
    submitter: Submitter
    canceler: Canceler
    reexecutor: Reexecutor
    deployments: Deployments
    switches: Switches
    schedule_ticks: ScheduleTicks
    sensor_ticks: SensorTicks
    backfills: Backfills
    notebook_jobs: NotebookJobs
    supervisor: Supervisor
