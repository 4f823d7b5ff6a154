"""A storage written against the public seam alone keeps the public promises, and a deployment runs on it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_orch.ports import Storage
from jupyter_orch.records.run import RunFilter
from jupyter_orch.settings import read_settings
from jupyter_orch.storage.opening import open_storage
from jupyter_orch.testing import RunStorageSuite
from jupyter_orch.testing.samples import event, start
from jupyter_orch.testing.schedules import SUCCESS, claim, instigator, new_run
from tests.journeys.conftest import copy_of_workspace
from tests.plugins import lmdb_runs
from tests.plugins.lmdb_runs import LmdbRuns
from tests.server_process import ServerProcess

SETTINGS = """
run_storage:
  module: tests.plugins.lmdb_runs
  class: LmdbRuns
  config: {path: "%s"}
event_log_storage: {sqlite: {path: events.db}}
"""


class TestLmdbRuns(RunStorageSuite):
    @pytest.fixture
    def open_storage(self, tmp_path: Path) -> Callable[[], LmdbRuns]:
        return lambda: LmdbRuns(path=str(tmp_path / "runs"))


def test_it_needs_the_public_seam_alone() -> None:
    imported = {
        node.module
        for node in ast.walk(ast.parse(Path(lmdb_runs.__file__).read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jupyter_orch")
    }
    assert imported and {name.split(".")[1] for name in imported if name} <= {"ports", "records", "errors"}


@pytest.fixture
def storage(private_home: Path) -> Storage:
    private_home.mkdir(parents=True, exist_ok=True)
    (private_home / "orch.yaml").write_text(SETTINGS % (private_home / "lmdb"))
    return open_storage(read_settings(private_home))


def test_what_it_does_not_keep_is_kept_beside_it(storage: Storage, private_home: Path) -> None:
    storage.put_instigators([instigator()])
    tick = claim(storage, 100.0)
    assert tick is not None
    assert [run.run_id for run in storage.finish_tick(tick, SUCCESS, runs=[new_run("a")]) or ()] == ["a"]
    start(storage, "r")
    storage.append_events("r", 1, [event()])
    assert storage.move_on() == 1
    assert len(storage.read_events("r")) == 1 and LmdbRuns(str(private_home / "lmdb")).read_events("r") == []
    assert LmdbRuns(str(private_home / "lmdb")).count_runs(RunFilter()) == 2
    storage.dispose()


@pytest.mark.journey
def test_a_pipeline_runs_on_it_through_the_real_server(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "orch").mkdir(parents=True)
    (home / "orch" / "orch.yaml").write_text(SETTINGS % (home / "orch" / "lmdb"))
    server = ServerProcess(copy_of_workspace(tmp_path), home)
    try:
        server.start(env={"PYTHONPATH": str(Path(__file__).parents[2])})
        server.wait_for_locations()
        run_id = server.launch("short")["run"]["runId"]
        assert server.wait_for_run(run_id)["status"] == "SUCCESS", server.log
        kinds = [event["type"] for event in server.events(run_id)]
    finally:
        server.stop()
    assert kinds[0] == "PIPELINE_ENQUEUED" and kinds[-1] == "PIPELINE_SUCCESS" and "STEP_SUCCESS" in kinds
    run = LmdbRuns(str(home / "orch" / "lmdb")).get_run(run_id)
    assert run is not None and run.status == "SUCCESS" and run.event_seq == len(kinds)
