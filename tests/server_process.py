"""A real Jupyter server with the extension, as a process of its own: for journeys, browser tests and the benchmark."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

REPOSITORY = Path(__file__).resolve().parent.parent
EXTENSIONS_OF_LAB = ("jupyterlab", "jupyter_lsp", "jupyter_server_terminals", "notebook_shim")
RUN_FIELDS = "runId status failure { message className } stepStats { stepKey status attempts } lastEventSeq createdBy"
DIE_WITH_PARENT = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


class ServerProcess:
    """One Jupyter server on a folder; it can be killed and started again on the same port and home."""

    spare: ClassVar[bool] = False
    """Start bare servers without what JupyterLab adds to every server: over a quarter of the CPU of a start."""

    def __init__(
        self, root: Path, home: Path, *, base_url: str = "/", lab: bool = False, token: str | None = None
    ) -> None:
        """Args:
        root: the server's root folder, with ``workspace.yaml``.
        home: where everything that Jupyter and the instance write goes.
        lab: start JupyterLab instead of the bare server.
        token: None makes one.
        """
        self.root = root
        self.home = home
        self.base_url = base_url
        self.token = token or secrets.token_hex(16)
        self.port = _free_port()
        self._lab = lab
        self.process: subprocess.Popen[bytes] | None = None
        home.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """Address of the server, with its base URL."""
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    @property
    def orch_home(self) -> Path:
        """The instance's folder."""
        return self.home / "orch"

    @property
    def log(self) -> str:
        """What the server has printed so far."""
        path = self.home / "server.log"
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""

    def start(
        self, *options: str, wait: bool = True, enabled: bool = True, env: dict[str, str] | None = None
    ) -> ServerProcess:
        """Start it and wait until the orchestrator is ready."""
        command = [
            sys.executable,
            "-m",
            "jupyterlab" if self._lab else "jupyter_server",
            "--no-browser",
            "--allow-root",
        ]
        extensions = {"jupyter_orch": enabled}
        if self.spare and not self._lab:
            extensions.update(dict.fromkeys(EXTENSIONS_OF_LAB, False))
        settings = [
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.root}",
            f"--ServerApp.base_url={self.base_url}",
            f"--ServerApp.jpserver_extensions={extensions}",
        ]
        if self._lab:
            settings.append("--LabApp.expose_app_in_browser=True")
        with open(self.home / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [*_tied_to_us(), *command, *settings, *options],
                env={**self.environment, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self, timeout: float = 90.0) -> None:
        """Wait until health says ready."""

        def ready() -> bool:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended:\n{self.log}")
            with contextlib.suppress(OSError, ValueError):
                return bool(self.get("orch/api/v1/health")["status"] == "ready")
            return False

        wait_for(ready, timeout, lambda: self.log)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stop in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def request(
        self,
        path: str,
        body: Any = None,
        *,
        token: str | None = "",
        headers: dict[str, str] | None = None,
        method: str | None = None,
    ) -> tuple[int, bytes]:
        """One request below the base URL; returns status and body. ``token=None`` sends none."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if token is not None:
            request.add_header("Authorization", f"token {token or self.token}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def get(self, path: str) -> Any:
        """GET JSON."""
        status, body = self.request(path)
        if status != 200:
            raise OSError(f"{path}: {status} {body[:500]!r}")
        return json.loads(body)

    def graphql(self, query: str, **variables: Any) -> Any:
        """One GraphQL operation; its ``data``, errors fail the test."""
        status, body = self.request("orch/graphql", {"query": query, "variables": variables})
        answer = json.loads(body)
        assert status == 200 and "errors" not in answer, f"{status} {answer}"
        return answer["data"]

    def locations(self) -> dict[str, dict[str, Any]]:
        """Every location by name."""
        data = self.graphql(
            """{ workspaceOrError { __typename ... on Workspace { locationEntries {
                name loadStatus stale progress loadError { message className file line code stack hint }
                locationOrLoadError { ... on RepositoryLocation {
                    codeVersion repositories { name pipelines { name } } } }
                displayMetadata { key value } } } ... on PythonError { message } } }"""
        )["workspaceOrError"]
        assert data["__typename"] == "Workspace", data
        return {entry["name"]: entry for entry in data["locationEntries"]}

    def wait_for_locations(self, timeout: float = 60.0) -> dict[str, dict[str, Any]]:
        """Wait until none is loading any more."""
        wait_for(
            lambda: all(e["loadStatus"] != "LOADING" for e in self.locations().values()), timeout, lambda: self.log
        )
        return self.locations()

    def launch(
        self, pipeline: str, config: Any = None, *, location: str = "code.py", repository: str = "repo", **params: Any
    ) -> dict[str, Any]:
        """launchPipelineExecution; returns the union's value."""
        answer = self.graphql(
            f"""mutation($p: ExecutionParams!) {{ launchPipelineExecution(executionParams: $p) {{ __typename
                ... on LaunchPipelineRunSuccess {{ run {{ {RUN_FIELDS} }} }}
                ... on RunConfigValidationInvalid {{ errors {{ message reason path line column }} }}
                ... on Error {{ message }} }} }}""",
            p={
                "selector": {
                    "pipelineName": pipeline,
                    "repositoryName": repository,
                    "repositoryLocationName": location,
                },
                "runConfigData": config,
                **params,
            },
        )
        found: dict[str, Any] = answer["launchPipelineExecution"]
        return found

    def run(self, run_id: str) -> dict[str, Any]:
        """One run."""
        query = "query($id: ID!) { pipelineRunOrError(runId: $id) { __typename ... on PipelineRun { %s } } }"
        data = self.graphql(query % RUN_FIELDS, id=run_id)
        found: dict[str, Any] = data["pipelineRunOrError"]
        return found

    def wait_for_run(self, run_id: str, timeout: float = 60.0) -> dict[str, Any]:
        """Wait until a run has ended."""
        wait_for(lambda: self._has_ended(run_id), timeout, lambda: json.dumps(self.events(run_id), indent=1))
        return self.run(run_id)

    def _has_ended(self, run_id: str) -> bool:
        """Asks for the status alone: who waits for a run of thousands of steps does not want them all each time."""
        query = "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { status } } }"
        return self.graphql(query, id=run_id)["pipelineRunOrError"]["status"] in {"SUCCESS", "FAILURE", "CANCELED"}

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """All events of a run."""
        found: list[dict[str, Any]] = self.get(f"orch/api/v1/runs/{run_id}/events?limit=10000")["events"]
        return found

    @property
    def environment(self) -> dict[str, str]:
        """This process's variables, with folders of the server's own."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}
        env.update(
            HOME=str(self.home),
            JUPYTER_ORCH_HOME=str(self.orch_home),
            JUPYTER_RUNTIME_DIR=str(self.home / "runtime"),
            JUPYTER_CONFIG_DIR=str(self.home / "config"),
            JUPYTER_DATA_DIR=str(self.home / "data"),
            JUPYTERLAB_SETTINGS_DIR=str(self.home / "settings"),
            JUPYTERLAB_WORKSPACES_DIR=str(self.home / "workspaces"),
            IPYTHONDIR=str(self.home / "ipython"),
        )
        return env


@contextlib.contextmanager
def serving(root: Path, home: Path, **options: Any) -> Iterator[ServerProcess]:
    """A server that is ready, and stopped at the end."""
    server = ServerProcess(root, home, **options)
    try:
        yield server.start()
    finally:
        server.stop()


def wait_for(condition: Callable[[], bool], timeout: float, explain: Callable[[], str] = lambda: "") -> None:
    """Poll a condition until it holds; fails with an explanation after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s\n{explain()}")
        time.sleep(0.05)


def _tied_to_us() -> list[str]:
    """What stands before a command so that the process is killed when we are; not for threads, which end earlier."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [sys.executable, "-IS", "-c", DIE_WITH_PARENT, str(os.getpid())]


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
