"""The one place that names concrete parts: settings in, a wired deployment out."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_orch.automation.schedules import DeployedSchedule, ScheduleSwitches, ScheduleTicks, deployed_schedules
from jupyter_orch.code_servers.pool import KernelCodeServers
from jupyter_orch.daemon.dispatcher import Dispatcher
from jupyter_orch.daemon.rescuer import Rescuer
from jupyter_orch.daemon.scheduler import Scheduler
from jupyter_orch.daemon.supervisor import Supervisor, new_replica_id
from jupyter_orch.instance import Instance, class_of, open_instance
from jupyter_orch.launchers.cold import ColdLauncher
from jupyter_orch.launchers.warm import WarmLauncher
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.ports import RunCoordinator, RunLauncher
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.coordinator import DefaultRunCoordinator, QueuedRunCoordinator
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.reexecute import Reexecutor
from jupyter_orch.runs.submit import Submitter
from jupyter_orch.settings import Settings, SettingsError
from jupyter_orch.version import __version__


def compose(settings: Settings, code_servers: KernelCodeServers) -> Orchestrator:
    """Open the instance and wire everything; nothing runs yet but the code servers' and launcher's own processes.

    Args:
        code_servers: those of the workspace; they may be loading already.

    Raises:
        OrchError: something that the settings name can not be had.
    """
    instance = open_instance(settings)
    code_servers.keep_snapshots(instance.storage)
    launcher = _launcher(settings)
    launching = Launching(
        instance.storage, instance.journal, _coordinator(settings), launcher, code_servers, str(settings.home)
    )
    submitter = Submitter(code_servers, launching)
    replica_id = new_replica_id()
    switches = ScheduleSwitches(instance.storage)
    ticks = ScheduleTicks(instance.storage, instance.journal, code_servers, replica_id, settings.max_catchup_runs)

    def schedules() -> list[DeployedSchedule]:
        return [
            schedule
            for state in code_servers.states()
            if state.snapshot is not None
            for schedule in deployed_schedules(state.name, code_servers.entry(state.name).target, state.snapshot)
        ]

    return Orchestrator(
        instance=instance,
        code_servers=code_servers,
        launcher=launcher,
        launching=launching,
        submitter=submitter,
        canceler=Canceler(instance.storage, instance.journal),
        reexecutor=Reexecutor(instance.storage, submitter, launching),
        switches=switches,
        ticks=ticks,
        deployed_schedules=schedules,
        supervisor=_supervisor(instance, launching, schedules, switches, ticks, replica_id, code_servers),
    )


def close(orchestrator: Orchestrator) -> None:
    """Stop the loops, code servers and launcher, and close the instance; runs go on."""
    orchestrator.supervisor.stop()
    orchestrator.code_servers.stop()
    orchestrator.launcher.stop()
    orchestrator.instance.close()


def _supervisor(
    instance: Instance,
    launching: Launching,
    schedules: Callable[[], list[DeployedSchedule]],
    switches: ScheduleSwitches,
    ticks: ScheduleTicks,
    replica_id: str,
    code_servers: KernelCodeServers,
) -> Supervisor:
    scheduler = Scheduler(schedules, switches, ticks, launching)
    code_servers.listen(lambda _: scheduler.wake())
    loops = (Dispatcher(launching), scheduler, Rescuer(instance.storage, instance.journal))
    return Supervisor(instance.storage, loops, __version__, replica_id)


def _launcher(settings: Settings) -> RunLauncher:
    choice = settings.launcher
    if choice.name == "warm":
        return WarmLauncher(str(settings.home))
    if choice.name == "subprocess":
        return ColdLauncher(cold_runner=True)
    made = class_of(choice)(**choice.config)
    if not isinstance(made, RunLauncher):
        raise SettingsError(f"run_launcher: {choice.module}.{choice.cls} is not a jupyter_orch.ports.RunLauncher")
    return made


def _coordinator(settings: Settings) -> RunCoordinator:
    choice = settings.coordinator
    if choice.name == "default":
        return DefaultRunCoordinator()
    if choice.name == "queued":
        return QueuedRunCoordinator(**choice.config)
    made = class_of(choice)(**choice.config)
    if not isinstance(made, RunCoordinator):
        raise SettingsError(f"run_coordinator: {choice.module}.{choice.cls} is not a jupyter_orch.ports.RunCoordinator")
    return made
