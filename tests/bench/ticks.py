"""From due times to user code, and what a daemon costs that waits for them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.server_process import ServerProcess, serving, wait_for

CODE = """\
import time
from pathlib import Path
from jupyter_orch import DefaultScheduleStatus, DefaultSensorStatus, SkipReason, pipeline, repository, schedule, sensor, solid

MARKS = Path(__file__).with_name("marks.txt")

@solid
def mark(_):
    now = time.time()
    with open(MARKS, "a") as file:
        file.write(f"{now!r}\\n")

@pipeline
def marked():
    mark()

def a_schedule(number):
    @schedule(cron_schedule=CRON, pipeline_name="marked", name=f"s{number}",
              default_status=DefaultScheduleStatus.RUNNING)
    def made(_):
        return {}
    return made

def a_sensor(number):
    @sensor(pipeline_name="marked", name=f"look{number}", default_status=DefaultSensorStatus.RUNNING)
    def made(_):
        return SkipReason("nothing to do")
    return made

@repository
def repo():
    return [marked, *map(a_schedule, range(SCHEDULES)), *map(a_sensor, range(SENSORS))]
"""
RowMaker = Callable[[str, list[float], str], dict[str, Any]]


def measure(folder: Path, row: RowMaker) -> list[dict[str, Any]]:
    """Lateness with one and with 1,000 schedules due in the same minute, and the idle cost of 10,000."""
    return [
        row("due → first user code, one schedule", _lateness(folder / "one", 1, minutes=4), "≤ 80, p95 ≤ 200"),
        row("due → first user code, 1,000 at once", _lateness(folder / "many", 1000, minutes=1), "last ≤ 35,000"),
        row("10,000 schedules, 100 sensors: CPU ms a second", _idle(folder / "idle"), "≤ 20"),
    ]


def _lateness(folder: Path, count: int, minutes: int) -> list[float]:
    """Seconds from the full minute to the first user code of each run."""
    with _serving(folder, "* * * * *", count, 0) as server:
        marks = server.root / "marks.txt"
        wanted = count * minutes
        wait_for(
            lambda: marks.exists() and len(marks.read_text().split()) >= wanted, 90 + 60 * minutes, lambda: server.log
        )
        found = sorted(float(text) for text in marks.read_text().split())[:wanted]
    if count == 1:
        return [at % 60 for at in found]
    due = found[0] // 60 * 60
    return [at - due for at in found]


def _idle(folder: Path) -> list[float]:
    """Seconds of CPU time in each second, of the server alone, while nothing is due."""
    with _serving(folder, "0 0 1 1 *", 10_000, 100) as server:
        assert server.process is not None
        time.sleep(20)  # the first look at everything
        samples = []
        for _ in range(6):
            before, begun = _cpu_seconds(server.process.pid), time.monotonic()
            time.sleep(10)
            samples.append((_cpu_seconds(server.process.pid) - before) / (time.monotonic() - begun))
        return samples


def _serving(folder: Path, cron: str, schedules: int, sensors: int) -> Any:
    root = folder / "root"
    root.mkdir(parents=True)
    names = f"CRON, SCHEDULES, SENSORS = {cron!r}, {schedules}, {sensors}\n"
    (root / "code.py").write_text(names + CODE)
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    return _Loaded(root, folder / "home")


class _Loaded:
    """A server whose location has loaded."""

    def __init__(self, root: Path, home: Path) -> None:
        self._serving = serving(root, home)

    def __enter__(self) -> ServerProcess:
        server = self._serving.__enter__()
        entries = server.wait_for_locations(180)
        assert entries["code.py"]["loadStatus"] == "LOADED", entries
        return server

    def __exit__(self, *told: Any) -> None:
        self._serving.__exit__(*told)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
