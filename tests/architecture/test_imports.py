"""The law of imports, as arrows (import-linter) and as what is really loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SERVER_LIBRARIES = {
    "sqlalchemy",
    "tornado",
    "jupyter_server",
    "graphql",
    "msgspec",
    "yaml",
    "apscheduler",
    "jupyter_client",
    "papermill",
    "pandas",
}


def loaded_by(code: str) -> set[str]:
    """Top-level names and our own modules that a line of code loads in a fresh interpreter."""
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_authoring_api_loads_no_server_library() -> None:
    loaded = loaded_by("import jupyter_orch\nfrom jupyter_orch import solid, pipeline, repository, execute_pipeline")
    assert not loaded & SERVER_LIBRARIES
    assert "jupyter_orch.definitions" not in loaded_by("import jupyter_orch"), "names load when they are used"


def test_a_runner_loads_no_server_library() -> None:
    loaded = loaded_by("import jupyter_orch_kernel.runner")
    assert not loaded & SERVER_LIBRARIES


@pytest.mark.parametrize("module", ["jupyter_orch.compose", "jupyter_orch.server.boot", "jupyter_orch.worker.__main__"])
def test_the_server_wing_loads_no_room_of_the_user_wing(module: str) -> None:
    user_rooms = ("jupyter_orch.definitions", "jupyter_orch.plan", "jupyter_orch.execution", "jupyter_orch_kernel")
    assert not [name for name in loaded_by(f"import {module}") if name.startswith(user_rooms)]


def test_the_extension_is_light_to_load() -> None:
    heavy = {"sqlalchemy", "graphql", "jupyter_orch.compose", "papermill", "apscheduler"}
    assert not loaded_by("import jupyter_orch.server.extension") & heavy


def test_a_worker_is_not_weighed_down_by_the_server() -> None:
    assert not loaded_by("import jupyter_orch.worker.__main__") & {"jupyter_server", "graphql", "jupyter_client", "zmq"}
