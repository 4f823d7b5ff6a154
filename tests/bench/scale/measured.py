"""Costs against the number of steps, solids, runs, events, schedules and locations; each family in a program of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_orch.processes import memory_share
from jupyter_orch.records.run import RunFilter
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing.samples import add, event, start
from tests.bench import storage
from tests.bench.figures import timed
from tests.bench.place import cpu_seconds
from tests.bench.scale import programs
from tests.bench.scale.curves import Curve
from tests.server_process import ServerProcess, serving, wait_for

STEPS, STEP_PROCESSES = (10, 30, 100, 300, 1000, 3000), (10, 30, 100, 300, 1000)
SOLIDS = (10, 30, 100, 300, 1000, 2000, 5000)
RUNS = (1_000, 10_000, 100_000)
EVENTS = (100, 1_000, 10_000, 100_000)
SCHEDULES = (10, 100, 1_000, 10_000)
DUE = (1, 10, 100, 1_000)
LOCATIONS = (1, 5, 20, 100)
TURNS = 3
MIB = 1024 * 1024

MS = "milliseconds"
RELOAD = 'mutation { reloadRepositoryLocation(repositoryLocationName: "code.py") { __typename } }'
SELECTOR = '{repositoryLocationName: "code.py", repositoryName: "repo", pipelineName: "%s"}'
PLAN = '{ executionPlanOrError(pipeline: %s, mode: "default") { ... on ExecutionPlan { steps { key } } } }'
DRAWING = "{ pipelineOrError(params: %s) { ... on Pipeline { drawing } } }"
TIMES = "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { status startTime endTime } } }"


def measure(folder: Path) -> list[Curve]:
    """Every family, one after the other; it takes about twelve minutes."""
    families: dict[str, Callable[[Path], list[Curve]]] = {
        "steps": steps,
        "solids": solids,
        "runs": runs,
        "events": events,
        "locations": locations,
        "schedules": schedules,
        "due": due,
    }
    curves: list[Curve] = []
    for name, family in families.items():
        print(f"how {name} grow …", file=sys.stderr, flush=True)
        begun = time.monotonic()
        curves += family(folder / name)
        print(f"how {name} grow: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return curves


def steps(folder: Path) -> list[Curve]:
    """Runs of ever more steps that do nothing, by the runs' own clocks."""
    code = f"CHAINS, FANS = {STEPS}, {STEP_PROCESSES}\n{programs.SOLIDS}"
    with _serving(folder, {"code.py": code}) as server:
        chains = {n: _per_step(server, f"chain_{n}", "in_process", n) for n in STEPS}
        fans = {n: _per_step(server, f"fan_{n}", "multiprocess", n) for n in STEP_PROCESSES}
    return [
        Curve(
            name="steps-in-process", title="A step in the worker's process, in a chain: start of the run to its end, per step",
            size="steps", unit=MS, points=chains, expected="flat",
        ),
        Curve(
            name="steps-multiprocess", title="A step in a process of its own, in a fan-out: start of the run to its end, per step",
            size="steps", unit=MS, points=fans, expected="flat",
        ),
    ]  # fmt: skip


def _per_step(server: ServerProcess, pipeline: str, executor: str, count: int) -> tuple[float, ...]:
    found = []
    for _ in range(TURNS):
        run_id = server.launch(pipeline, {"execution": {executor: {}}})["run"]["runId"]
        wait_for(
            lambda run_id=run_id: server.graphql(TIMES, id=run_id)["pipelineRunOrError"]["endTime"] is not None, 120.0
        )  # type: ignore[misc]
        run = server.graphql(TIMES, id=run_id)["pipelineRunOrError"]
        assert run["status"] == "SUCCESS", run
        found.append((run["endTime"] - run["startTime"]) * 1000 / count)
    return tuple(found)


def solids(folder: Path) -> list[Curve]:
    """A location that has one chain, ever longer: its reload, its plan and its drawing through GraphQL."""
    reload, plan, drawing = {}, {}, {}
    for count in SOLIDS:
        code = f"CHAINS, FANS = ({count},), ()\n{programs.SOLIDS}"
        with _serving(folder / str(count), {"code.py": code}) as server:
            selector = SELECTOR % f"chain_{count}"
            reload[count] = _asked(server, RELOAD)
            plan[count] = _asked(server, PLAN % selector)
            drawing[count] = _asked(server, DRAWING % selector)
    return [
        Curve(name="solids-reload", title="Reload of a location with one chain", size="solids", unit=MS, points=reload, expected="linear"),
        Curve(name="solids-plan", title="Execution plan, through GraphQL", size="solids", unit=MS, points=plan, expected="linear"),
        Curve(name="solids-drawing", title="What the panel draws a graph from, through GraphQL", size="solids", unit=MS, points=drawing, expected="linear"),
    ]  # fmt: skip


def _asked(server: ServerProcess, query: str) -> tuple[float, ...]:
    return _in_ms(lambda: server.graphql(query))


def runs(folder: Path) -> list[Curve]:
    """Pages, filters and new runs with ever more runs of 20 events in the database."""
    points: dict[str, dict[int, tuple[float, ...]]] = {}
    folder.mkdir(parents=True)
    for count in RUNS:
        (folder / str(count)).mkdir()
        with storage.databases(folder / str(count)) as urls:
            for kind, url in urls.items():
                stored = SqlStorage(Database(url))
                storage.fill(stored, count)
                for name, act in _with_runs(stored, count).items():
                    points.setdefault(f"{name}, {kind}", {})[count] = _in_ms(act, 20)
                stored.dispose()
    return [
        Curve(
            name="runs-" + title.lower().replace(",", "").replace(" ", "-"), title=title, size="runs in the database",
            unit=MS, points=values, expected="flat",
        )
        for title, values in points.items()
    ]  # fmt: skip


def _with_runs(stored: SqlStorage, count: int) -> dict[str, Callable[[], object]]:
    numbers = iter(range(1_000_000))
    return {
        "Page of 25": lambda: stored.list_runs(RunFilter(), limit=25, before=count // 2),
        "Filter by tag": lambda: stored.list_runs(RunFilter(tags={"team": "team 7"}), limit=25),
        "New run": lambda: add(stored, f"new {next(numbers)}", event(), tags={"team": "new"}),
    }


def events(folder: Path) -> list[Curve]:
    """One run with ever more events: storing a hundred more, its newest, and all of them."""
    folder.mkdir(parents=True)
    store, newest, whole = {}, {}, {}
    stored = SqlStorage(Database(f"sqlite:///{folder}/events.db"))
    batch = [event(message="a message of usual length, more or less", step_key="a step", data={"n": 1})] * 100
    for count in EVENTS:
        run_id = f"run of {count}"
        start(stored, run_id)
        for _ in range(count // 100):
            stored.append_events(run_id, 1, batch)
        newest[count] = _in_ms(lambda run_id=run_id, count=count: stored.read_events(run_id, after=count - 50), 20)  # type: ignore[misc]
        whole[count] = _in_ms(lambda run_id=run_id: _read_all(stored, run_id))  # type: ignore[misc]
        store[count] = _in_ms(lambda run_id=run_id: stored.append_events(run_id, 1, batch), 20)  # type: ignore[misc]
    stored.dispose()
    return [
        Curve(name="events-store", title="Storing 100 more events of a run, SQLite", size="events", unit=MS, points=store, expected="flat"),
        Curve(name="events-newest", title="The newest 50 events of a run, SQLite", size="events", unit=MS, points=newest, expected="flat"),
        Curve(name="events-whole", title="All events of a run in pages of 10,000, SQLite", size="events", unit=MS, points=whole, expected="linear"),
    ]  # fmt: skip


def _read_all(stored: SqlStorage, run_id: str) -> None:
    after = 0
    while page := stored.read_events(run_id, after=after, limit=10_000):
        after = page[-1].seq


def locations(folder: Path) -> list[Curve]:
    """Servers with ever more locations: start until all are usable, and the memory of all their processes."""
    usable, memory = {}, {}
    for count in LOCATIONS:
        code = f"CHAINS, FANS = (10,), ()\n{programs.SOLIDS}"
        root = _root(folder / str(count), {f"code{number}.py": code for number in range(count)})
        server = ServerProcess(root, folder / str(count) / "home")
        begun = time.perf_counter()
        server.start()
        try:
            found = server.wait_for_locations(180)
            usable[count] = ((time.perf_counter() - begun),)
            assert {entry["loadStatus"] for entry in found.values()} == {"LOADED"}, found
            assert server.process is not None
            memory[count] = (_memory(server.process.pid) / MIB,)
        finally:
            server.stop()
    return [
        Curve(name="locations-start", title="Server's start until every location is usable", size="locations", unit="seconds", points=usable, expected="linear"),
        Curve(name="locations-memory", title="Memory (PSS) of the server and all that it has started", size="locations", unit="MiB", points=memory, expected="linear"),
    ]  # fmt: skip


def schedules(folder: Path) -> list[Curve]:
    """What the server takes in each second while ever more schedules wait."""
    points = {}
    for count in SCHEDULES:
        with _serving(folder / str(count), {"code.py": f"SCHEDULES = {count}\n{programs.WAITING}"}) as server:
            assert server.process is not None
            time.sleep(8.0)  # the first look at all of them
            points[count] = tuple(_cpu_of_a_second(server.process.pid) for _ in range(TURNS))
    return [
        Curve(
            name="schedules-idle", title="CPU of the server in each second while schedules wait", size="schedules",
            unit=MS, points=points, expected="flat",
        )
    ]  # fmt: skip


def due(folder: Path) -> list[Curve]:
    """From a full minute to the user code of the last run, with ever more schedules due in that minute."""
    first = int(time.time() // 60) + 2
    minutes = {size: (first + number) % 60 for number, size in enumerate(DUE)}
    late = {}
    with _serving(folder, {"code.py": f"MINUTES = {minutes}\n{programs.DUE}"}) as server:
        for number, size in enumerate(DUE):
            marks = server.root / f"marks-{size}.txt"
            wait_for(lambda marks=marks, size=size: _lines(marks) >= size, 60.0 * (number + 4), lambda: server.log)  # type: ignore[misc]
            last = max(map(float, marks.read_text().split()))
            late[size] = ((last - (first + number) * 60.0) * 1000,)
    return [
        Curve(
            name="schedules-due", title="Due time to the user code of the last run", size="schedules due at once",
            unit=MS, points=late, expected="linear",
        )
    ]  # fmt: skip


def _lines(path: Path) -> int:
    return len(path.read_text().split()) if path.exists() else 0


def _cpu_of_a_second(pid: int) -> float:
    before, begun = cpu_seconds(pid), time.monotonic()
    time.sleep(6.0)
    return (cpu_seconds(pid) - before) / (time.monotonic() - begun) * 1000


def _memory(pid: int) -> int:
    import psutil

    below = psutil.Process(pid).children(recursive=True)
    return memory_share(pid) + sum(memory_share(process.pid) for process in below if process.is_running())


def _in_ms(act: Callable[[], object], times: int = 5) -> tuple[float, ...]:
    act()
    return tuple(second * 1000 for second in timed(times, act))


def _serving(folder: Path, code: dict[str, str]) -> _Loaded:
    return _Loaded(_root(folder, code), folder / "home")


def _root(folder: Path, code: dict[str, str]) -> Path:
    root = folder / "root"
    root.mkdir(parents=True)
    for name, text in code.items():
        (root / name).write_text(text)
    (root / "workspace.yaml").write_text("load_from:\n" + "".join(f"- python_file: {name}\n" for name in code))
    return root


class _Loaded:
    """A server whose locations have loaded."""

    def __init__(self, root: Path, home: Path) -> None:
        self._serving = serving(root, home)

    def __enter__(self) -> ServerProcess:
        server = self._serving.__enter__()
        entries = server.wait_for_locations(180)
        assert {entry["loadStatus"] for entry in entries.values()} == {"LOADED"}, entries
        return server

    def __exit__(self, *told: object) -> None:
        self._serving.__exit__(*told)
