"""The one place that names concrete parts: settings in, a wired deployment out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from jupyter_orch.automation.backfills import Backfills
from jupyter_orch.automation.deployed import Deployments
from jupyter_orch.automation.notebook_jobs import NotebookJobs
from jupyter_orch.automation.notices import JOB_MAIL, NoticeGatherer
from jupyter_orch.automation.schedules import ScheduleTicks
from jupyter_orch.automation.sensors import SensorTicks
from jupyter_orch.automation.switches import Switches
from jupyter_orch.code_servers.location_state import LocationState
from jupyter_orch.code_servers.pool import KernelCodeServers
from jupyter_orch.compute_logs.masked import OutputMask, hide_in_notebooks
from jupyter_orch.compute_logs.store import StoredComputeLogs
from jupyter_orch.daemon.backfill_loop import BackfillLoop
from jupyter_orch.daemon.dispatcher import Dispatcher
from jupyter_orch.daemon.janitor import Janitor
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.daemon.mover import Mover
from jupyter_orch.daemon.notebook_keeper import NotebookKeeper
from jupyter_orch.daemon.notifier import Notifier
from jupyter_orch.daemon.rescuer import Rescuer
from jupyter_orch.daemon.retrier import Retrier
from jupyter_orch.daemon.scheduler import Scheduler
from jupyter_orch.daemon.sensor_loop import SensorLoop
from jupyter_orch.daemon.sinks import Mail, Sink, Webhook
from jupyter_orch.daemon.supervisor import Supervisor, new_replica_id
from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.launchers.cold import Claim, ColdLauncher
from jupyter_orch.launchers.warm import WarmLauncher
from jupyter_orch.masking import Mask
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.ports import (
    ComputeLogs,
    EventLogStorage,
    RunCoordinator,
    RunLauncher,
    RunStorage,
    ScheduleStorage,
    Storage,
)
from jupyter_orch.records.files import file_stem
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.run import Run
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.runs.coordinator import DefaultRunCoordinator, QueuedRunCoordinator
from jupyter_orch.runs.early_claim import EarlyClaim
from jupyter_orch.runs.known_secrets import cover_verdict, mask_of
from jupyter_orch.runs.launch import Launching
from jupyter_orch.runs.reexecute import Reexecutor
from jupyter_orch.runs.submit import Submitter
from jupyter_orch.settings import ClassChoice, Settings, SettingsError
from jupyter_orch.settings.custom import check, make
from jupyter_orch.version import __version__


def compose(settings: Settings, code_servers: KernelCodeServers) -> Orchestrator:
    """Open the instance and wire everything; nothing runs yet but the code servers' and launcher's own processes.

    Args:
        code_servers: those of the workspace; they may be loading already.

    Raises:
        OrchError: something that the settings name can not be had.
    """
    if settings.compute_logs.name == "fsspec":
        StoredComputeLogs(base_dir=settings.home, **settings.compute_logs.config).check_installed()
    instance = open_instance(settings)
    code_servers.keep_snapshots(instance.storage)
    coordinator = make_coordinator(settings.coordinator)
    claim = EarlyClaim(settings, instance.storage, instance.journal, instance.compute_logs.folder)
    launcher = make_launcher(settings.launcher, settings.home, claim)
    launching = Launching(
        instance.storage,
        instance.journal,
        coordinator,
        launcher,
        code_servers,
        str(settings.home),
        settings.pools,
        instance.compute_logs.folder,
    )
    submitter = Submitter(code_servers, launching)
    reexecutor = Reexecutor(instance.storage, submitter, launching)
    replica_id = new_replica_id()
    deployments = Deployments(partial(_locations, code_servers))
    switches = Switches(instance.storage)
    asking = (instance.storage, instance.journal, code_servers, replica_id)
    schedule_ticks = ScheduleTicks(
        *asking,
        settings.max_catchup_runs,
        timeout=settings.schedules.timeout,
        skip_overlap=settings.schedules.skip_overlap,
        cover=partial(cover_verdict, settings),
    )
    sensor_ticks = SensorTicks(*asking, timeout=settings.sensors.timeout, cover=partial(cover_verdict, settings))

    notebook_jobs = NotebookJobs(
        instance.storage,
        code_servers,
        submitter,
        code_servers.workspace.parent,
        code_servers.notebook_jobs,
        has_mail_server=settings.run_monitoring.mail_server is not None,
    )

    def new_runs() -> None:
        launching.wake()

    backfills = Backfills(*asking, deployments, reexecutor, timeout=settings.schedules.timeout)
    watching = (deployments, instance.storage, switches)
    loops = (
        *_run_loops(instance, launching, launcher, reexecutor),
        Scheduler(*watching, schedule_ticks, new_runs, settings.schedules.workers),
        SensorLoop(*watching, sensor_ticks, new_runs, settings.sensors.workers),
        BackfillLoop(instance.storage, backfills, new_runs),
        *_notifier(instance, deployments),
        NotebookKeeper(notebook_jobs, instance.storage, _removers(instance)[0]),
    )
    automation = [loop for loop in loops if isinstance(loop, (Scheduler, SensorLoop))]

    def wake_automation(_: LocationState) -> None:
        for loop in automation:
            loop.wake()

    code_servers.listen(wake_automation)
    return Orchestrator(
        instance=instance,
        code_servers=code_servers,
        launcher=launcher,
        launching=launching,
        submitter=submitter,
        canceler=Canceler(instance.storage, instance.journal),
        reexecutor=reexecutor,
        deployments=deployments,
        switches=switches,
        schedule_ticks=schedule_ticks,
        sensor_ticks=sensor_ticks,
        backfills=backfills,
        notebook_jobs=notebook_jobs,
        supervisor=Supervisor(instance.storage, () if instance.storage.read_only else loops, __version__, replica_id),
    )


def _notifier(instance: Instance, deployments: Deployments) -> tuple[Loop, ...]:
    """What tells people the news, when the settings say that somebody wants any."""
    monitoring = instance.settings.run_monitoring
    wanted, mail_server = monitoring.notifications, monitoring.mail_server
    if not wanted and mail_server is None:
        return ()
    sinks: dict[str, Sink] = {} if mail_server is None else {JOB_MAIL: Mail(mail_server)}
    for notification in wanted:
        if notification.webhook is not None:
            sinks[notification.sink_id] = Webhook(notification.webhook)
        elif notification.email is not None:
            sinks[notification.sink_id] = Mail(notification.email)
    gatherer = NoticeGatherer(instance.storage, deployments, wanted, mails_jobs=mail_server is not None)
    return (Notifier(instance.storage, gatherer, sinks),)


def _locations(code_servers: KernelCodeServers) -> list[tuple[LocationTarget, LocationSnapshot]]:
    """The locations whose definitions are known now."""
    known = [(state.name, state.snapshot) for state in code_servers.states()]
    return [(code_servers.entry(name).target, snapshot) for name, snapshot in known if snapshot is not None]


def close(orchestrator: Orchestrator) -> None:
    """Stop the loops, code servers and launcher, and close the instance; runs go on."""
    orchestrator.supervisor.stop()
    orchestrator.code_servers.stop()
    orchestrator.launcher.stop()
    orchestrator.instance.close()


def _run_loops(
    instance: Instance, launching: Launching, launcher: RunLauncher, reexecutor: Reexecutor
) -> tuple[Loop, ...]:
    """The duties about runs, those left out that the settings switch off."""
    settings, storage, journal = instance.settings, instance.storage, instance.journal
    dispatcher = Dispatcher(launching)
    loops: list[Loop] = [dispatcher]
    if settings.run_monitoring.enabled:
        rescuer = Rescuer(
            storage,
            journal,
            launcher,
            settings.run_monitoring,
            dispatcher.wake,
            partial(_cover, instance),
            settings.home,
        )
        launching.launched = rescuer.wake
        loops.append(rescuer)
    if settings.run_retries.enabled:
        loops.append(Retrier(storage, journal, reexecutor))
    loops.append(Janitor(storage, storage, settings.retention, *_removers(instance)))
    if storage.is_apart:
        loops.append(Mover(storage))
    return tuple(loops)


def _cover(instance: Instance, run: Run) -> Mask:
    """Hide secrets in what a run has left behind; gives what hides them elsewhere."""
    mask, folder = mask_of(run.submission, instance.settings), instance.compute_logs.folder(run.run_id)
    if mask and folder is not None:
        OutputMask(folder, mask).hide()
    if mask:
        hide_in_notebooks(instance.settings.artifact_dir, run.run_id, mask)
    return mask


def _removers(instance: Instance) -> tuple[Callable[[Run], None], Callable[[Run], bool]]:
    """What removes all files of a run, and what removes only its captured output."""

    def remove_output(run: Run) -> bool:
        return instance.compute_logs.delete(run.run_id)

    def remove_files(run: Run) -> None:
        remove_output(run)
        shutil.rmtree(instance.settings.artifact_dir / file_stem(run.run_id), ignore_errors=True)

    return remove_files, remove_output


def make_launcher(choice: ClassChoice, home: Path, claim: Claim | None = None) -> RunLauncher:
    """The launcher that the settings choose; it may have processes of its own from now on, until it is stopped.

    Args:
        home: folder of the instance whose runs it will launch.
        claim: claims runs in the names of workers that are not warm.

    Raises:
        OrchError: it can not be had; the message says where it was chosen.
    """
    if choice.name == "warm":
        return WarmLauncher(str(home))
    if choice.name == "subprocess":
        return ColdLauncher(cold_runner=True, claim=claim)
    return make(choice, RunLauncher)


def make_coordinator(choice: ClassChoice) -> RunCoordinator:
    """The coordinator that the settings choose.

    Raises:
        OrchError: it can not be had; the message says where it was chosen.
    """
    if choice.name == "default":
        return DefaultRunCoordinator()
    if choice.name == "queued":
        return QueuedRunCoordinator(**choice.config)
    return make(choice, RunCoordinator)


def chosen_parts(settings: Settings) -> dict[str, tuple[ClassChoice, type]]:
    """What the settings choose, by the key of ``orch.yaml`` that says so, each with the port that it has to be."""
    found: dict[str, tuple[ClassChoice | None, type]] = {
        "storage": (settings.storage, Storage),
        "run_storage": (settings.run_storage, RunStorage),
        "event_log_storage": (settings.event_log_storage, EventLogStorage),
        "schedule_storage": (settings.schedule_storage, ScheduleStorage),
        "run_coordinator": (settings.coordinator, RunCoordinator),
        "run_launcher": (settings.launcher, RunLauncher),
        "compute_logs": (settings.compute_logs, ComputeLogs),
    }
    return {key: (choice, port) for key, (choice, port) in found.items() if choice is not None}


def check_classes(settings: Settings) -> None:
    """Import what the settings choose by module and class, look at base and config, and make nothing of it.

    Raises:
        SettingsError: with everything that is wrong, one a line, each with its place.
    """
    mistakes = []
    for choice, port in chosen_parts(settings).values():
        try:
            if choice.cls:
                check(choice, port)
        except SettingsError as error:
            mistakes.append(error.message)
    if mistakes:
        raise SettingsError("\n".join(mistakes))
