"""P9: from due times, and from news that a sensor is told of, to user code."""

from __future__ import annotations

import time
from statistics import median

from tests.bench import limits
from tests.bench.figures import Figure, in_ms
from tests.bench.place import CODE as REPOSITORY
from tests.bench.place import Place, until
from tests.bench.rows import limit, ours
from tests.server_process import ServerProcess

MINUTES = 4
PUSHES = 20
MANY = 1000
CODE = """\
import time
from pathlib import Path
from jupyter_orch import DefaultScheduleStatus, DefaultSensorStatus, RunRequest, SkipReason, pipeline, repository, schedule, sensor, solid

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
    @schedule(cron_schedule="* * * * *", pipeline_name="marked", name=f"s{number}",
              default_status=DefaultScheduleStatus.RUNNING)
    def made(_):
        return {}
    return made

INBOX = Path(__file__).with_name("inbox")

@sensor(pipeline_name="marked", name="told", minimum_interval_seconds=3600, default_status=DefaultSensorStatus.RUNNING)
def told(context):
    names = sorted(path.name for path in INBOX.glob("*") if path.name > (context.cursor or ""))
    if not names:
        return SkipReason("nothing new")
    context.update_cursor(names[-1])
    return [RunRequest(run_key=name) for name in names]

@repository
def repo():
    return [marked, told, *map(a_schedule, range(SCHEDULES))]
"""
TRIGGER = """mutation { triggerSensor(sensorSelector: {sensorName: "told", repositoryName: "repo",
    repositoryLocationName: "code.py"}) { __typename ... on Error { message } } }"""


def measure(place: Place) -> list[Figure]:
    """One schedule over some minutes, a sensor that is told of news between its due times, and 1,000 schedules at once."""
    pairs = limits.asked("launch", place.turns(40), REPOSITORY)
    floor = [pair[0] * 1000 for pair in pairs]
    late, pushed = _one_and_sensor(place)
    figures = [
        ours("P9", in_ms(late), "one"),
        ours("P9", in_ms(pushed), "sensor"),
        limit("P9", floor, "one"),
        limit("P9", floor, "sensor"),
    ]
    return [*figures, *_thousand(place)] if place.is_last else figures


def _one_and_sensor(place: Place) -> tuple[list[float], list[float]]:
    """Seconds from the full minutes, and from telling the sensor, to the runs' first lines."""
    minutes, late, pushed = place.turns(MINUTES, least=1), [], []
    with place.serving("one", code="SCHEDULES = 1\n" + CODE) as server:
        inbox = server.root / "inbox"
        inbox.mkdir()
        for minute in range(minutes):
            due = (time.time() // 60 + 1) * 60
            for number in range(place.turns(PUSHES) // minutes + 2):
                if due - time.time() > 8:
                    pushed.append(_push(server, f"{minute:03}-{number:03}"))
            time.sleep(max(0.0, due - time.time() - 0.5))
            known = len(_marks(server))
            until(lambda: len(_marks(server)) > known, 90, every=0.05)  # noqa: B023
            late.append(_marks(server)[known] - due)
    return late, pushed[1:]


def _push(server: ServerProcess, name: str) -> float:
    known = len(_marks(server))
    (server.root / "inbox" / name).touch()
    begun = time.time()
    answer = server.graphql(TRIGGER)["triggerSensor"]
    assert answer["__typename"] == "SensorStateResult", answer
    until(lambda: len(_marks(server)) > known, 60, every=0.02)
    time.sleep(0.3)
    return _marks(server)[known] - begun


def _thousand(place: Place) -> list[Figure]:
    """The lateness of the last of them, that of all in the note."""
    each = [seconds * MANY * 1000 for seconds in limits.asked("forks_that_write", place.turns(4), REPOSITORY)]
    with place.serving("many", code=f"SCHEDULES = {MANY}\n" + CODE) as server:
        until(lambda: len(_marks(server)) >= MANY, 300, every=0.5)
        found = sorted(_marks(server))[:MANY]
    late = [at - found[0] // 60 * 60 for at in found]
    note = f"the first after {late[0] * 1000:.0f} ms, the middle one after {median(late):.1f} s"
    return [ours("P9", [late[-1] * 1000], "thousand", note=note), limit("P9", each, "thousand")]


def _marks(server: ServerProcess) -> list[float]:
    path = server.root / "marks.txt"
    if not path.exists():
        return []
    return [float(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
