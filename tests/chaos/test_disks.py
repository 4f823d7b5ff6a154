"""Q9: disks that are full. Of the database: B-O in ``tests/failures/test_database.py``; of output and values: E-1 and E-2 in
``tests/failures/test_steps.py``. Here: of the files that survive a killed worker, and of temporary files.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.records.status import RunStatus
from tests.failures.deployment import Deployment
from tests.failures.small_disk import small_disk

pytestmark = pytest.mark.journey
MANY = 10_000
ALL = ["a", "a-end", "b", "b-end", "c", "c-end"]
LOOK = """
import os, sys, tempfile, time
if "jupyter_orch_kernel" in sys.orig_argv:
    with open(os.path.join(os.environ["FAILURES_FOLDER"], "looked"), "w") as file:
        file.write(tempfile.gettempdir())
    while os.path.exists(os.path.join(os.environ["FAILURES_FOLDER"], "hold-runner")):
        time.sleep(0.01)
"""
"""A runner looks for the folder of temporary files as soon as it starts, and never again."""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small disk with the temporary files of every process that starts from now on."""
    with small_disk(tmp_path / "tmp", kilobytes=1024, files=64) as disk:
        monkeypatch.setenv("TMPDIR", str(disk))
        yield disk


def _fill(folder: Path) -> None:
    """Neither room nor a file more."""
    with contextlib.suppress(OSError), open(folder / "filler", "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 512)
    with contextlib.suppress(OSError):
        for number in range(MANY):
            (folder / f"filler{number}").touch()


def _make_room(folder: Path) -> None:
    for filler in folder.glob("filler*"):
        filler.unlink()


@pytest.mark.parametrize("files", [MANY, 1], ids=["no room", "no file more"])
def test_a_full_disk_of_the_spool_stops_no_run(tmp_path: Path, database_url: str, files: int) -> None:
    """What a worker keeps for its successor can not be written: the run does not need it."""
    deployment = Deployment(tmp_path / "deployment", database_url)
    try:
        with small_disk(deployment.home / "spool", kilobytes=4, files=files) as disk:
            _fill(disk)
            run_id = deployment.launch("line")
            assert deployment.settle(run_id).status is RunStatus.SUCCESS and deployment.ledger() == ALL
            deployment.workers_have_left()
    finally:
        deployment.close()


def test_a_full_disk_of_temporary_files_stops_no_run(tmp_path: Path, database_url: str, temporary: Path) -> None:
    """Neither steps nor a notebook need it from the start; when there is room again, nothing has to be done."""
    deployment = Deployment(tmp_path / "deployment", database_url)  # its runners have the environment of this moment
    try:
        _fill(temporary)
        for _ in range(2):
            known = len(deployment.ledger())
            deployment.hold("b")
            run_id = deployment.launch("line", {"execution": {"multiprocess": {}}})
            deployment.until(lambda known=known: "b" in deployment.ledger()[known:], daemon=False)
            assert _goes_by(temporary, deployment.pid_of("b"))
            deployment.release("b")
            assert deployment.settle(run_id).status is RunStatus.SUCCESS and deployment.ledger()[known:] == ALL
            known = len(deployment.ledger())
            deployment.hold("kernel")
            run_id = _launch_notebook(deployment)
            deployment.until(lambda known=known: "kernel" in deployment.ledger()[known:], daemon=False)
            assert _goes_by(temporary, deployment.pid_of("kernel"))
            deployment.release("kernel")
            assert deployment.settle(run_id).status is RunStatus.SUCCESS, deployment.told(run_id)
            _make_room(temporary)
        deployment.workers_have_left()
    finally:
        deployment.close()


def test_a_notebook_that_finds_no_room_for_temporary_files_any_more_says_so(
    tmp_path: Path, database_url: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full only once a process has chosen its folder there: with no other place to go to, the step fails in words."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(LOOK)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep))
    deployment = Deployment(tmp_path / "deployment", database_url)
    try:
        deployment.hold("runner")
        run_id = _launch_notebook(deployment)
        looked = deployment.folder / "looked"
        deployment.until(lambda: looked.read_text() == str(temporary), daemon=False)
        _fill(temporary)
        deployment.release("runner")
        failure = deployment.settle(run_id).failure
        assert failure is not None and failure.cls == "OSError"
        assert f"No space left on device: '{temporary}" in failure.message
        assert deployment.ledger() == [], "no cell ran"
        deployment.check_history(run_id)
        _make_room(temporary)
        assert deployment.settle(_launch_notebook(deployment)).status is RunStatus.SUCCESS
        deployment.workers_have_left()
    finally:
        deployment.close()


def _launch_notebook(deployment: Deployment) -> str:
    config = {"what": "nothing", "folder": str(deployment.folder)}
    return deployment.launch("notebook", {"solids": {"cells": {"config": config}}})


def _goes_by(folder: Path, pid: int) -> bool:
    """Whether a process has been told to put its temporary files there."""
    return f"TMPDIR={folder}" in Path(f"/proc/{pid}/environ").read_text().split("\0")
