"""``make bench``: what launching, steps and starts cost on this machine, as Markdown; ``--json FILE`` for figures."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import doors, memory, notebooks, queue, storage, ticks
from tests.server_process import ServerProcess, serving, wait_for

CODE = Path(__file__).with_name("code.py")
HELP = Path(sys.executable).with_name("jupyter-orch")
Row = dict[str, Any]
STORED_RUNS = 100_000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="launches per row")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument(
        "--only",
        choices=["imports", "starts", "launches", "notebooks", "queue", "steps", "storage", "ticks", "memory", "doors"],
        help="measure only this",
    )
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="orch-bench-") as folder:
        parts: dict[str, Callable[[], list[Row]]] = {
            "imports": imports,
            "starts": lambda: server_starts(Path(folder)),
            "launches": lambda: launches(Path(folder), options.runs),
            "notebooks": lambda: notebooks.measure(Path(folder) / "notebooks", row),
            "queue": lambda: queue.measure(workspace(Path(folder) / "queue"), Path(folder) / "queue-home", 200, row),
            "steps": lambda: steps(Path(folder)),
            "ticks": lambda: ticks.measure(Path(folder) / "ticks", row),
            "memory": lambda: memory.measure(workspace(Path(folder) / "memory"), Path(folder) / "memory-home", row),
            "doors": lambda: doors.measure(
                workspace(Path(folder) / "doors"), Path(folder) / "doors-home", STORED_RUNS, row
            ),
            "storage": lambda: storage.measure(Path(folder), STORED_RUNS, row),
        }
        for name, measure in parts.items():
            if options.only in (None, name):
                rows += measure()
    print(report(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    return 0


def imports() -> list[Row]:
    """Time of imports and of the command line's help, interpreter included and taken off."""
    bare = timed(7, lambda: python("pass"))
    user = timed(7, lambda: python("import jupyter_orch"))
    command = timed(5, lambda: subprocess.run([HELP, "--help"], capture_output=True, check=True))
    return [
        row("interpreter alone", bare),
        row("import jupyter_orch, interpreter included", user, "≤ 100"),
        row("jupyter orch --help", command, "≤ 300"),
    ]


def server_starts(folder: Path) -> list[Row]:
    """Time until a Jupyter server answers, with and without the extension in turns, so that both meet the same load."""
    bare, ours, ready = [], [], []
    for turn in range(4):
        bare.append(_start(folder / f"bare{turn}", enabled=False)[0])
        answered, usable = _start(folder / f"ours{turn}")
        ours.append(answered)
        ready.append(usable)
    return [
        row("bare Jupyter server → answers", bare),
        row("with the extension → answers", ours, "bare + 300"),
        row("with the extension → location loaded", ready),
    ]


def _start(home: Path, *, enabled: bool = True) -> tuple[float, float]:
    server = ServerProcess(workspace(home / "root"), home)
    begun = time.perf_counter()
    server.start(wait=False, enabled=enabled)
    try:
        wait_for(lambda: _answers(server), 60, lambda: server.log)
        answered = time.perf_counter() - begun
        usable = 0.0
        if enabled:
            server.wait_until_ready()
            server.wait_for_locations()
            usable = time.perf_counter() - begun
        return answered, usable
    finally:
        server.stop()


def _answers(server: ServerProcess) -> bool:
    try:
        return server.request("api/status")[0] == 200
    except OSError:
        return False


def launches(folder: Path, count: int) -> list[Row]:
    """From sending the API call to the first user code and to the recorded success."""
    rows = []
    for name, settings in (("warm", ""), ("cold", "run_launcher: subprocess\n")):
        root, home = workspace(folder / name / "root"), folder / name / "home"
        (home / "orch").mkdir(parents=True)
        (home / "orch" / "orch.yaml").write_text(settings)
        with serving(root, home) as server:
            server.wait_for_locations()
            times = [_launch(server, folder / "mark", cold=name == "cold") for _ in range(count)]
        targets = ("≤ 35", "≤ 60") if name == "warm" else ("imports + 150", "")
        rows.append(row(f"{name}: API call → answer", [t[0] for t in times]))
        rows.append(row(f"{name}: API call → first user code", [t[1] for t in times], targets[0]))
        rows.append(row(f"{name}: API call → success recorded", [t[2] for t in times], targets[1]))
    return rows


def _launch(server: ServerProcess, mark: Path, *, cold: bool) -> tuple[float, float, float]:
    begun = time.time()
    answer = server.launch("one_solid", {"solids": {"first": {"config": {"mark": str(mark)}}}})
    answered = time.time()
    run_id = answer["run"]["runId"]
    wait_for(lambda: server.run(run_id)["status"] == "SUCCESS", 30)
    end = next(e["timestamp"] for e in server.events(run_id) if e["type"] == "PIPELINE_SUCCESS")
    time.sleep(0.2 if not cold else 0.5)
    return answered - begun, float(mark.read_text()) - begun, end - begun


def steps(folder: Path) -> list[Row]:
    """Time per step of runs of 100 steps that do nothing, by the events' own clocks, all of them stored."""
    rows = []
    with serving(workspace(folder / "steps"), folder / "steps-home") as server:
        server.wait_for_locations()
        for executor, targets in (("in_process", ("≤ 0.5", "≤ 0.5")), ("multiprocess", ("≤ 9", "≤ 6"))):
            for pipeline, target in zip(("chain", "fan_out"), targets, strict=True):
                times = [_steps(server, pipeline, executor) for _ in range(5)]
                rows.append(row(f"{executor}: {pipeline} of 100, per step", times, target))
    return rows


def _steps(server: ServerProcess, pipeline: str, executor: str) -> float:
    config = {"execution": {executor: {}}}
    answer = server.launch(pipeline, config)
    run_id = answer["run"]["runId"]
    assert server.wait_for_run(run_id)["status"] == "SUCCESS"
    events = server.events(run_id)
    first = next(e["timestamp"] for e in events if e["type"] == "STEP_START")
    last = next(e["timestamp"] for e in events if e["type"] == "PIPELINE_SUCCESS")
    return (last - first) / 100


def workspace(root: Path) -> Path:
    """A root folder with the measured repository."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "code.py").write_text(CODE.read_text())
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    return root


def python(code: str) -> None:
    """Run a line in a fresh interpreter."""
    subprocess.run([sys.executable, "-c", code], check=True)


def timed(count: int, work: Callable[[], object]) -> list[float]:
    """Seconds of each of ``count`` turns."""
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return found


def row(what: str, seconds: list[float], target: str = "") -> Row:
    """One line of the report, in milliseconds."""
    ordered = sorted(s * 1000 for s in seconds)
    return {
        "what": what,
        "n": len(ordered),
        "median": statistics.median(ordered),
        "p95": ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))],
        "min": ordered[0],
        "target": target,
    }


def report(rows: list[Row]) -> str:
    """The figures as a Markdown table."""
    load = os.getloadavg()[0]
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}, Linux {platform.release()}",
        "",
        "| what (milliseconds) | n | median | p95 | min | target |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {r['what']} | {r['n']} | {r['median']:.2f} | {r['p95']:.2f} | {r['min']:.2f} | {r['target']} |"
        for r in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
