"""Prefect side by side with us."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from servers import HOST, Group, free_port, insist, last_line, request, time_in, wait_for, whole_process
from speaking import Line, Lines, after_kill, speak

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
QUEUED_RUNS, EVERY, TICKS = 12, 15, 3


class Server(Group):
    """Starts on entering existence and keeps the time that took in ``seconds``."""

    def __init__(self) -> None:
        super().__init__("prefect")
        self.marks = self.folder / "marks"
        self.marks.mkdir()
        port = free_port()
        self.api = f"http://{HOST}:{port}/api"
        self.environment = {
            **{"PREFECT_HOME": str(self.folder / "home"), "PREFECT_API_URL": self.api, "MARKS": str(self.marks)},
            **{"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_CLI_PROMPT": "false"},
            **{"PREFECT_LOGGING_LEVEL": "WARNING", "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false"},
            "PYTHONPATH": str(HERE),
        }
        begun = time.monotonic()
        self.start([BIN / "prefect", "server", "start", "--host", HOST, "--port", port], self.environment)
        wait_for(lambda: request(f"{self.api}/health"), 180)
        self.seconds = time.monotonic() - begun

    def serve(self, flow: str, limit: int = 10, *every: int) -> tuple[str, int]:
        """Serve a flow from a process beside the server, as the documentation begins with.

        Returns:
            The ids of the deployment and of the process.
        """
        known = {each["id"] for each in self.ask("deployments/filter", {})}
        process = self.start([sys.executable, HERE / "prefect_code.py", flow, limit, *every], self.environment)
        made = wait_for(lambda: [d for d in self.ask("deployments/filter", {}) if d["id"] not in known], 90)
        time.sleep(3)
        return str(made[0]["id"]), process

    @contextmanager
    def serving(self, flow: str, limit: int = 10, *every: int) -> Iterator[str]:
        """The same for a while; gives the id of the deployment."""
        deployment, process = self.serve(flow, limit, *every)
        try:
            yield deployment
        finally:
            self.end_process(process)

    def ask(self, path: str, body: Any = None) -> Any:
        """An answer of the API."""
        return insist(lambda: request(f"{self.api}/{path}", body))

    def launch(self, deployment: str, **parameters: str) -> str:
        """Ask for a run of what is served; its id."""
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        return str(self.ask(f"deployments/{deployment}/create_flow_run", body)["id"])

    def end(self, run_id: str, limit: float = 180) -> float:
        """When it was recorded to have succeeded."""

        def ended() -> Any:
            run = self.ask(f"flow_runs/{run_id}")
            return run if run["state_type"] in ENDED else None

        run = wait_for(ended, limit, 0.1)
        assert run["state_type"] == "COMPLETED", run["state"]
        return datetime.fromisoformat(run["end_time"].replace("Z", "+00:00")).timestamp()


@functools.cache
def kept() -> Server:
    """The server that stays up until the end."""
    return Server()


@functools.cache
def served() -> str:
    """The deployment that is served until the end; it has run one run."""
    server = running()
    deployment, _ = server.serve("one")
    server.end(server.launch(deployment, name="first"))
    return deployment


def running() -> Server:
    """The server that is kept, let go on."""
    server = kept()
    server.resume()
    return server


def launches() -> Lines:
    """P1 to P3: a served flow is looked for every 10 s, whether or not others wait."""
    server, deployment = running(), served()
    code, done = [], []
    for number in range(8):
        begun = time.time()
        run_id = server.launch(deployment, name=f"mark{number}")
        code.append((time_in(server.marks / f"mark{number}") - begun) * 1000)
        done.append((server.end(run_id) - begun) * 1000)
        time.sleep(0.37 * (number % 4))
    first = Line("API call → first user code of a flow with one task, served, warm", code)
    last = Line("API call → success recorded, of the same", done)
    return {"P1": [first], "P2": [last], "P3": [first.named("first_code"), last.named("success")]}


def steps() -> Lines:
    """P5."""
    found = _direct("in_process")
    words = {"chain": "tasks called one after the other", "fan_out": "tasks submitted to threads"}
    return {"P5": [Line(f"{words[name]}, of 100", values, name) for name, values in found.items()]}


def processes() -> Lines:
    """P6."""
    found = _direct("processes")
    note = "two processes that are used again, not one per step"
    return {"P6": [Line(f"process pool, {name}, of 40", values, name, note=note) for name, values in found.items()]}


def _direct(part: str) -> dict[str, list[float]]:
    program = [sys.executable, HERE / "prefect_direct.py", part]
    found: dict[str, list[float]] = last_line(program, running().environment)
    return found


def queue() -> Lines:
    """P7."""
    server = running()
    with server.serving("one", 4) as deployment:
        server.end(server.launch(deployment, name="warm"))
        begun = time.time()
        runs = [server.launch(deployment, name=f"queued{number}") for number in range(QUEUED_RUNS)]
        last = max(server.end(run_id, 300) for run_id in runs)
    a_minute = QUEUED_RUNS / (last - begun) * 60
    return {"P7": [Line(f"{QUEUED_RUNS} runs, limit 4, first submitted → all done", [a_minute], unit="runs/min")]}


def ticks() -> Lines:
    """P9: at an interval of seconds, for its schedules know such."""
    server = running()
    with server.serving("one", 10, EVERY):
        begun = wait_for(lambda: list(server.marks.glob("due-*[0-9]"))[TICKS - 1 :] and _dues(server), 180, 0.2)
    late = [(time_in(mark) - due) * 1000 for due, mark in begun.items()]
    return {"P9": [Line(f"due time of a schedule, every {EVERY} s → first user code", late, "one")]}


def _dues(server: Server) -> dict[float, Path]:
    return {float(mark.name.removeprefix("due-")): mark for mark in server.marks.glob("due-*[0-9]")}


def starts() -> Lines:
    """P10: the start of the server that is measured otherwise too, and one more."""
    seconds = [kept().seconds * 1000]
    kept().pause()
    again = Server()
    seconds.append(again.seconds * 1000)
    again.stop()
    return {"P10": [Line("start with a fresh database → healthy; nothing is served yet", seconds, "one")]}


def memory() -> Lines:
    """P11."""
    server, _ = running(), served()
    time.sleep(8)
    what = "server and the process that serves one flow, idle (PSS)"
    return {"P11": [Line(what, [server.memory()], "deployment", "MiB")]}


def imports() -> Lines:
    """P12."""
    values = whole_process([sys.executable, "-c", "from prefect import flow, task"], 4)
    return {"P12": [Line("from prefect import flow, task, interpreter included", values)]}


def help_text() -> Lines:
    """P13."""
    return {"P13": [Line("prefect --help", whole_process([BIN / "prefect", "--help"], 3))]}


def killed() -> Lines:
    """P17."""
    server = running()
    with server.serving("lingering") as deployment:
        run_id = server.launch(deployment)
        worker = int(wait_for((server.marks / "worker").read_text, 60))
        return after_kill(worker, lambda: server.ask(f"flow_runs/{run_id}")["state_type"] in ENDED)


MEASURES: dict[str, Callable[[], Lines]] = {
    **dict.fromkeys(("P1", "P2", "P3"), launches),
    **{"P5": steps, "P6": processes, "P7": queue, "P9": ticks, "P10": starts, "P11": memory, "P12": imports},
    **{"P13": help_text, "P17": killed},
}

if __name__ == "__main__":
    speak("Prefect", MEASURES)
