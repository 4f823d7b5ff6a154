"""Dagster side by side with us."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster_deployment import BIN, HERE, Deployment, surroundings
from notebook import write_notebook
from servers import Group, last_line, time_in, wait_for, whole_process
from speaking import Line, Lines, after_kill, speak

DEFAULT = "run_coordinator: {module: dagster.core.run_coordinator, class: DefaultRunCoordinator}\n"
LIMITED = """run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config: {max_concurrent_runs: 4}
"""
QUEUED_RUNS, STORED_RUNS = 12, 10_000
ONE = "one op, in-process executor"
FIELDS = """id runId status startTime endTime creationTime updateTime jobName pipelineName mode rootRunId parentRunId
    canTerminate hasReExecutePermission hasTerminatePermission hasDeletePermission tags { key value }
    repositoryOrigin { repositoryName repositoryLocationName } assetSelection { path }"""
PAGE = f"query($f: RunsFilter) {{ runsOrError(limit: 25, filter: $f) {{ ... on Runs {{ results {{ {FIELDS} }} }} }} }}"
EVENTS = """query($id: ID!, $after: String) { logsForRun(runId: $id, limit: 1000, afterCursor: $after) {
    ... on EventConnection { cursor hasMore events { __typename
    ... on MessageEvent { runId message timestamp level stepKey eventType } } } } }"""
PLAN = """query($p: PipelineSelector!) { executionPlanOrError(pipeline: $p, mode: "default") {
    ... on ExecutionPlan { steps { key inputs { dependsOn { key } } } } } }"""
START = """mutation($p: ScheduleSelector!, $q: SensorSelector!) {
    startSchedule(scheduleSelector: $p) { __typename } startSensor(sensorSelector: $q) { __typename } }"""
ALL = "{ runsOrError(filter: {statuses: [SUCCESS]}) { ... on Runs { results { runId tags { key value } } } } }"
REPOSITORY = {"repositoryLocationName": "place0", "repositoryName": "__repository__"}


@functools.cache
def kept(settings: str) -> Deployment:
    """The deployment with these settings, which stays up until the end; it has run one run."""
    deployment = Deployment(settings)
    deployment.end(deployment.launch("one"))
    time.sleep(2)
    return deployment


@contextmanager
def brief(**options: Any) -> Iterator[Deployment]:
    """A deployment that is stopped again."""
    deployment = Deployment(**options)
    try:
        yield deployment
    finally:
        deployment.stop()


def launches() -> Lines:
    """P1 and P2."""
    code, done = _launches(DEFAULT, 8)
    start = f"API call → {{}}, {ONE}, default coordinator, warm"
    return {"P1": [Line(start.format("first user code"), code)], "P2": [Line(start.format("success recorded"), done)]}


def queued_launches() -> Lines:
    """P3."""
    code, done = _launches("", 4)
    start = f"API call → {{}}, {ONE}, queued coordinator as it is set by default"
    return {
        "P3": [
            Line(start.format("first user code"), code, "first_code"),
            Line(start.format("success recorded"), done, "success"),
        ]
    }


def _launches(settings: str, count: int) -> tuple[list[float], list[float]]:
    deployment = kept(settings)
    deployment.resume()
    code, done = [], []
    for number in range(count):
        begun = time.time()
        run_id = deployment.launch("one")
        code.append((time_in(deployment.marks / run_id) - begun) * 1000)
        done.append((deployment.end(run_id) - begun) * 1000)
        time.sleep(0.37 * (number % 4))  # not always at the same moment of a loop that looks again and again
    return code, done


def steps() -> Lines:
    """P5."""
    found = _direct("steps")
    return {
        "P5": [
            Line(f"in-process step, {name} of 100, SQLite unless in memory", values, name)
            for name, values in found.items()
        ]
    }


def processes() -> Lines:
    """P6."""
    found = _direct("processes")
    note = "few steps, for one takes seconds"
    return {
        "P6": [
            Line(f"multiprocess executor, {name}, per step", values, name, note=note) for name, values in found.items()
        ]
    }


def queue() -> Lines:
    """P7."""
    with brief(settings=LIMITED) as deployment:
        deployment.end(deployment.launch("one"))
        begun = time.time()
        runs = [deployment.launch("one") for _ in range(QUEUED_RUNS)]
        last = max(deployment.end(run_id, 300) for run_id in runs)
    a_minute = QUEUED_RUNS / (last - begun) * 60
    return {"P7": [Line(f"{QUEUED_RUNS} runs, limit 4, first submitted → all done", [a_minute], unit="runs/min")]}


def notebooks() -> Lines:
    """P8."""
    with brief(settings=DEFAULT, code="dagster_notebook.py") as deployment:
        write_notebook(deployment.marks / "nothing.ipynb")
        deployment.end(deployment.launch("notebook"))
        done = []
        for _ in range(3):
            begun = time.time()
            done.append((deployment.end(deployment.launch("notebook")) - begun) * 1000)
    return {
        "P8": [
            Line(
                "dagstermill, no-op notebook as a launched run → success recorded",
                done,
                "warm",
                note="starts a kernel for each",
            )
        ]
    }


def ticks() -> Lines:
    """P9: a schedule and a sensor in the same minutes; the sensor's files appear while no run of the schedule is on.

    A deployment that was held still for long has lost its code server, and takes minutes to find it again.
    """
    with brief() as deployment:
        return _ticks(deployment)


def _ticks(deployment: Deployment) -> Lines:
    deployment.end(deployment.launch("one"))
    (deployment.marks / "inbox").mkdir()
    names = {"p": {**REPOSITORY, "scheduleName": "every_minute"}, "q": {**REPOSITORY, "sensorName": "files"}}
    deployment.ask(START, **names)
    appeared = {}
    for number, second in enumerate((17, 40)):
        _sleep_until(second)
        appeared[f"file{number}"] = time.time()
        (deployment.marks / "inbox" / f"file{number}").touch()
    wait_for(lambda: len(_tagged(deployment, "file")) == 2 and len(_tagged(deployment, "due")) >= 2, 240, 0.5)
    due = {run_id: float(moment) for run_id, moment in _tagged(deployment, "due").items()}
    files = {run_id: appeared[name] for run_id, name in _tagged(deployment, "file").items()}
    late = [(time_in(deployment.marks / run_id) - moment) * 1000 for run_id, moment in (due | files).items()]
    return {
        "P9": [
            Line("due time → first user code, every minute", late[: len(due)], "one"),
            Line("file → first user code by a sensor that looks every 30 s", late[len(due) :], "sensor"),
        ]
    }


def _sleep_until(second: int) -> None:
    time.sleep((second - time.time()) % 60)


def _tagged(deployment: Deployment, key: str) -> dict[str, str]:
    """Ids of runs that succeeded, with their value of a tag."""
    runs = deployment.ask(ALL)["runsOrError"]["results"]
    return {run["runId"]: tag["value"] for run in runs for tag in run["tags"] if tag["key"] == key}


def starts() -> Lines:
    """P10."""
    lines = []
    for aspect, locations, turns in (("one", 1, 3), ("five", 5, 1)):
        seconds = []
        for _ in range(turns):
            with brief(locations=locations, own_servers=False) as deployment:
                seconds.append(deployment.seconds * 1000)
        lines.append(Line(f"webserver and daemon → usable, locations: {locations}", seconds, aspect))
    return {"P10": lines}


def memory() -> Lines:
    """P11."""
    with brief() as deployment:
        time.sleep(10)
        weight = deployment.memory()
    return {"P11": [Line("webserver, daemon, code server, idle (PSS)", [weight], "deployment", "MiB")]}


def imports() -> Lines:
    """P12."""
    return {
        "P12": [
            Line("import dagster, interpreter included", whole_process([sys.executable, "-c", "import dagster"], 5))
        ]
    }


def help_text() -> Lines:
    """P13."""
    return {"P13": [Line("dagster --help", whole_process([BIN / "dagster", "--help"], 3))]}


def lists() -> Lines:
    """P14."""
    with _scratch() as group:
        home = group.folder / "home"
        long_run = _direct("fill", STORED_RUNS, home=home)
        with brief(home=home, daemon=False) as deployment:
            by_tag = {"tags": [{"key": "team", "value": "team 7"}]}
            page = _asked(15, lambda: deployment.ask(PAGE, f={})["runsOrError"]["results"], 25)
            tagged = _asked(15, lambda: deployment.ask(PAGE, f=by_tag)["runsOrError"]["results"], 25)
            log = _asked(2, lambda: list(_events(deployment, long_run)), 10_000)
    of = f"of {STORED_RUNS:,} runs"
    return {
        "P14": [
            Line(f"GraphQL: 25 runs {of}", page, "page"),
            Line(f"GraphQL: 25 runs {of} by tag", tagged, "tag"),
            Line("GraphQL: one run's 10,000 events, in pages of 1,000", log, "log"),
        ]
    }


def _events(deployment: Deployment, run_id: str) -> Iterator[Any]:
    after = None
    while True:
        page = deployment.ask(EVENTS, id=run_id, after=after)["logsForRun"]
        yield from page["events"]
        after = page["cursor"]
        if not page["hasMore"]:
            return


def _asked(count: int, ask: Callable[[], list[Any]], expected: int) -> list[float]:
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        rows = ask()
        found.append((time.perf_counter() - begun) * 1000)
        assert len(rows) == expected, len(rows)
    return found


def large() -> Lines:
    """P15."""
    found = _direct("large")
    place = {"repositoryLocationName": "place0", "repositoryName": "__repository__", "pipelineName": "grid_50_100"}
    with brief(code="dagster_big.py", daemon=False) as deployment:
        usable = deployment.seconds * 1000
        asked = _asked(2, lambda: deployment.ask(PLAN, p=place)["executionPlanOrError"]["steps"], 5000)
    return {
        "P15": [
            Line("5,000 ops: start of webserver and code server → location usable", [usable], "usable"),
            Line("5,000 ops: execution plan in Python", [second * 1000 for second in found["plan"]], "plan"),
            Line("5,000 ops: execution plan by GraphQL", asked, "plan_asked"),
            Line("5,000 ops in-process, kept in memory: per step", [second / 5 for second in found["run"]], "step"),
        ]
    }


def events() -> Lines:
    """P16."""
    what = "store_event, SQLite"
    return {
        "P16": [
            Line(
                what, _direct("events"), "sqlite", "events/s", "a subscriber learns of new events by a poll each second"
            )
        ]
    }


def killed() -> Lines:
    """P17."""
    with brief(settings=DEFAULT) as deployment:
        run_id = deployment.launch("lingering")
        worker = int(wait_for((deployment.marks / "worker").read_text, 60))
        return after_kill(worker, lambda: deployment.run(run_id)["status"] not in ("STARTING", "STARTED"))


@contextmanager
def _scratch() -> Iterator[Group]:
    group = Group("dagster-scratch")
    try:
        yield group
    finally:
        group.stop()


def _direct(part: str, *options: int, home: Path | None = None) -> Any:
    """What is measured in a process of its own."""
    with _scratch() as group:
        place = home or group.folder / "home"
        place.mkdir()
        (place / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        command = [sys.executable, HERE / "dagster_direct.py", part, *options]
        return last_line(command, surroundings(place, group.folder))


MEASURES: dict[str, Callable[[], Lines]] = {
    **dict.fromkeys(("P1", "P2"), launches),
    **{"P3": queued_launches, "P5": steps, "P6": processes, "P7": queue, "P8": notebooks, "P9": ticks},
    **{"P10": starts, "P11": memory, "P12": imports, "P13": help_text, "P14": lists, "P15": large},
    **{"P16": events, "P17": killed},
}

if __name__ == "__main__":
    speak("Dagster", MEASURES)
