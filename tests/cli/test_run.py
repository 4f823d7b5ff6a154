"""``jupyter-orch run``: on runs that were journalled, not executed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from jupyter_orch.cli.watching import reasons
from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.processes import this_process
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.run import Run
from jupyter_orch.records.status import RunStatus
from jupyter_orch.settings import read_settings
from tests.cli.console import COMMAND, Console
from tests.conftest import event, submission


@pytest.fixture
def instance(console: Console) -> Iterator[Instance]:
    opened = open_instance(read_settings(console.home))
    yield opened
    opened.close()


def failed_run(instance: Instance) -> Run:
    run, _ = instance.journal.submit(submission(created_by="ada", tags={"team": "x", ".dagster/hidden": "y"}))
    steps = [
        Event(type=EventType.STEP_START, timestamp=10.0, step_key="load", message="Step load started."),
        Event(type=EventType.STEP_FAILURE, timestamp=12.5, step_key="load", level="ERROR", message="two\nlines"),
    ]
    run = claimed(instance, run)
    assert instance.journal.append(run.run_id, run.epoch, steps)
    failure = Failure(cls="ValueError", message="no such file", file="/code/flow.py", line=12, code="open(path)")
    ended = instance.journal.fail(run, failure)
    assert ended is not None
    return ended


def test_what_failed_in_a_step_is_told_once(instance: Instance) -> None:
    cause = Failure(cls="ValueError", message="cell 3: no", file="/code/a.ipynb", line=3, code="x", hint="open it")
    step = Failure(cls="NotebookFailed", message="a.ipynb stopped", cause=cause)
    told = Event(type=EventType.STEP_FAILURE, timestamp=12.5, step_key="report", data={"failure": asdict(step)})
    of_run = replace(cause, message="step report failed: ValueError: cell 3: no")
    assert reasons([told], of_run).count("hint: ") == 1 and "step report failed" not in reasons([told], of_run)
    died = Failure(cls="RunnerDied", message="the run process was killed", hint="its output may say more")
    assert "RunnerDied" in reasons([told], died) and "cell 3" in reasons([told], died)
    assert reasons([], of_run).startswith("ValueError: step report failed: ")


def claimed(instance: Instance, run: Run) -> Run:
    won = instance.journal.dequeue(run)
    assert won is not None
    started = instance.journal.claim(run.run_id, won[0].epoch, won[1], this_process(), "by a test")
    assert started is not None
    return started


def test_list_in_json_and_as_a_table(console: Console, instance: Instance) -> None:
    assert "No runs in" in console("run", "list").out
    assert console("run", "list", "--json").json == []
    run = failed_run(instance)
    (row,) = console("run", "list", "--json").json
    assert (row["run_id"], row["status"], row["created_by"]) == (run.run_id, "FAILURE", "ada")
    heading, line = console("run", "list").out.splitlines()
    assert heading.split() == ["RUN", "STATUS", "PIPELINE", "BY", "SUBMITTED", "TOOK"]
    assert line.startswith(run.run_id[:8]) and "FAILURE" in line


def test_list_filters(console: Console, instance: Instance) -> None:
    failed = failed_run(instance)
    waiting, _ = instance.journal.submit(submission())
    rows = console("run", "list", "--json", "--status", "QUEUED").json
    assert [row["run_id"] for row in rows] == [waiting.run_id]
    assert console("run", "list", "--json", "--pipeline", "other").json == []
    assert [r["run_id"] for r in console("run", "list", "--json").json] == [waiting.run_id, failed.run_id]
    assert len(console("run", "list", "--json", "--limit", "1").json) == 1


def test_list_filters_by_tags(console: Console, instance: Instance) -> None:
    failed = failed_run(instance)
    both, _ = instance.journal.submit(submission(tags={"team": "x", "day": "a=b"}))
    rows = console("run", "list", "--json", "--tag", "team=x").json
    assert [row["run_id"] for row in rows] == [both.run_id, failed.run_id]
    rows = console("run", "list", "--json", "--tag", "team=x", "-t", "day=a=b").json
    assert [row["run_id"] for row in rows] == [both.run_id]
    wrong = console("run", "list", "--tag", "team")
    assert wrong.code == 1 and "expected KEY=VALUE" in wrong.err


def test_show_tells_steps_and_failure_but_no_hidden_tags(console: Console, instance: Instance) -> None:
    run = failed_run(instance)
    shown = console("run", "show", run.run_id[:8], "--json").json
    (step,) = shown["steps"]
    assert (step["step_key"], step["status"], step["seconds"]) == ("load", "FAILURE", 2.5)
    assert shown["tags"] == {"team": "x"}
    text = console("run", "show", "latest").out
    assert "ValueError: no such file" in text and "/code/flow.py:12" in text and "open(path)" in text


def test_logs_are_lines_or_json_lines(console: Console, instance: Instance) -> None:
    run = failed_run(instance)
    text = console("run", "logs", run.run_id).out
    assert "load: two\n              lines" in text
    events = [json.loads(line) for line in console("run", "logs", run.run_id, "--json").out.splitlines()]
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    assert {"STEP_START", "STEP_FAILURE", "PIPELINE_FAILURE"} <= {e["type"] for e in events}


def test_following_goes_on_to_the_end_and_says_why_it_failed(console: Console, instance: Instance) -> None:
    run, _ = instance.journal.submit(submission())
    process = console.start("run", "logs", "--follow", run.run_id)
    assert process.stdout is not None
    assert "PIPELINE_ENQUEUED" in process.stdout.readline()
    assert process.poll() is None
    run = claimed(instance, run)
    assert instance.journal.append(run.run_id, run.epoch, [event(message="hello from afar")])
    instance.journal.fail(run, Failure(cls="ValueError", message="it broke"))
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert out.index("hello from afar") < out.index("PIPELINE_FAILURE")
    assert "ValueError: it broke" in err


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN])  # at a terminal; in a script's background
def test_ctrl_c_leaves_the_run_alone(console: Console, instance: Instance, before: signal.Handlers) -> None:
    run, _ = instance.journal.submit(submission())
    start = f"import os, signal, sys; signal.signal(signal.SIGINT, signal.{before.name}); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", start, *COMMAND, "run", "logs", "--follow", run.run_id]
    with subprocess.Popen(
        command, env=console.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert "PIPELINE_ENQUEUED" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            _, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert err == f"the run goes on; cancel it with: jupyter orch run cancel {run.run_id[:8]}\n"
    after = instance.storage.get_run(run.run_id)
    assert after is not None and not after.is_final


def test_captured_output(console: Console, instance: Instance) -> None:
    run = failed_run(instance)
    folder = console.home / "compute_logs" / run.run_id
    folder.mkdir(parents=True)
    (folder / "load.out").write_bytes(b"printed \xff\n")
    assert console("run", "logs", run.run_id, "--step", "load").out == "printed \N{REPLACEMENT CHARACTER}\n"
    answer = console("run", "logs", run.run_id, "--step", "laod", "--stream", "stderr")
    assert answer.code == 1 and "its steps: load" in answer.err


def test_cancel(console: Console, instance: Instance) -> None:
    run, _ = instance.journal.submit(submission())
    assert console("run", "cancel", run.run_id).out == f"run {run.run_id} is CANCELED\n"
    after = instance.storage.get_run(run.run_id)
    assert after is not None and after.status == RunStatus.CANCELED
    again = console("run", "cancel", run.run_id)
    assert again.code == 1 and "has ended already" in again.err


def test_the_beginning_of_an_id_must_fit_one_run(console: Console, instance: Instance, tmp_path: Path) -> None:
    for end in "ab":
        instance.journal.submit(submission(), f"aaaa-{end}")
    assert "2 runs begin with 'aaaa'" in console("run", "show", "aaaa").err
    assert "there is no run 'aa'" in console("run", "show", "aa").err


def test_runs_that_have_ended_are_deleted_and_others_kept(console: Console, instance: Instance) -> None:
    ended = failed_run(instance)
    queued, _ = instance.journal.submit(submission())
    answer = console("run", "delete", queued.run_id)
    assert answer.code == 1 and "cancel it before" in answer.err
    assert console("run", "delete", ended.run_id[:8]).code == 0
    assert instance.storage.get_run(ended.run_id) is None and instance.storage.get_run(queued.run_id) is not None
    (entry,) = instance.storage.list_audit(10)
    assert (entry.action, entry.subject) == ("deletePipelineRun", ended.run_id)
    other = failed_run(instance)
    answer = console("run", "delete", other.run_id, queued.run_id, "--json")
    assert answer.code == 1 and answer.json == {"deleted": [other.run_id]}


def test_wipe_removes_what_has_ended_when_it_is_meant(console: Console, instance: Instance) -> None:
    for _ in range(3):
        failed_run(instance)
    queued, _ = instance.journal.submit(submission())
    answer = console("run", "wipe")
    assert answer.code == 2 and "3 runs" in answer.err and "--force" in answer.err
    assert console("run", "wipe", "--force").out == "3 runs are deleted\n"
    assert console("run", "wipe", "--force", "--json").json == {"deleted": 0}
    assert [run["run_id"] for run in console("run", "list", "--json").json] == [queued.run_id]


def test_an_exported_run_holds_events_and_output(console: Console, instance: Instance) -> None:
    run = failed_run(instance)
    folder = instance.compute_logs.folder(run.run_id)
    folder.mkdir(parents=True)
    (folder / "load.out").write_text("printed ü\n")
    document = console("run", "export", "latest", "-").json
    assert document["run"]["run_id"] == run.run_id and document["run"]["failure"]["cls"] == "ValueError"
    assert [e["type"] for e in document["events"]][-1] == "PIPELINE_FAILURE"
    assert document["output"] == {"load": {"stdout": "printed ü\n"}}
    assert console("run", "export", "latest", "run.json").code == 0
    assert json.loads((console.folder / "run.json").read_text("utf-8")) == document
    answer = console("run", "export", "latest", "nowhere/run.json")
    assert answer.code == 1 and "nowhere/run.json" in answer.err and "Traceback" not in answer.err
