"""Any plain notebook runs in the background or by a schedule, with nothing written around it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.mailbox import Mailbox, receiving
from tests.server_process import ServerProcess, serving, wait_for

pytestmark = pytest.mark.journey

RUN = """mutation($params: RunNotebookParams!) { runNotebook(params: $params) { __typename
  ... on LaunchPipelineRunSuccess { run { runId pipelineName tags { key value } } }
  ... on RunConfigValidationInvalid { errors { path message } }
  ... on Error { message } } }"""
SAVE = """mutation($job: NotebookJobInput!) { saveNotebookJob(job: $job) { __typename
  ... on SaveNotebookJobSuccess { job { jobId name path schedule { name title status cronSchedule } } }
  ... on RunConfigValidationInvalid { errors { path message } }
  ... on Error { message } } }"""
RUN_JOB = """mutation($id: String!) { runNotebookJob(jobId: $id) { __typename
  ... on LaunchPipelineRunSuccess { run { runId } } ... on Error { message } } }"""
REMOVE = "mutation($id: String!) { removeNotebookJob(jobId: $id) { __typename } }"
JOBS = """{ notebookJobsOrError { ... on NotebookJobs { results { jobId name path parameters cronSchedule executionTimezone
  keep schedule { name status nextTicks(limit: 1) { timestamp } ticks(limit: 1) { status runIds } } runs { runId status } } } } }"""


def notebook(path: Path, parameters: str, *cells: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    code = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in cells
    ]
    tagged = {
        "cell_type": "code",
        "source": parameters,
        "metadata": {"tags": ["parameters"]},
        "outputs": [],
        "execution_count": None,
    }
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": spec, "cells": [tagged, *code]}))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox) -> Iterator[ServerProcess]:
    """A server in a folder of plain notebooks, without any workspace file."""
    folder = tmp_path_factory.mktemp("notebooks")
    notebook(
        folder / "root/reports/daily.ipynb",
        "rows = 10  # how many\nname = 'Ada'",
        "open('told.txt', 'a').write(f'{rows} {name}\\n')",
    )
    notebook(folder / "root/broken.ipynb", "x = 1", "1 / 0")
    (folder / "home/orch").mkdir(parents=True)
    settings = f"run_monitoring:\n  mail: {{from: orch@example.org, host: 127.0.0.1, port: {mailbox.port}}}\n"
    (folder / "home/orch/orch.yaml").write_text(settings)
    with serving(folder / "root", folder / "home") as running:
        running.wait_until_ready()
        yield running


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """Where the server's mails go."""
    with receiving() as box:
        yield box


def run(server: ServerProcess, path: str, **params: Any) -> dict[str, Any]:
    answer: dict[str, Any] = server.graphql(RUN, params={"path": path, **params})["runNotebook"]
    return answer


def told(server: ServerProcess) -> list[str]:
    for path in (server.root / "told.txt", server.root / "reports/told.txt"):
        if path.exists():
            return path.read_text().splitlines()
    return []


def test_its_parameters_cell_is_a_form(server: ServerProcess) -> None:
    query = """query($path: String!) { notebookFormOrError(path: $path) { __typename ... on NotebookForm { path kernelName
      parameters { name kind default hasDefault description } } ... on Error { message } } }"""
    form = server.graphql(query, path="reports/daily.ipynb")["notebookFormOrError"]
    assert form["kernelName"] == "python3"
    assert form["parameters"] == [
        {"name": "rows", "kind": "int", "default": 10, "hasDefault": True, "description": "how many"},
        {"name": "name", "kind": "str", "default": "Ada", "hasDefault": True, "description": ""},
    ]
    for wrong in ("gone.ipynb", "../outside.ipynb", "/etc/passwd", "reports"):
        assert server.graphql(query, path=wrong)["notebookFormOrError"]["__typename"] == "NotebookNotFoundError"


def test_it_runs_in_the_background_with_what_it_is_told(server: ServerProcess) -> None:
    answer = run(server, "reports/daily.ipynb", parameters={"rows": 3}, idempotencyKey="once")
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    assert answer["run"]["pipelineName"] == "reports_daily"
    assert {"key": "jupyter_orch/notebook", "value": "reports/daily.ipynb"} in answer["run"]["tags"]
    assert server.wait_for_run(answer["run"]["runId"])["status"] == "SUCCESS"
    assert told(server)[-1] == "3 Ada"
    again = run(server, "reports/daily.ipynb", parameters={"rows": 3}, idempotencyKey="once")
    assert again["run"]["runId"] == answer["run"]["runId"]


def test_what_does_not_fit_its_parameters_is_told_and_nothing_runs(server: ServerProcess) -> None:
    answer = run(server, "reports/daily.ipynb", parameters={"rows": "many", "nme": 1})
    assert answer["__typename"] == "RunConfigValidationInvalid"
    assert len(answer["errors"]) == 2
    assert run(server, "gone.ipynb")["__typename"] == "NotebookNotFoundError"


def test_a_failing_notebook_is_a_failed_run_with_its_cell(server: ServerProcess) -> None:
    answer = run(server, "broken.ipynb")
    assert server.wait_for_run(answer["run"]["runId"])["status"] == "FAILURE"
    failures = [e for e in server.events(answer["run"]["runId"]) if e["type"] == "STEP_FAILURE"]
    assert "ZeroDivisionError" in json.dumps(failures)


def test_a_job_runs_by_its_schedule_until_it_is_removed(server: ServerProcess) -> None:
    job = {
        "name": "Every minute",
        "path": "reports/daily.ipynb",
        "parameters": {"name": "Grace"},
        "cronSchedule": "* * * * *",
        "executionTimezone": "Europe/Berlin",
    }
    saved = server.graphql(SAVE, job=job)["saveNotebookJob"]
    assert saved["__typename"] == "SaveNotebookJobSuccess", saved
    assert saved["job"]["schedule"]["status"] == "RUNNING"
    job_id = saved["job"]["jobId"]

    def has_run() -> bool:
        (found,) = server.graphql(JOBS)["notebookJobsOrError"]["results"]
        return any(r["status"] == "SUCCESS" for r in found["runs"])

    wait_for(has_run, 90, lambda: json.dumps(server.graphql(JOBS)))
    assert "10 Grace" in told(server)
    renamed = server.graphql(SAVE, job={**job, "jobId": job_id, "name": "Rarely", "cronSchedule": "@yearly"})[
        "saveNotebookJob"
    ]
    assert renamed["job"]["schedule"] == {
        "name": saved["job"]["schedule"]["name"],
        "title": "Rarely",
        "status": "RUNNING",
        "cronSchedule": "@yearly",
    }
    removed = server.graphql(REMOVE, id=job_id)
    assert removed["removeNotebookJob"]["__typename"] == "RemoveNotebookJobSuccess"
    assert server.graphql(JOBS)["notebookJobsOrError"]["results"] == []


def test_a_jobs_addresses_get_a_mail_when_it_fails(server: ServerProcess, mailbox: Mailbox) -> None:
    job = {"name": "Broken", "path": "broken.ipynb", "cronSchedule": "@yearly", "mailTo": ["ada@example.org"]}
    saved = server.graphql(SAVE, job=job)["saveNotebookJob"]
    assert saved["__typename"] == "SaveNotebookJobSuccess", saved
    job_id = saved["job"]["jobId"]
    assert saved["job"]["schedule"]["title"] == "Broken" != saved["job"]["schedule"]["name"]
    query = "{ notebookJobsOrError { ... on NotebookJobs { canMail results { mailTo } } } }"
    told = server.graphql(query)["notebookJobsOrError"]
    assert told == {"canMail": True, "results": [{"mailTo": ["ada@example.org"]}]}
    run_id = server.graphql(RUN_JOB, id=job_id)["runNotebookJob"]["run"]["runId"]
    wait_for(lambda: bool(mailbox.messages), 60, lambda: server.log)
    (message,) = mailbox.messages
    assert (message["Subject"], message["To"]) == ("[jupyter_orch] Broken has failed", "ada@example.org")
    assert run_id in str(message.get_payload())
    server.graphql(REMOVE, id=job_id)


def test_what_is_wrong_with_a_job_is_told_at_once(server: ServerProcess) -> None:
    job = {
        "name": " ",
        "path": "reports/daily.ipynb",
        "cronSchedule": "61 * * * *",
        "keep": -1,
        "formats": ["hologram"],
        "kernelName": "cobol",
        "output": "../x",
        "mailTo": ["ada@example.org", "Ada <ada@example.org>", "a@b\nBcc: c@d"],
    }
    answer = server.graphql(SAVE, job=job)["saveNotebookJob"]
    assert answer["__typename"] == "NotebookJobInvalidError"
    assert all(
        word in answer["message"]
        for word in (
            "name:",
            "keep:",
            "61",
            "formats:",
            "hologram",
            "html",
            "output:",
            "../x",
            "'cobol'",
            "python3",
            "mailTo:",
        )
    )
    assert "'Ada <ada@example.org>'" in answer["message"] and "Bcc" in answer["message"]
    wrong = {"name": "a", "path": "reports/daily.ipynb", "cronSchedule": "@daily", "parameters": {"rows": "x"}}
    assert server.graphql(SAVE, job=wrong)["saveNotebookJob"]["__typename"] == "RunConfigValidationInvalid"
    assert server.graphql(JOBS)["notebookJobsOrError"]["results"] == []


def test_its_results_lie_where_they_are_wanted_and_in_other_formats(server: ServerProcess) -> None:
    notebook(server.root / "ü ber/täglich {1}.ipynb", "n = 1", "print('seen', n)")
    path = "ü ber/täglich {1}.ipynb"
    query = """query($path: String!) { notebookFormOrError(path: $path) { ... on NotebookForm { formats } } }"""
    assert "html" in server.graphql(query, path=path)["notebookFormOrError"]["formats"]
    answer = run(server, path, formats=["html"], output="results/{name}", tags={"team": "birds"}, parameters={"n": 5})
    assert answer["__typename"] == "LaunchPipelineRunSuccess", answer
    assert {"key": "team", "value": "birds"} in answer["run"]["tags"]
    run_id = answer["run"]["runId"]
    assert server.wait_for_run(run_id)["status"] == "SUCCESS", server.events(run_id)
    folder = server.root / "ü ber/results"
    assert sorted(file.name for file in folder.iterdir()) == ["täglich {1}.html", "täglich {1}.ipynb"]
    assert "seen 5" in (folder / "täglich {1}.html").read_text()
    for form, says in (("html", "text/html"), ("ipynb", "application/json")):
        headers = {"Authorization": f"token {server.token}"}
        address = f"{server.url}orch/api/v1/runs/{run_id}/notebooks/notebook?format={form}"
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
            assert answer.headers["Content-Type"].startswith(says)
            told = answer.headers["Content-Disposition"]
            assert told.startswith("attachment;") and told.endswith(quote(f"täglich _1_.{form}", safe=""))
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert "seen 5" in answer.read().decode()
    for wrong in ("pdf", "../html", "ipynb.html", ""):
        assert server.request(f"orch/api/v1/runs/{run_id}/notebooks/notebook?format={quote(wrong)}")[0] == 404


def test_a_pinned_job_runs_what_it_was_and_says_that_the_file_has_changed(server: ServerProcess) -> None:
    file = server.root / "pinned.ipynb"
    notebook(file, "n = 1", "print('as it was')")
    job = {"name": "Pinned", "path": "pinned.ipynb", "cronSchedule": "@yearly", "pin": True, "tags": {"a": "b"}}
    query = """{ notebookJobsOrError { ... on NotebookJobs { results { jobId isPinned hasDrifted tags } } } }"""
    saved = server.graphql(SAVE, job=job)["saveNotebookJob"]
    assert saved["__typename"] == "SaveNotebookJobSuccess", saved
    job_id = saved["job"]["jobId"]

    def told() -> dict[str, Any]:
        (found,) = server.graphql(query)["notebookJobsOrError"]["results"]
        return {name: value for name, value in found.items() if name != "jobId"}

    def output() -> str:
        started = server.graphql(RUN_JOB, id=job_id)["runNotebookJob"]
        assert started["__typename"] == "LaunchPipelineRunSuccess", started
        run_id = started["run"]["runId"]
        assert server.wait_for_run(run_id)["status"] == "SUCCESS"
        return server.request(f"orch/api/v1/runs/{run_id}/notebooks/notebook")[1].decode()

    assert told() == {"isPinned": True, "hasDrifted": False, "tags": {"a": "b"}}
    notebook(file, "n = 1", "print('as it is')")
    assert told()["hasDrifted"]
    assert "as it was" in output()
    server.graphql(SAVE, job={**job, "jobId": job_id, "pin": None, "cronSchedule": "@monthly"})
    assert told() == {"isPinned": True, "hasDrifted": True, "tags": {"a": "b"}}, "a change leaves it pinned as it was"
    server.graphql(SAVE, job={**job, "jobId": job_id, "pin": False})
    assert told() == {"isPinned": False, "hasDrifted": False, "tags": {"a": "b"}}
    assert "as it is" in output()
    server.graphql(REMOVE, id=job_id)


def test_jobs_survive_the_server(server: ServerProcess) -> None:
    job = {"name": "Daily", "path": "reports/daily.ipynb", "cronSchedule": "@daily"}
    assert server.graphql(SAVE, job=job)["saveNotebookJob"]["__typename"] == "SaveNotebookJobSuccess"
    server.kill()
    server.start()
    server.wait_until_ready()
    server.wait_for_locations()
    (found,) = server.graphql(JOBS)["notebookJobsOrError"]["results"]
    assert (found["name"], found["schedule"]["status"]) == ("Daily", "RUNNING")
