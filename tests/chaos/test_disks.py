"""Q9: disks that are full. Of the database: B-O in ``tests/failures/test_database.py``; of output and values: E-1 and E-2 in
``tests/failures/test_steps.py``. Here: of the files that survive a killed worker, and of temporary files.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_orch.records.status import RunStatus
from tests.failures.deployment import Deployment
from tests.failures.small_disk import small_disk

pytestmark = pytest.mark.journey
ALL = ["a", "a-end", "b", "b-end", "c", "c-end"]


def _fill(folder: Path) -> None:
    try:
        with open(folder / "filler", "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 512)
    except OSError:
        return


@pytest.mark.parametrize("files", [10_000, 1], ids=["no room", "no file more"])
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


def test_a_full_disk_of_temporary_files_stops_no_run(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that a run needs is put there; when there is room again, nothing has to be done."""
    deployment = Deployment(tmp_path / "deployment", database_url)
    try:
        with small_disk(tmp_path / "tmp", kilobytes=4, files=2) as disk:
            _fill(disk)
            monkeypatch.setenv("TMPDIR", str(disk))
            run_id = deployment.launch("line", {"execution": {"multiprocess": {}}})
            assert deployment.settle(run_id).status is RunStatus.SUCCESS and deployment.ledger() == ALL
            deployment.workers_have_left()
    finally:
        deployment.close()
