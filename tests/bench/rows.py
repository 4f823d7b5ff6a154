"""The lines of the report: what is timed, in which unit, and what we ask of ourselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.bench.figures import LIMIT, OURS, Figure


@dataclass(frozen=True, slots=True)
class Aspect:
    """One quantity of a row; figures of ours, of peers and of the limit that name the same aspect are compared.

    Attributes:
        name: what figures call it; a row with one quantity calls it ``""``.
        what: from when to when is timed.
        unit: of its values.
        target: for the median; None where none was set, or where it depends on what is measured in the same run.
        target_p95: for the 95th percentile.
        limit: what the machine itself is asked for, to compare with.
        absent: why nothing measures it.
    """

    name: str
    what: str
    unit: str = "ms"
    target: float | None = None
    target_p95: float | None = None
    more_is_better: bool = False
    limit: str = ""
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    name: str
    title: str
    aspects: tuple[Aspect, ...]


LAUNCH = "one request over loopback, one durable commit, fork of a process with the code imported, its first line"
ENDED = "the same, then one more durable commit"
INTERPRETER = "the bare interpreter"

ROWS = (
    Row(
        "P1",
        "Launch, warm: first user code",
        (Aspect("", "API call → first line of user code, default coordinator", "ms", 35, 70, limit=LAUNCH),),
    ),
    Row(
        "P2",
        "Launch, warm: success",
        (Aspect("", "API call → success recorded, one solid", "ms", 60, limit=ENDED),),
    ),
    Row(
        "P3",
        "Launch through the queue",
        (
            Aspect("first_code", "API call → first line of user code, queued coordinator", "ms", 60, limit=LAUNCH),
            Aspect("success", "API call → success recorded, queued coordinator", "ms", 90, limit=ENDED),
        ),
    ),
    Row(
        "P4",
        "Launch, cold",
        (
            Aspect(
                "",
                "API call → first line of user code, no process stands ready; target: imports + 150",
                limit="a new interpreter that imports the user's code",
            ),
        ),
    ),
    Row(
        "P5",
        "Step in the run's process, events stored",
        tuple(
            Aspect(name, f"{words} of 100 no-op steps, per step", "ms", 0.5, limit="its events as one batched insert")
            for name, words in (("chain", "chain"), ("fan_out", "fan-out"))
        ),
    ),
    Row(
        "P6",
        "Step in a process of its own, events stored",
        (
            Aspect("chain", "chain of 100 no-op steps, per step", "ms", 9, limit="fork and end, one after another"),
            Aspect("fan_out", "fan-out of 100 no-op steps, per step", "ms", 6, limit="fork and end, two at a time"),
            Aspect(
                "pooled",
                "fan-out of 100, processes used again",
                "ms",
                2,
                limit="a word to a process and back",
                absent="no executor uses a step's process again (docs/performance.md says why)",
            ),
        ),
    ),
    Row(
        "P7",
        "Runs through the queue",
        (
            Aspect(
                "",
                "200 one-solid runs, 4 at a time, all submitted → all done",
                "runs/min",
                2000,
                more_is_better=True,
                limit="fork, eight inserted rows and end, two at a time",
            ),
        ),
    ),
    Row(
        "P8",
        "Notebook that does nothing, as a launched run",
        (
            Aspect("warm", "API call → success recorded", "ms", 200, limit="two cells in a kernel that runs"),
            Aspect("cold", "the same, no process stands ready", "ms", 1400, limit="a kernel's start and two cells"),
        ),
    ),
    Row(
        "P9",
        "What starts by itself",
        (
            Aspect("one", "due time of a schedule → first line of user code", "ms", 80, 200, limit=LAUNCH),
            Aspect("sensor", "a sensor is told that something happened → first user code", "ms", 100, limit=LAUNCH),
            Aspect(
                "thousand",
                "1,000 schedules due in one minute: due → first user code of the last",
                "ms",
                35_000,
                limit="1,000 times fork, eight inserted rows and end, two at a time",
            ),
        ),
    ),
    Row(
        "P10",
        "Server start",
        (
            Aspect("one", "start → 1 location usable", limit="a bare Jupyter server answers"),
            Aspect("one_over", "the same, above a bare server that answers, in turns", "ms", 300),
            Aspect("five", "start → 5 locations usable", limit="a bare Jupyter server answers"),
            Aspect("five_over", "the same, above a bare server that answers, in turns", "ms", 300),
            Aspect("answers", "start → the server answers", limit="a bare Jupyter server answers"),
        ),
    ),
    Row(
        "P11",
        "Memory of an idle deployment (PSS)",
        (
            Aspect(
                "deployment", "server and all below it, 1 location", "MiB", limit="bare Jupyter server and a kernel"
            ),
            Aspect("server_over", "the server's process above a bare one", "MiB", 60),
            Aspect("location_over", "a location, all its processes, above its imports alone", "MiB", 15),
        ),
    ),
    Row(
        "P12",
        "Import of the library",
        (Aspect("", "a new interpreter imports it and ends", "ms", 100, limit=INTERPRETER),),
    ),
    Row(
        "P13",
        "Help of the command line",
        (Aspect("", "--help, the process's whole life", "ms", 300, limit=INTERPRETER),),
    ),
    Row(
        "P14",
        "Reads, 100,000 runs of 20 events stored",
        (
            Aspect("page", "runs page of 25 over GraphQL", "ms", 20, 20, limit="its rows by index, as JSON"),
            Aspect("tag", "25 runs filtered by a tag", "ms", 20, 20, limit="its rows by index, as JSON"),
            Aspect("log", "one run's 10,000 events", "ms", 200, 200, limit="its rows by index, as JSON"),
        ),
    ),
    Row(
        "P15",
        "5,000 solids in a grid",
        (
            Aspect("usable", "reload asked → location usable", "ms", 1000, limit="interpreter, 5,000 nodes made"),
            Aspect("plan", "definition → plan, in process", "ms", 500, limit="5,000 nodes made and put in order"),
            Aspect(
                "step", "per no-op step in-process, events stored", "ms", 0.5, limit="its events as one batched insert"
            ),
        ),
    ),
    Row(
        "P16",
        "Events",
        (
            Aspect(
                "sqlite",
                "stored through the storage's methods, 1,000 at a time, SQLite",
                "events/s",
                20_000,
                more_is_better=True,
                limit="the bare driver, 1,000 rows a commit",
            ),
            Aspect(
                "postgres",
                "stored through the storage's methods, 1,000 at a time, Postgres",
                "events/s",
                20_000,
                more_is_better=True,
                limit="the bare driver, 1,000 rows a commit",
            ),
            Aspect("shown", "stored → a subscriber's websocket has it", "ms", 20, limit="a datagram between processes"),
        ),
    ),
    Row(
        "P17",
        "kill -9 → recorded",
        (
            Aspect("worker", "of a run's worker → the run's end stored", "ms", 500, limit="pidfd and a durable commit"),
            Aspect(
                "step", "of a step's process → the step's failure stored", "ms", 500, limit="pidfd and a durable commit"
            ),
        ),
    ),
    Row(
        "P18",
        "5,000 solids in the panel (Chromium)",
        (
            Aspect("paint", "command → graph painted", "ms", 500, limit="rectangles and lines on a bare canvas"),
            Aspect("pan", "a frame while it is moved, all of it in sight", "ms", 33, limit="an empty frame"),
            Aspect("panel", "JupyterLab ready → panel painted, 10,000 runs", "ms"),
        ),
    ),
    Row(
        "L",
        "100 requests a second, 200 live sockets, 20 s",
        (
            Aspect("request", "a request", "ms"),
            Aspect("lag", "lateness of the server's event loop, 99th percentile", "ms", 100),
        ),
    ),
)
BY_NAME = {row.name: row for row in ROWS}


def aspect(row: str, name: str) -> Aspect | None:
    """A row's quantity by its name."""
    return next((found for found in BY_NAME[row].aspects if found.name == name), None) if row in BY_NAME else None


def ours(
    row: str, values: Iterable[float], name: str = "", *, what: str = "", note: str = "", target: float | None = None
) -> Figure:
    """A figure of ours, with the row's words and targets unless told otherwise."""
    return _figure(OURS, row, values, name, what, note, target)


def limit(row: str, values: Iterable[float], name: str = "", *, what: str = "", note: str = "") -> Figure:
    """What the machine itself can do."""
    known = aspect(row, name)
    return _figure(LIMIT, row, values, name, what or (known.limit if known else ""), note, None)


def _figure(
    who: str, row: str, values: Iterable[float], name: str, what: str, note: str, target: float | None
) -> Figure:
    known = aspect(row, name)
    unit = known.unit if known else "ms"
    aim = known if known and who == OURS else None
    return Figure(
        row=row,
        aspect=name,
        who=who,
        what=what or (known.what if known else name),
        values=tuple(values),
        unit=unit,
        target=target if target is not None else (aim.target if aim else None),
        target_p95=aim.target_p95 if aim else None,
        more_is_better=bool(known and known.more_is_better),
        note=note,
    )
