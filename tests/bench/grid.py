"""P15: a pipeline of 5,000 solids in a grid of 50 columns: until its location is usable, its plan, and its steps."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from tests.bench import limits
from tests.bench.figures import Figure, in_ms, timed
from tests.bench.place import Place, until
from tests.bench.rows import limit, ours
from tests.bench.steps import per_step
from tests.large_grid import grid_of, repository_of
from tests.server_process import ServerProcess

SOLIDS = 5000
CODE = grid_of(SOLIDS) + repository_of("grid")
PLAN = """\
import json, runpy, sys, time
from jupyter_orch.plan.prepare import prepare
found = []
for _ in range(int(sys.argv[2])):
    grid = runpy.run_path(sys.argv[1])["grid"]
    begun = time.perf_counter()
    plan = prepare(grid, None, {})
    found.append(time.perf_counter() - begun)
print(json.dumps(found))
"""
RELOAD = 'mutation { reloadRepositoryLocation(repositoryLocationName: "code.py") { __typename } }'
LOADED = """{ workspaceOrError { ... on Workspace { locationEntries { loadStatus stale
    locationOrLoadError { ... on RepositoryLocation { codeVersion } } } } } }"""


def measure(place: Place) -> list[Figure]:
    """The location is made anew in every turn by a change of its code."""
    bare = timed(place.turns(10), lambda: limits.python("pass"))
    graph = limits.asked("graph", place.turns(10))
    floor = [
        limit("P15", in_ms([a + b for a, b in zip(bare, graph, strict=False)]), "usable"),
        limit("P15", in_ms(graph), "plan"),
        *limits.steps_in_process("P15", ("step",), place),
    ]
    with place.serving("grid", code=CODE) as server:
        per_step(server, "grid", "in_process", SOLIDS)
        steps = [per_step(server, "grid", "in_process", SOLIDS) for _ in range(place.turns(4))]
        usable = [_reloaded(server, turn) for turn in range(place.turns(6))]
        code = server.root / "code.py"
        command = [sys.executable, "-c", PLAN, str(code), str(place.turns(6))]
        plans = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)
    return [
        ours("P15", in_ms(usable), "usable"),
        ours("P15", in_ms(plans), "plan", note="wiring, checks and steps; the imports are not counted"),
        ours("P15", in_ms(steps), "step"),
        *floor,
    ]


def _reloaded(server: ServerProcess, turn: int) -> float:
    """Seconds from asking for a reload of changed code until the location has it."""
    before = _version(server)
    (server.root / "code.py").write_text(f"# {turn} {time.time()}\n" + CODE)
    begun = time.time()
    server.graphql(RELOAD)
    return until(lambda: _version(server) not in ("", before), 120, every=0.01) - begun


def _version(server: ServerProcess) -> str:
    """The code version of a location that has loaded; empty while it is loading."""
    (entry,) = server.graphql(LOADED)["workspaceOrError"]["locationEntries"]
    if entry["loadStatus"] != "LOADED" or entry["stale"]:
        return ""
    return str(entry["locationOrLoadError"].get("codeVersion", ""))
