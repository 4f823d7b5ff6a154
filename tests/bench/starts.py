"""P10: from a server's start to locations that can be used, with a bare server in turns, so that both meet the same load."""

from __future__ import annotations

import time

from tests.bench.figures import Figure, in_ms
from tests.bench.place import Place, workspace
from tests.bench.rows import limit, ours
from tests.server_process import ServerProcess, wait_for

TURNS = 4
PATIENCE = 180.0


def measure(place: Place) -> list[Figure]:
    """One location and five; every turn has a bare server's start before it."""
    bare: list[float] = []
    answered: list[float] = []
    usable: dict[str, list[float]] = {"one": [], "five": []}
    above: dict[str, list[float]] = {"one": [], "five": []}
    for turn in range(place.turns(TURNS)):
        before, _ = _start(place, f"bare{turn}", 1, enabled=False)
        bare.append(before)
        for name, locations in (("one", 1), ("five", 5)):
            first, ready = _start(place, f"{name}{turn}", locations)
            if name == "one":
                answered.append(first)
            usable[name].append(ready)
            above[name].append(ready - before)
    figures = [ours("P10", in_ms(answered), "answers"), limit("P10", in_ms(bare), "answers")]
    for name in usable:
        figures.append(ours("P10", in_ms(usable[name]), name))
        figures.append(ours("P10", in_ms(above[name]), f"{name}_over"))
        figures.append(limit("P10", in_ms(bare), name))
    return figures


def answers(server: ServerProcess) -> bool:
    """Whether a server says anything; a bare one has no orchestrator to be asked."""
    try:
        return server.request("api/status")[0] == 200
    except OSError:
        return False


def _start(place: Place, name: str, locations: int, *, enabled: bool = True) -> tuple[float, float]:
    """Seconds to the first answer, and until every location has loaded."""
    home = place.fresh(name)
    server = ServerProcess(workspace(home / "root", locations), home)
    begun = time.perf_counter()
    server.start(wait=False, enabled=enabled)
    try:
        wait_for(lambda: answers(server), PATIENCE, lambda: server.log)
        answered = time.perf_counter() - begun
        if not enabled:
            return answered, answered
        server.wait_until_ready(PATIENCE)
        entries = server.wait_for_locations(PATIENCE)
        usable = time.perf_counter() - begun
        assert len(entries) == locations and all(e["loadStatus"] == "LOADED" for e in entries.values()), entries
        return answered, usable
    finally:
        server.stop()
