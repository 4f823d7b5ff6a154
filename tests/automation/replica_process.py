"""A daemon's scheduler and sensor loop as a process of its own, on a clock that runs faster than ours.

``python -m tests.automation.replica_process URL NAME SCHEDULES SENSORS BEGUN SPEED`` works until it is ended. Its clock
showed :data:`BEGIN` at the real instant ``BEGUN`` and goes ``SPEED`` times as fast as ours.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from jupyter_orch import clock
from jupyter_orch.automation import schedules as schedule_ticks
from jupyter_orch.automation import sensors as sensor_ticks
from jupyter_orch.automation.schedules import ScheduleTicks
from jupyter_orch.automation.sensors import SensorTicks
from jupyter_orch.automation.switches import Switches
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.daemon.scheduler import Scheduler
from jupyter_orch.daemon.sensor_loop import SensorLoop
from jupyter_orch.runs.journal import Journal
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.surroundings import Answers, Listed, schedule, sensor

BEGIN = 1_714_564_800.0
"""The clock's first instant: a whole minute."""
ENDLESS = 1_000_000


def code(_location: str, method: str, params: dict[str, Any]) -> Any:
    """What the code of every location answers: two runs a due time; a sensor counts on by one."""
    if method == "evaluate_schedule":
        return {"requests": [{"run_key": "a", "pipeline": "pipe"}, {"run_key": "b", "pipeline": "pipe"}]}
    count = int(params["cursor"] or 0) + 1
    return {"requests": [{"run_key": str(count), "pipeline": "pipe"}], "cursor": str(count)}


def schedules_named(count: int) -> list[Any]:
    """Schedules that are due every minute and make up for whatever was missed."""
    return [schedule(name=f"s{n}", partition_set="p", location=f"place{n % 3}") for n in range(count)]


def sensors_named(count: int) -> list[Any]:
    """Sensors with a short interval."""
    return [sensor(name=f"look{n}", minimum_interval_seconds=20, location=f"place{n % 3}") for n in range(count)]


def fast_clock(begun: float, speed: float) -> Any:
    """A clock that showed ``BEGIN`` at the real instant ``begun``."""
    return lambda: BEGIN + (time.time() - begun) * speed


def stay(_others: float) -> None:
    """In place of ``clock.go_by``: a database server's clock is not as fast, and leases by it would last for hours."""


def paced(loop: Loop, speed: float) -> None:
    """Turn for ever; sleeps are as short as the clock is fast."""
    while True:
        loop._awake.clear()
        loop._awake.wait(loop.turn() / speed)


def main(url: str, name: str, schedules: int, sensors: int, begun: float, speed: float) -> None:
    """Work until ended; no tick is given up, for faults are as frequent here as the clock is fast."""
    clock.now = fast_clock(begun, speed)
    clock.go_by = stay
    schedule_ticks.MAX_ATTEMPTS = sensor_ticks.MAX_ATTEMPTS = ENDLESS
    storage = SqlStorage(Database(url))
    journal, switches, answers = Journal(storage, lambda _: None), Switches(storage), Answers()
    answers.answer = code
    found = Listed(schedules_named(schedules), sensors_named(sensors))
    ticks = ScheduleTicks(storage, journal, answers, name, max_catchup=100_000)
    looks = SensorTicks(storage, journal, answers, name)
    loops = (
        Scheduler(found, storage, switches, ticks, lambda: None),
        SensorLoop(found, storage, switches, looks, lambda: None),
    )
    threads = [threading.Thread(target=paced, args=(loop, speed), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    threads[0].join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6]))
