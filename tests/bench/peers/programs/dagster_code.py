"""What Dagster runs for the bench; MARKS names the folder where user code writes down when it began."""

import os
import time
from pathlib import Path

import dagster as dg

MARKS = Path(os.environ.get("MARKS", "."))
INBOX = MARKS / "inbox"


@dg.op
def stamp(context):
    draft = MARKS / f"{context.run_id}.draft"
    draft.write_text(repr(time.time()))
    draft.rename(MARKS / context.run_id)


@dg.op
def linger():
    (MARKS / "worker").write_text(str(os.getpid()))
    time.sleep(600)


@dg.op(ins={"before": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def nothing():
    pass


@dg.job(executor_def=dg.in_process_executor)
def one():
    stamp()


@dg.job(executor_def=dg.in_process_executor)
def lingering():
    linger()


def grid(chains, length, executor=dg.in_process_executor):
    """So many chains side by side, each of so many ops that do nothing."""

    @dg.job(name=f"grid_{chains}_{length}", executor_def=executor)
    def made():
        for chain in range(chains):
            before = None
            for number in range(length):
                op = nothing.alias(f"op_{chain}_{number}")
                before = op() if before is None else op(before)

    return made


def big():
    return grid(50, 100)


def chain_of_five():
    return grid(1, 5, dg.multiprocess_executor)


def fan_out_of_six():
    return grid(6, 1, dg.multiprocess_executor)


@dg.schedule(cron_schedule="* * * * *", job=one)
def every_minute(context):
    return dg.RunRequest(tags={"due": str(context.scheduled_execution_time.timestamp())})


@dg.sensor(job=one, minimum_interval_seconds=30)
def files(_):
    for name in sorted(os.listdir(INBOX)) if INBOX.exists() else ():
        yield dg.RunRequest(run_key=name, tags={"file": name})


repository = dg.Definitions(jobs=[one, lingering], schedules=[every_minute], sensors=[files])
