"""What is promised about jobs of plain notebooks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyter_orch.ports.notebook_jobs import NotebookJobExists
from jupyter_orch.records.notebook_job import NotebookJob
from jupyter_orch.storage.sql import SqlStorage

JOB = NotebookJob(
    job_id="a",
    name="daily",
    path="reports/daily.ipynb",
    parameters={"rows": 3, "names": ["ü"]},
    cron="@daily",
    timezone="Europe/Berlin",
    mail_to=("ada@example.org",),
    created_by="ada",
    create_time=5.0,
)


def test_what_is_stored_comes_back_oldest_first(storage: SqlStorage) -> None:
    older = NotebookJob(job_id="b", name="other", path="o.ipynb", create_time=1.0)
    storage.put_notebook_job(JOB)
    storage.put_notebook_job(older)
    assert storage.list_notebook_jobs() == [older, JOB]
    assert (storage.get_notebook_job("a"), storage.get_notebook_job("c")) == (JOB, None)


def test_a_job_is_replaced_by_its_id_and_removed_once(storage: SqlStorage) -> None:
    storage.put_notebook_job(JOB)
    storage.put_notebook_job(replace(JOB, cron="@hourly"))
    assert [job.cron for job in storage.list_notebook_jobs()] == ["@hourly"]
    assert storage.remove_notebook_job("a") is True
    assert storage.remove_notebook_job("a") is False
    assert storage.list_notebook_jobs() == []


def test_two_jobs_have_two_names(storage: SqlStorage) -> None:
    storage.put_notebook_job(JOB)
    with pytest.raises(NotebookJobExists, match="'daily'"):
        storage.put_notebook_job(replace(JOB, job_id="b"))
    assert [job.job_id for job in storage.list_notebook_jobs()] == ["a"]
