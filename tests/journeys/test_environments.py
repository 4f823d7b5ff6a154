"""Code in an environment of its own, which has ipykernel and nothing of the server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.journey

REPOSITORY = Path(__file__).parent.parent.parent
THIN = (
    "__init__.py", "authoring.py", "authoring_types.py", "definitions", "plan", "execution", "records", "zygote",
    "notebook.py", "notebook_parameters.py", "code_version.py", "wire.py", "errors.py", "clock.py", "processes.py",
    "failpoints.py", "version.py", "py.typed",
)  # fmt: skip
"""All of the package that code needs where it runs."""

CODE = """
import importlib.util, os, sys
from jupyter_orch import pipeline, repository, schedule, solid
@solid
def look(context):
    return {
        "prefix": sys.prefix,
        "server": [n for n in ("sqlalchemy", "graphql", "msgspec", "jupyter_server") if importlib.util.find_spec(n)],
    }
@solid
def tell(context, found):
    print(found["prefix"], found["server"])
@pipeline
def where():
    tell(look())
@schedule("0 0 1 1 *", pipeline_name="where")
def yearly(_):
    return {}
@repository
def repo():
    return [where, yearly]
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with ipykernel; gives its interpreter."""
    folder = tmp_path_factory.mktemp("environment") / "env"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    done = subprocess.run([python, "-m", "pip", "install", "-q", "ipykernel"], capture_output=True, text=True)
    if done.returncode:
        missing(f"a package index with ipykernel ({done.stderr.splitlines()[-1:]})")
    return python


@pytest.fixture(params=["lent", "installed"])
def server(request: pytest.FixtureRequest, environment: Path, tmp_path: Path) -> Iterator[ServerProcess]:
    """A server with one location in that environment, which has our packages itself or does not."""
    packages = next((environment.parent.parent / "lib").glob("python*")) / "site-packages"
    ours = [packages / "jupyter_orch", packages / "jupyter_orch_kernel"]
    for folder in ours:
        shutil.rmtree(folder, ignore_errors=True)
    if request.param == "installed":
        ours[0].mkdir()
        for name in THIN:
            source = REPOSITORY / "jupyter_orch" / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, ours[0] / name)
        shutil.copytree(REPOSITORY / "kernel" / "jupyter_orch_kernel", ours[1])
    root = tmp_path / "root"
    root.mkdir()
    (root / "code.py").write_text(CODE)
    entry = f"{{relative_path: code.py, executable_path: {environment}, replicas: 2}}"
    (root / "workspace.yaml").write_text(f"load_from:\n- python_file: {entry}\n")
    with serving(root, tmp_path / "home") as started:
        yield started


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_a_pipeline_runs_in_the_environment_of_its_location(
    server: ServerProcess, environment: Path, executor: str
) -> None:
    entry = server.wait_for_locations()["code.py"]
    assert entry["loadStatus"] == "LOADED", entry["loadError"]
    run_id = server.launch("where", {"execution": {executor: {}}})["run"]["runId"]
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    _, body = server.request(f"orch/api/v1/runs/{run_id}/logs/tell/stdout")
    assert body.decode() == f"{environment.parent.parent} []\n", "its own prefix, and no library of the server"
    forked = [e for e in server.events(run_id) if "was forked from" in e["message"]]
    assert forked, "warm as anywhere"
    wrong = server.launch("where", {"solids": {"tel": {}}})
    assert wrong["__typename"] == "RunConfigValidationInvalid"
