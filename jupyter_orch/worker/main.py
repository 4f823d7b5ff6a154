"""What a worker does, from claim to end.

A worker lives in the server's environment and never sees user code; the runner lives in the user's and never sees the
database. The runner is there before the claim, so that the row names it from the claim on, but the worker may give it
the order to run only after its claim moved the row from STARTING to STARTED with the epoch and token it was launched
with: a worker that comes late, or twice, changes no row and leaves, and its runner with it.
"""

from __future__ import annotations

import time
from dataclasses import replace

from jupyter_orch.compute_logs.masked import OutputMask, hide_in_notebooks
from jupyter_orch.failpoints import failpoint
from jupyter_orch.instance import Instance
from jupyter_orch.ports import LaunchOrder, StorageUnavailable
from jupyter_orch.processes import this_process
from jupyter_orch.records.run import ProcessIdentity, Run
from jupyter_orch.records.spool import remove_spool, spool_file
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.known_secrets import mask_of
from jupyter_orch.runs.recovery import Recovery
from jupyter_orch.runs.run_spec import spec_of
from jupyter_orch.runs.run_tags import max_runtime_of
from jupyter_orch.runs.tracing_switch import tell_if_wanted
from jupyter_orch.worker.cold_runner import ColdRunner
from jupyter_orch.worker.head_start import HeadStart
from jupyter_orch.worker.output_cap import OutputCap
from jupyter_orch.worker.pump import Pump
from jupyter_orch.worker.runner_process import Runner, RunnerNotStarted, ready_runner
from jupyter_orch.worker.wakeup import Wakeup

SUPERSEDED = 75
"""Exit code of a worker that did not get its run."""

CLAIM_PATIENCE = 60.0
"""Seconds for which a worker tries to reach the storage for its claim."""


def work(
    order: LaunchOrder,
    instance: Instance,
    how: str,
    started: ColdRunner | None = None,
    head_start: HeadStart | None = None,
) -> int:
    """Hold one run until its end.

    Args:
        order: which run, with the epoch and token to claim it.
        how: how this worker was started, for the run's log.
        started: a runner that was started already.
        head_start: lets it begin already.

    Returns:
        The exit code: 0 the run has ended and is stored, 75 the run was not ours.
    """
    try:
        with ready_runner(order, instance.compute_logs.folder(order.run_id), started) as runner:
            return _work_with(runner, order, instance, how, head_start)
    except RunnerNotStarted as error:
        run = _claim(order, instance.journal, how)
        return SUPERSEDED if run is None or instance.journal.fail(run, error.message) is None else 0


def _work_with(runner: Runner, order: LaunchOrder, instance: Instance, how: str, head_start: HeadStart | None) -> int:
    with Wakeup() as wakeup:  # from before the claim on: whoever sees us in the row may signal us
        is_begun = head_start is not None and head_start.finish()
        run = _claim(order, instance.journal, how, runner.identity, asked_before=head_start is not None)
        if run is None:
            return SUPERSEDED
        if is_begun:
            wakeup.wake()  # the row may have changed since
        logs = instance.compute_logs
        log_dir = logs.folder(run.run_id)
        watch = instance.settings.run_monitoring
        mask = mask_of(run.submission, instance.settings)
        pump = Pump(
            run,
            runner,
            instance.journal,
            wakeup,
            Recovery(instance.storage, instance.journal, watch),
            max_runtime=max_runtime_of(run.submission.tags, watch.max_runtime) if watch.enabled else None,
            is_shared=instance.settings.storage.name != "sqlite",
            output_cap=OutputCap(log_dir, logs.max_bytes) if log_dir is not None else None,
            mask=mask,
            output_masks=[OutputMask(log_dir, mask)] if mask and log_dir is not None else (),
        )
        with logs.keeping(run.run_id, resumed=order.is_resumed):
            if not is_begun:
                runner.begin(spec_of(run, instance.settings, instance.storage, log_dir))
            failpoint("worker.order.sent")
            is_ours = pump.drive()
            if mask:
                hide_in_notebooks(instance.settings.artifact_dir, run.run_id, mask)
            if not is_ours:
                return SUPERSEDED
        tell_if_wanted(instance.storage, run.run_id)
        remove_spool(spool_file(order.home, order.run_id, order.epoch))
        return 0


def _claim(
    order: LaunchOrder,
    journal: Journal,
    how: str,
    runner: ProcessIdentity | None = None,
    *,
    asked_before: bool = False,
) -> Run | None:
    """Take the run; when the storage does not answer, look whether it was taken, and try again for a while.

    Args:
        asked_before: it may be ours already.
    """
    me = replace(this_process(), home=order.home)
    deadline = time.monotonic() + CLAIM_PATIENCE
    while True:
        try:
            taken = journal.is_held_by(order.run_id, order.epoch, me) if asked_before else None
            return taken or journal.claim(
                order.run_id, order.epoch, order.token, me, how, runner=runner, resumed=order.is_resumed
            )
        except StorageUnavailable:
            if time.monotonic() > deadline:
                raise
            asked_before = True
            time.sleep(0.5)
