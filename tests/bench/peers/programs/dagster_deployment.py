"""A Dagster deployment on this machine: webserver, daemon and a location, with SQLite as its storage."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from servers import HOST, SLOWNESS, Group, free_port, insist, request, wait_for

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename
    ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { runId status startTime endTime tags { key value } } } }"
LOCATIONS = """{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { __typename } } } } }"""
DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { healthy required } } } }"


class Deployment(Group):
    """Starts on entering existence and keeps the time that took in ``seconds``.

    Args:
        settings: ``dagster.yaml`` besides its telemetry being off.
        code: the file of the location.
        locations: how many there are, all of the same file.
        own_servers: whether each location gets a code server that is started by itself, the leaner way for one; else
            the webserver and the daemon start their own.
        daemon: whether there is one.
        home: of an earlier deployment, to go on with.
    """

    def __init__(
        self,
        settings: str = "",
        code: str = "dagster_code.py",
        locations: int = 1,
        own_servers: bool = True,
        daemon: bool = True,
        home: Path | None = None,
    ) -> None:
        super().__init__("dagster")
        self.home, self.marks = home or self.folder / "home", self.folder / "marks"
        self.marks.mkdir()
        self.environment = surroundings(self.home, self.marks)
        settle(self.home, settings, self.environment)
        self.url = f"http://{HOST}:{free_port()}/graphql"
        begun = time.monotonic()
        workspace = self._locations(HERE / code, locations, own_servers)
        port = self.url.split(":")[2].split("/")[0]
        self.start([BIN / "dagster-webserver", "-w", workspace, "-h", HOST, "-p", port], self.environment)
        if daemon:
            self.start([BIN / "dagster-daemon", "run", "-w", workspace], self.environment)
        wait_for(lambda: self._usable(locations, daemon), 180)
        self.seconds = time.monotonic() - begun

    def _locations(self, code: Path, count: int, own_servers: bool) -> Path:
        entries = []
        for number in range(count):
            name = f"location_name: place{number}"
            if own_servers:
                port = free_port()
                command = [BIN / "dagster", "code-server", "start", "-h", HOST, "-p", port, "-f", code]
                self.start(command, self.environment)
                entries.append(f"- grpc_server: {{host: {HOST}, port: {port}, {name}}}\n")
            else:
                entries.append(f"- python_file: {{relative_path: {code}, {name}}}\n")
        path = self.folder / "workspace.yaml"
        path.write_text("load_from:\n" + "".join(entries))
        return path

    def _usable(self, locations: int, daemon: bool) -> bool:
        entries = self.ask(LOCATIONS)["workspaceOrError"]["locationEntries"]
        kinds = [(entry["locationOrLoadError"] or {}).get("__typename") for entry in entries]
        if "PythonError" in kinds:
            self._reload()
        if kinds != ["RepositoryLocation"] * locations:
            return False
        daemons = self.ask(DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"] if daemon else []
        return all(each["healthy"] for each in daemons if each["required"])

    def _reload(self) -> None:
        """A code server that was not up yet when the webserver looked is looked for again."""
        self.ask("mutation { reloadWorkspace { __typename } }")

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL answer."""
        answer = insist(lambda: request(self.url, {"query": query, "variables": variables}))
        if "errors" in answer:
            raise RuntimeError(str(answer["errors"])[:300])
        data: dict[str, Any] = answer["data"]
        return data

    def launch(self, job: str) -> str:
        """Ask for a run; its id."""
        place = {"repositoryLocationName": "place0", "repositoryName": "__repository__", "jobName": job}
        answer = self.ask(LAUNCH, p={"selector": place, "runConfigData": {}, "mode": "default"})["launchRun"]
        if answer["__typename"] != "LaunchRunSuccess":
            raise RuntimeError(str(answer)[:300])
        return str(answer["run"]["runId"])

    def run(self, run_id: str) -> dict[str, Any]:
        """Its record."""
        found: dict[str, Any] = self.ask(RUN, id=run_id)["runOrError"]
        return found

    def end(self, run_id: str, limit: float = 180) -> float:
        """When it was recorded to have succeeded."""
        wait_for(lambda: self.run(run_id)["status"] in ENDED, limit, 0.1)
        record = self.run(run_id)
        assert record["status"] == "SUCCESS", record
        return float(record["endTime"])


def surroundings(home: Path, marks: Path) -> dict[str, str]:
    """The variables that Dagster and the measured code read."""
    names = {"DAGSTER_HOME": home, "MARKS": marks, "NOTEBOOK": marks / "nothing.ipynb", "PYTHONPATH": HERE}
    return {name: str(path) for name, path in names.items()} | {"DAGSTER_DISABLE_TELEMETRY": "1"}


def settle(home: Path, settings: str, environment: dict[str, str]) -> None:
    """Make the home with its database: processes that start at once on a fresh one break it for each other."""
    if home.exists():
        return
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n" + settings)
    command = [BIN / "dagster", "run", "list", "--limit", "1"]
    subprocess.run(command, env={**os.environ, **environment}, cwd=home, capture_output=True, timeout=120 * SLOWNESS)
