"""Assets on the long way: launched runs write them, the API shows them, later runs and scripts read them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.journey

CODE = """
from jupyter_orch import *

@asset(namespace="shop")
def orders(): return [3, 5]

@asset(namespace="shop")
def revenue(orders): return sum(orders)

shop = build_assets_job("shop", [orders, revenue])

@solid
def look(context):
    newest = context.instance.get_latest_materialization_event(AssetKey(["shop", "revenue"]))
    yield AssetObservation("seen", description=f"{newest.pipeline_name} {newest.run_id}")
    yield Output(context.instance.get_runs_count())

@pipeline
def looking(): look()

@repository
def repo(): return [shop, looking]
"""
SCRIPT = """
import jupyter_orch as orch

@orch.solid
def read(context):
    yield orch.AssetMaterialization("report", metadata={"runs": context.instance.get_runs_count()})
    yield orch.Output(1)

@orch.pipeline
def reporting():
    read()

with orch.DagsterInstance.get() as instance:
    assert instance.has_asset_key(orch.AssetKey(["shop", "revenue"]))
    print(orch.execute_pipeline(reporting, instance=instance).run_id)
"""
SHOWN = """query($path: [String!]!) { assetOrError(assetKey: {path: $path}) { __typename ... on Asset {
  definition { jobNames dependencyKeys { path } }
  assetObservations { observationEvent { message } }
  assetMaterializations { materializationEvent { assetLineage { assetKey { path } } }
    runOrError { ... on PipelineRun { runId status repositoryLocationName } } } } } }"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    root = tmp_path / "root"
    root.mkdir()
    (root / "code.py").write_text(CODE)
    (root / "workspace.yaml").write_text("load_from:\n  - python_file: code.py\n")
    with serving(root, tmp_path / "home") as started:
        assert started.wait_for_locations()["code.py"]["loadStatus"] == "LOADED"
        yield started


def asset(server: ServerProcess, *path: str) -> Any:
    return server.graphql(SHOWN, path=list(path))["assetOrError"]


def launched(server: ServerProcess, pipeline: str) -> str:
    run_id = str(server.launch(pipeline)["run"]["runId"])
    ended = server.wait_for_run(run_id)
    assert ended["status"] == "SUCCESS", (ended, server.events(run_id)[-3:])
    return run_id


def test_assets_of_launched_runs_and_scripts_are_one_catalog(server: ServerProcess, tmp_path: Path) -> None:
    before = asset(server, "shop", "revenue")
    assert before["definition"]["jobNames"] == ["shop"] and before["assetMaterializations"] == []
    made = launched(server, "shop")
    (shown,) = asset(server, "shop", "revenue")["assetMaterializations"]
    assert (shown["runOrError"]["runId"], shown["runOrError"]["status"]) == (made, "SUCCESS")
    assert shown["materializationEvent"]["assetLineage"] == [{"assetKey": {"path": ["shop", "orders"]}}]
    launched(server, "looking")
    (seen,) = asset(server, "seen")["assetObservations"]
    assert seen["observationEvent"]["message"] == f"shop {made}"
    (tmp_path / "report.py").write_text(SCRIPT)
    environment = {**os.environ, "JUPYTER_ORCH_HOME": str(server.orch_home)}
    done = subprocess.run([sys.executable, tmp_path / "report.py"], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    (report,) = asset(server, "report")["assetMaterializations"]
    of_script = {"runId": done.stdout.strip(), "status": "SUCCESS", "repositoryLocationName": "(script)"}
    assert report["runOrError"] == of_script
