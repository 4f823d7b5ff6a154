"""One user's server at a JupyterHub, and who the hub lets in (rows T9 and T10). The hub is real; only its proxy is left out."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from tests.journeys.conftest import copy_of_workspace
from tests.server_process import ServerProcess, _free_port, wait_for

pytestmark = pytest.mark.journey

ADMIN = "admin-token-of-the-tests-0123456789"
CONFIG = """
import sys
from jupyterhub.proxy import Proxy

class Without(Proxy):
    # servers are asked at their own addresses
    should_start = False

    async def add_route(self, routespec, target, data):
        pass

    async def delete_route(self, routespec):
        pass

    async def get_all_routes(self):
        return {{}}

    async def check_routes(self, *_, **__):
        pass

c.JupyterHub.proxy_class = Without
c.JupyterHub.bind_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/secret"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allowed_users = {{"ada", "bob"}}
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--ServerApp.jpserver_extensions={{'jupyter_orch': True}}"]
c.Spawner.notebook_dir = "{root}"
c.Spawner.ip, c.Spawner.port = "127.0.0.1", {server_port}
c.Spawner.environment = {environment}
c.Spawner.http_timeout = c.Spawner.start_timeout = 90
c.JupyterHub.services = [{{"name": "tests", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [{{"name": "all", "services": ["tests"],
    "scopes": ["admin:users", "admin:servers", "tokens", "read:users", "access:servers", "users:activity"]}}]
"""


class Hub:
    """A hub as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.server = ServerProcess(copy_of_workspace(folder), folder / "home", base_url="/user/ada/")
        self._port = _free_port()
        self._log = folder / "hub.log"
        names = (
            "HOME",
            "JUPYTER_ORCH_HOME",
            "JUPYTER_RUNTIME_DIR",
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "IPYTHONDIR",
        )
        environment = {name: self.server.environment[name] for name in names}
        config = CONFIG.format(
            folder=folder,
            root=self.server.root,
            proxy_port=_free_port(),
            hub_port=self._port,
            server_port=self.server.port,
            environment=environment,
            token=ADMIN,
        )
        (folder / "hub.py").write_text(config)
        command = [sys.executable, "-m", "jupyterhub", "-f", str(folder / "hub.py")]
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The hub's own API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/hub/api/{path}", data=data, method=method)
        request.add_header("Authorization", f"token {ADMIN}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def token(self, user: str, *scopes: str) -> str:
        """A token of a user, with these scopes or all that the user has."""
        made = self.ask("POST", f"users/{user}/tokens", {"scopes": list(scopes)} if scopes else {})
        return str(made["token"])

    def start(self) -> Hub:
        """Wait for the hub, and have it start Ada's server."""
        wait_for(self._answers, 90, self._told)
        self.ask("POST", "users/ada/server", {})
        wait_for(lambda: bool(self.ask("GET", "users/ada")["servers"].get("", {}).get("ready")), 90, self._told)
        self.server.token = self.token("ada")
        wait_for(lambda: self.server.request("orch/api/v1/health")[0] == 200, 60, self._told)
        return self

    def stop(self) -> None:
        """End the hub, and with it the server."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        assert self._process.poll() is None, self._told()
        try:
            return bool(self.ask("GET", "users"))
        except OSError:
            return False

    def _told(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    found = Hub(tmp_path)
    try:
        yield found.start()
    finally:
        found.stop()


def test_t9_t10_the_hub_says_who_may_come_in(hub: Hub) -> None:
    server = hub.server
    server.wait_for_locations()
    bob, narrow = hub.token("bob"), hub.token("ada", "read:users!user=ada")
    enough = hub.token("ada", "access:servers!user=ada")
    for token, expected in ((bob, 403), (narrow, 403), ("wrong", 403), (None, 403), (enough, 200)):
        asked = (
            server.request("orch/graphql", {"query": "{ version }"}, token=token),
            server.request("orch/api/v1/runs", token=token),
            server.request("orch/api/v1/health", token=token),
        )
        assert [status for status, _ in asked] == [expected] * 3, (token, asked)
        assert all(b"Traceback" not in body for _, body in asked)
    assert asyncio.run(socket_status(server, bob)) == 403 and asyncio.run(socket_status(server, enough)) == 101

    page = urllib.request.Request(f"{server.url}orch/graphiql")
    with pytest.raises(urllib.error.HTTPError) as caught:  # nobody follows: the hub's pages are behind its proxy
        urllib.request.build_opener(Stay).open(page, timeout=30)
    assert caught.value.code == 302 and "/hub/api/oauth2/authorize" in str(caught.value.headers["Location"])

    server.token = enough
    run_id = server.launch("short")["run"]["runId"]
    assert server.wait_for_run(run_id)["createdBy"] == "ada"
    log = hub._log.read_text(errors="replace")
    assert not any(token in log for token in (bob, narrow, enough))


class Stay(urllib.request.HTTPRedirectHandler):
    """Goes nowhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


async def socket_status(server: ServerProcess, token: str) -> int:
    """How the handshake of a socket ends."""
    address = f"ws://127.0.0.1:{server.port}{server.base_url}orch/graphql/ws"
    request = HTTPRequest(address, headers={"Authorization": f"token {token}"})
    try:
        line = await websocket_connect(request, subprotocols=["graphql-transport-ws"])
    except HTTPClientError as error:
        return error.code
    line.close()
    return 101
