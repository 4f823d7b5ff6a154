"""A JupyterLab with the panel, and a Chromium to look at it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.pages import Lab
from tests.conftest import missing
from tests.server_process import REPOSITORY, ServerProcess

WORKSPACE = Path(__file__).parent / "workspace"
BUILT = REPOSITORY / "jupyter_orch" / "labextension"
EXTENSION = Path("labextensions/@jupyter-orch/lab")
CHROMIUMS = (os.environ.get("CHROMIUM", "chromium"), "chromium-browser", "google-chrome")
SETTINGS = """
concurrency:
  pools:
    limits:
      db: 2
run_monitoring:
  notifications:
    - pipelines: [there_is_none]
      email: {to: [ops@example.org], from: orch@example.org, user: ops, password: s3cr3t}
"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(autouse=True, scope="module")
def no_thread_goes_on() -> Iterator[None]:
    """Playwright's loop keeps its threads for the whole session; nothing is forked here, servers are started anew."""
    yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium; none is downloaded."""
    found = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if found is None:
        missing("Chromium")
    return {**browser_type_launch_args, "executable_path": found, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A laptop's window, English words."""
    return {**browser_context_args, "viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}


def lab_server(folder: Path, workspace: Path = WORKSPACE, **options: Any) -> ServerProcess:
    """A JupyterLab, not yet started, on a copy of a workspace, with the panel that was built last."""
    root, home = folder / "root", folder / "lab-home"
    shutil.copytree(workspace, root, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    if not (BUILT / "package.json").exists():
        missing("the built panel (make panel)")
    if not (Path(sys.prefix) / "share/jupyter" / EXTENSION).exists():
        link = home / "data" / EXTENSION
        link.parent.mkdir(parents=True)
        link.symlink_to(BUILT, target_is_directory=True)
    quiet = home / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    return ServerProcess(root, home, lab=True, **options)


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests that do not hurt it."""
    server = lab_server(tmp_path_factory.mktemp("browser"))
    server.orch_home.mkdir()
    (server.orch_home / "orch.yaml").write_text(SETTINGS)
    try:
        server.start()
        server.wait_for_locations()
        yield server
    finally:
        server.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that a test may kill or break."""
    server = lab_server(tmp_path)
    try:
        server.start()
        server.wait_for_locations()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def shared_context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One profile for the pages on the shared server: what JupyterLab is made of is fetched and compiled once."""
    context = browser.new_context(**browser_context_args)
    yield context
    context.close()


@pytest.fixture
def lab(shared_context: BrowserContext, shared_server: ServerProcess) -> Iterator[Lab]:
    """The shared server's JupyterLab, panel shown."""
    page = shared_context.new_page()
    yield Lab(page, shared_server).open()
    page.close()
