"""jupyter-scheduler, in a Jupyter server, side by side with us."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from notebook import write_notebook
from servers import HOST, Group, free_port, request, time_in, wait_for, whole_process
from speaking import Line, Lines, after_kill, speak

BIN = Path(sys.executable).parent
JOBS, TICKS = 12, 2
ENDED = ("COMPLETED", "FAILED")  # a job that has not begun yet is said to be STOPPED


class Server(Group):
    """Starts on entering existence and keeps the time that took in ``seconds``."""

    def __init__(self) -> None:
        super().__init__("scheduler")
        self.root = self.folder / "root"
        self.root.mkdir()
        write_notebook(self.root / "nothing.ipynb")
        self.lingering = write_notebook(self.root / "lingering.ipynb", "import time\ntime.sleep(600)")
        port = free_port()
        self.url = f"http://{HOST}:{port}"
        folders = {f"JUPYTER_{name.upper()}_DIR": self.folder / name for name in ("data", "config", "runtime")}
        for path in folders.values():
            path.mkdir()
        environment = {name: str(path) for name, path in folders.items()}
        environment |= {"IPYTHONDIR": str(self.folder / "ipython"), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        begun = time.monotonic()
        command = [BIN / "jupyter-server", "--allow-root", "--no-browser", f"--ip={HOST}", f"--port={port}"]
        options = [
            "--IdentityProvider.token=",
            "--ServerApp.disable_check_xsrf=True",
            f"--ServerApp.root_dir={self.root}",
        ]
        self.start([*command, *options], environment)
        wait_for(lambda: request(f"{self.url}/scheduler/config"), 120)
        self.seconds = time.monotonic() - begun
        self.runtime = request(f"{self.url}/scheduler/runtime_environments")[0]["name"]

    def submit(self, notebook: str = "nothing.ipynb", mark: Path | None = None) -> str:
        """Ask for a job; its id."""
        return str(request(f"{self.url}/scheduler/jobs", self.described(notebook, mark))["job_id"])

    def described(self, notebook: str, mark: Path | None) -> dict[str, Any]:
        """What is asked for."""
        body = {"name": "job", "input_uri": notebook, "runtime_environment_name": self.runtime}
        return {**body, "output_formats": ["ipynb"], "parameters": {"mark": repr(str(mark))} if mark else None}

    def job(self, job_id: str) -> dict[str, Any]:
        """Its record."""
        found: dict[str, Any] = request(f"{self.url}/scheduler/jobs/{job_id}")
        return found

    def end(self, job_id: str, limit: float = 180) -> float:
        """When it was recorded to have succeeded."""
        wait_for(lambda: self.job(job_id)["status"] in ENDED, limit, 0.1)
        job = self.job(job_id)
        assert job["status"] == "COMPLETED", job.get("status_message", job)
        return float(job["end_time"]) / 1000


@contextmanager
def brief() -> Iterator[Server]:
    """A server that is stopped again."""
    server = Server()
    try:
        yield server
    finally:
        server.stop()


@functools.cache
def kept() -> Server:
    """The server that stays up until the end; it has run one job."""
    server = Server()
    server.end(server.submit())
    return server


def launches() -> Lines:
    """P1, P2 and P8: all that it runs are notebooks."""
    server = kept()
    server.resume()
    code, done = [], []
    for number in range(5):
        mark = server.folder / f"mark{number}"
        begun = time.time()
        job_id = server.submit(mark=mark)
        code.append((time_in(mark) - begun) * 1000)
        done.append((server.end(job_id) - begun) * 1000)
    note = "a notebook; there is nothing smaller"
    return {
        "P1": [Line("API call → first user code, in the second cell", code, note=note)],
        "P2": [Line("API call → success recorded", done, note=note)],
        "P8": [Line("no-op notebook as a job → success recorded", done, "warm", note="starts a kernel for each")],
    }


def queue() -> Lines:
    """P7."""
    server = kept()
    server.resume()
    begun = time.time()
    jobs = [server.submit() for _ in range(JOBS)]
    last = max(server.end(job_id, 300) for job_id in jobs)
    what = f"{JOBS} jobs, first submitted → all done"
    note = "notebooks; no limit: all of them run at once"
    return {"P7": [Line(what, [JOBS / (last - begun) * 60], unit="runs/min", note=note)]}


def ticks() -> Lines:
    """P9."""
    with brief() as server:
        mark = server.folder / "due"
        definition = {**server.described("nothing.ipynb", mark), "schedule": "* * * * *", "timezone": "UTC"}
        request(f"{server.url}/scheduler/job_definitions", definition)
        moments: list[float] = []
        while len(moments) < TICKS:
            moments.append(time_in(mark))
            mark.unlink()
    late = [moment % 60 * 1000 for moment in moments]
    return {"P9": [Line("due time → first user code, every minute", late, "one", note="a notebook")]}


def starts() -> Lines:
    """P10 and P11."""
    seconds, weight = [], []
    for _ in range(3):
        with brief() as server:
            seconds.append(server.seconds * 1000)
            if not weight:
                time.sleep(8)
                weight.append(server.memory())
    return {
        "P10": [Line("Jupyter server's start → the scheduler's API answers", seconds, "one")],
        "P11": [Line("Jupyter server with the scheduler, idle (PSS)", weight, "deployment", "MiB")],
    }


def imports() -> Lines:
    """P12."""
    values = whole_process([sys.executable, "-c", "import jupyter_scheduler.extension"], 3)
    return {"P12": [Line("import jupyter_scheduler.extension, interpreter included", values)]}


def killed() -> Lines:
    """P17."""
    with brief() as server:
        own = {process.pid for process in server.processes()}
        job_id = server.submit("lingering.ipynb")
        kernel = wait_for(lambda: [each for each in server.processes() if _is_kernel(each)], 60)[0]
        worker = kernel.parent()
        assert worker is not None and worker.pid not in own
        time.sleep(2)
        return after_kill(worker.pid, lambda: server.job(job_id)["status"] != "IN_PROGRESS")


def _is_kernel(process: psutil.Process) -> bool:
    try:
        return "ipykernel_launcher" in process.cmdline()
    except psutil.Error:
        return False


MEASURES: dict[str, Callable[[], Lines]] = {
    **dict.fromkeys(("P1", "P2", "P8"), launches),
    **dict.fromkeys(("P10", "P11"), starts),
    **{"P7": queue, "P9": ticks, "P12": imports, "P17": killed},
}

if __name__ == "__main__":
    speak("jupyter-scheduler", MEASURES)
