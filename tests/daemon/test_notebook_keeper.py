"""Of a notebook job's results as many stay as the job says, and every server has the same jobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from jupyter_orch.automation.notebook_jobs import NotebookJobInvalid, NotebookJobs
from jupyter_orch.daemon.notebook_keeper import NotebookKeeper
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.notebook_job import JOB_TAG, NotebookJob
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.runs import STARTED
from jupyter_orch.testing.samples import event, start


class Elsewhere:
    """Code servers that are not needed here."""

    def notebooks_target(self) -> LocationTarget:
        raise AssertionError("nobody loads anything")

    def load_notebooks(self, *, again: bool) -> None:
        raise AssertionError("nobody loads anything")


def job(**facts: Any) -> NotebookJob:
    return NotebookJob(**{"job_id": "j", "name": "daily", "path": "a.ipynb", "cron": "@daily", "keep": 2, **facts})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notebook_jobs.json"


@pytest.fixture
def keeper(storage: SqlStorage, file: Path) -> NotebookKeeper:
    jobs = NotebookJobs(storage, Elsewhere(), cast(Any, None), file.parent, file)
    return NotebookKeeper(jobs, storage, removed.append)


removed: list[Run] = []


def results(storage: SqlStorage) -> list[str]:
    return [run.run_id for run in storage.list_runs(RunFilter(), limit=100)]


def end(storage: SqlStorage, run_id: str, job_id: str = "j") -> None:
    start(storage, run_id, tags={JOB_TAG: job_id})
    storage.move_run(run_id, STARTED, RunStatus.SUCCESS, [event()], end_time=1.0)


def test_the_newest_results_stay(storage: SqlStorage, keeper: NotebookKeeper) -> None:
    removed.clear()
    storage.put_notebook_job(job())
    for number in range(5):
        end(storage, f"r{number}")
    start(storage, "running", tags={JOB_TAG: "j"})
    end(storage, "other", "another job")
    keeper.poll()
    assert results(storage) == ["other", "running", "r4", "r3"]
    assert [run.run_id for run in removed] == ["r2", "r1", "r0"]


def test_a_job_that_mails_needs_a_mail_server(storage: SqlStorage, file: Path) -> None:
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    (file.parent / "a.ipynb").write_text(json.dumps(notebook))
    jobs = NotebookJobs(storage, Elsewhere(), cast(Any, None), file.parent, file)
    with pytest.raises(NotebookJobInvalid, match=r"no mail server is set.*run_monitoring\.mail in orch\.yaml"):
        jobs.save(job(job_id="", mail_to=("ada@example.org",)))
    assert storage.list_notebook_jobs() == []


def test_a_job_may_keep_all(storage: SqlStorage, keeper: NotebookKeeper) -> None:
    storage.put_notebook_job(job(keep=None))
    for number in range(3):
        end(storage, f"r{number}")
    keeper.poll()
    assert len(results(storage)) == 3


def test_what_another_server_has_stored_is_written_for_this_ones_kernel(
    storage: SqlStorage, keeper: NotebookKeeper, file: Path
) -> None:
    keeper.poll()
    assert not file.exists()
    storage.put_notebook_job(job())
    keeper.poll()
    assert [j["name"] for j in json.loads(file.read_text())] == ["daily"]
    storage.remove_notebook_job("j")
    keeper.poll()
    assert json.loads(file.read_text()) == []


def test_of_a_job_that_keeps_failures_only_successes_go(storage: SqlStorage, keeper: NotebookKeeper) -> None:
    storage.put_notebook_job(job(keep=None, keep_failures_only=True))
    for number, status in enumerate((RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.SUCCESS)):
        start(storage, f"run-{number}", tags={JOB_TAG: "j"})
        storage.move_run(f"run-{number}", STARTED, status, [event()], end_time=1.0)
    keeper.poll()
    assert results(storage) == ["run-1"]


def test_a_job_may_keep_nothing(storage: SqlStorage, keeper: NotebookKeeper) -> None:
    storage.put_notebook_job(job(keep=0))
    end(storage, "run-1")
    keeper.poll()
    assert results(storage) == []
