"""Airflow (standalone, SQLite, LocalExecutor) side by side with us."""

from __future__ import annotations

import functools
import os
import shutil
import sys
import time
import urllib.error
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from servers import HOST, Group, free_port, insist, request, time_in, wait_for, whole_process
from speaking import Line, Lines, after_kill, speak

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PARTS = ("metadatabase", "scheduler", "dag_processor")
QUEUED_RUNS, CHAIN = 24, 12


class Standalone(Group):
    """Starts on entering existence and keeps the time that took in ``seconds``."""

    def __init__(self) -> None:
        super().__init__("airflow")
        self.marks, dags = self.folder / "marks", self.folder / "dags"
        self.marks.mkdir()
        dags.mkdir()
        shutil.copy(HERE / "airflow_code.py", dags)
        port = free_port()
        self.url = f"http://{HOST}:{port}"
        settings = {
            **{"CORE__LOAD_EXAMPLES": "False", "CORE__DAGS_FOLDER": str(dags), "API__PORT": str(port)},
            **{"API__HOST": HOST, "API__BASE_URL": self.url, "USAGE_DATA_COLLECTION__ENABLED": "False"},
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        }
        environment = {f"AIRFLOW__{name}": value for name, value in settings.items()}
        environment |= {"AIRFLOW_HOME": str(self.folder / "home"), "MARKS": str(self.marks), "SCARF_ANALYTICS": "false"}
        environment |= {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        begun = time.monotonic()
        self.start([BIN / "airflow", "standalone"], environment)
        wait_for(self._is_healthy, 240)
        token = request(f"{self.url}/auth/token", method="GET")["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}
        wait_for(lambda: self.ask("dags")["total_entries"] == 3, 120)
        self.seconds = time.monotonic() - begun

    def _is_healthy(self) -> bool:
        health = request(f"{self.url}/api/v2/monitor/health")
        return all(health[part]["status"] == "healthy" for part in PARTS)

    def ask(self, path: str, body: Any = None) -> Any:
        """An answer of the API."""
        return insist(lambda: request(f"{self.url}/api/v2/{path}", body, self.headers))

    def launch(self, dag: str, run_id: str) -> None:
        """Ask for a run."""
        try:
            self.ask(f"dags/{dag}/dagRuns", {"dag_run_id": run_id, "logical_date": None})
        except urllib.error.HTTPError as error:
            if error.code != 409:  # an earlier try was carried out although its answer was an error
                raise

    def end(self, dag: str, run_id: str, limit: float = 180) -> float:
        """When it was recorded to have succeeded."""

        def ended() -> Any:
            run = self.ask(f"dags/{dag}/dagRuns/{run_id}")
            return run if run["state"] in ("success", "failed") else None

        run = wait_for(ended, limit, 0.1)
        assert run["state"] == "success", run
        return datetime.fromisoformat(run["end_date"].replace("Z", "+00:00")).timestamp()


@functools.cache
def kept() -> Standalone:
    """The deployment that stays up until the end; it has run one run."""
    deployment = Standalone()
    deployment.launch("one", "first")
    deployment.end("one", "first")
    return deployment


def running() -> Standalone:
    """The same, let go on."""
    deployment = kept()
    deployment.resume()
    return deployment


def launches() -> Lines:
    """P1 to P3: the scheduler looks for what waits, whether or not others do."""
    deployment = running()
    code, done = [], []
    for number in range(8):
        run_id = f"run{number}"
        begun = time.time()
        deployment.launch("one", run_id)
        code.append((time_in(deployment.marks / run_id) - begun) * 1000)
        done.append((deployment.end("one", run_id) - begun) * 1000)
        time.sleep(0.37 * (number % 4))
    first = Line("API call → first user code of a DAG with one task, warm", code)
    last = Line("API call → success recorded, of the same", done)
    return {"P1": [first], "P2": [last], "P3": [first.named("first_code"), last.named("success")]}


def processes() -> Lines:
    """P6."""
    deployment = running()
    begun = time.time()
    deployment.launch("chain", "chain")
    each = (deployment.end("chain", "chain", 300) - begun) * 1000 / CHAIN
    return {"P6": [Line(f"LocalExecutor, chain of {CHAIN}, per task", [each], "chain")]}


def queue() -> Lines:
    """P7."""
    deployment = running()
    runs = [f"queued{number}" for number in range(QUEUED_RUNS)]
    begun = time.time()
    for run_id in runs:
        deployment.launch("one", run_id)
    last = max(deployment.end("one", run_id, 300) for run_id in runs)
    a_minute = QUEUED_RUNS / (last - begun) * 60
    return {"P7": [Line(f"{QUEUED_RUNS} runs, limit 4, first submitted → all done", [a_minute], unit="runs/min")]}


def starts() -> Lines:
    """P10: the start of the deployment that is measured otherwise too."""
    what = "airflow standalone with a fresh database → healthy, DAGs listed"
    return {"P10": [Line(what, [kept().seconds * 1000], "one")]}


def memory() -> Lines:
    """P11."""
    deployment = running()
    time.sleep(12)
    what = "scheduler, API server, DAG processor, triggerer, idle (PSS)"
    return {"P11": [Line(what, [deployment.memory()], "deployment", "MiB")]}


def imports() -> Lines:
    """P12."""
    values = whole_process([sys.executable, "-c", "from airflow.sdk import dag, task"], 3)
    return {"P12": [Line("from airflow.sdk import dag, task, interpreter included", values)]}


def help_text() -> Lines:
    """P13."""
    return {"P13": [Line("airflow --help", whole_process([BIN / "airflow", "--help"], 3))]}


def killed() -> Lines:
    """P17: the process that runs the task; the one that looks after it lives."""
    deployment = running()
    deployment.launch("lingering", "lingering")
    worker = int(wait_for((deployment.marks / "worker").read_text, 60))
    path = "dags/lingering/dagRuns/lingering/taskInstances/linger"
    return after_kill(worker, lambda: deployment.ask(path)["state"] != "running", "step")


MEASURES: dict[str, Callable[[], Lines]] = {
    **dict.fromkeys(("P1", "P2", "P3"), launches),
    **{"P6": processes, "P7": queue, "P10": starts, "P11": memory, "P12": imports, "P13": help_text, "P17": killed},
}

if __name__ == "__main__":
    speak("Airflow", MEASURES)
