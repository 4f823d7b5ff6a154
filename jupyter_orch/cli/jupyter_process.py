"""A Jupyter server as a child process, and the few requests that the command line sends to it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir

from jupyter_orch.errors import OrchError
from jupyter_orch.settings import HOME_VARIABLE

LOCAL = "127.0.0.1"
POLL = 0.1
STOP_GRACE = 20.0


class ServerFailed(OrchError):
    """The Jupyter server did not start or did not answer."""

    code = "SERVER_FAILED"


class JupyterProcess:
    """A Jupyter server that belongs to this process; leaving the ``with`` block ends it."""

    def __init__(
        self,
        module: str,
        root: Path,
        home: Path,
        *,
        port: int | None = None,
        options: Sequence[str] = (),
        log: Path | None = None,
    ) -> None:
        """Start it.

        Args:
            module: ``"jupyterlab"`` or ``"jupyter_server"``.
            root: its root folder, which holds ``workspace.yaml``.
            home: the instance's folder.
            port: where it listens; a free port when left out.
            options: further command line options for it.
            log: file for what it prints; left out, it prints where we do.
        """
        self._token = secrets.token_hex(24)
        self._log = log
        command = [
            sys.executable,
            "-m",
            module,
            f"--ServerApp.ip={LOCAL}",
            f"--ServerApp.port={port if port is not None else free_port()}",
            f"--ServerApp.root_dir={root}",
            "--ServerApp.jpserver_extensions={'jupyter_orch': True}",
            *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            *options,
        ]
        env = {**os.environ, HOME_VARIABLE: str(home), "JUPYTER_TOKEN": self._token}
        output = open(log, "wb") if log is not None else None  # noqa: SIM115  (the child keeps it)
        try:
            self.process = subprocess.Popen(
                command, cwd=root, env=env, stdout=output, stderr=subprocess.STDOUT if output else None
            )
        finally:
            if output is not None:
                output.close()
        self._info = Path(jupyter_runtime_dir()) / f"jpserver-{self.process.pid}.json"
        self.url = ""

    @property
    def lab_url(self) -> str:
        """Where a browser opens JupyterLab, with the token."""
        return f"{self.url}lab?token={self._token}"

    def wait_until_listening(self, seconds: float) -> None:
        """Wait until the server says where it listens.

        Raises:
            ServerFailed: it ended, or took too long.
        """
        deadline = time.monotonic() + seconds
        while True:
            self._check(deadline, seconds, "did not start")
            try:
                self.url = str(json.loads(self._info.read_text())["url"])
                return
            except (OSError, ValueError, KeyError):
                time.sleep(POLL)

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until the orchestrator inside the server is open.

        Raises:
            ServerFailed: the server ended, has no orchestrator, or took too long.
        """
        self.wait_until_listening(seconds)
        deadline = time.monotonic() + seconds
        while True:
            self._check(deadline, seconds, "did not get ready")
            try:
                health = self.request("orch/api/v1/health")
            except ConnectionError:
                health = {}
            if health.get("status") == "ready":
                return
            if health.get("status") == "failed":
                raise ServerFailed(f"the orchestrator could not start: {health.get('error')}")
            time.sleep(POLL)

    def query(self, operation: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The data of one GraphQL operation.

        Raises:
            ServerFailed: the server refused or the operation failed.
        """
        answer = self.request("orch/graphql", {"query": operation, "variables": variables or {}})
        if answer.get("errors"):
            raise ServerFailed("; ".join(str(error.get("message")) for error in answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    def request(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """GET, or POST when there is a body; the JSON of the answer.

        Raises:
            ConnectionError: nobody answers (yet).
            ServerFailed: the server answered with an error.
        """
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"token {self._token}", "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine: no proxy
        try:
            with opener.open(request, timeout=60) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            hint = "; the server extension is not enabled: see 'jupyter-orch doctor'" if error.code == 404 else ""
            raise ServerFailed(f"{path} answered {error.code}: {_title(error)}{hint}") from error
        except urllib.error.URLError as error:
            raise ConnectionError(str(error.reason)) from error

    def stop(self) -> None:
        """End the server in order; kill it when it does not end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> JupyterProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _check(self, deadline: float, seconds: float, what: str) -> None:
        if self.process.poll() is not None:
            raise ServerFailed(f"the Jupyter server ended with exit code {self.process.returncode}{self._last_words()}")
        if time.monotonic() > deadline:
            raise ServerFailed(f"the Jupyter server {what} in {seconds:g} s{self._last_words()}")

    def _last_words(self) -> str:
        if self._log is None:
            return ""
        lines = self._log.read_text("utf-8", "replace").splitlines()[-15:]
        return "; its log ends with:\n" + "\n".join(f"  {line}" for line in lines)


def free_port() -> int:
    """A port that nobody listens on now; should another be faster, Jupyter takes the next one."""
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def _title(error: urllib.error.HTTPError) -> str:
    try:
        answer = json.load(error)
    except ValueError:
        return str(error.reason)
    if answer.get("errors"):
        return "; ".join(str(item.get("message")) for item in answer["errors"])
    return str(answer.get("title") or answer.get("message") or error.reason)
