"""P12 and P13: new interpreters that import the library, and the command line's help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench import limits
from tests.bench.figures import Figure, in_ms, timed
from tests.bench.place import Place
from tests.bench.rows import ours

COMMAND = Path(sys.executable).with_name("jupyter-orch")
# What the installed command does, for a source tree that is on the path without having been installed.
AS_INSTALLED = "import sys; from jupyter_orch.cli.main import main; sys.exit(main())"
TURNS = 20


def measure(place: Place) -> list[Figure]:
    """P12; one turn before the first is not counted, it may compile."""
    limits.python("import jupyter_orch")
    turns = place.turns(TURNS)
    floor = limits.interpreter("P12", turns)
    values = in_ms(timed(turns, lambda: limits.python("import jupyter_orch")))
    return [ours("P12", values), floor]


def measure_help(place: Place) -> list[Figure]:
    """P13."""
    _help()
    turns = place.turns(TURNS)
    return [ours("P13", in_ms(timed(turns, _help))), limits.interpreter("P13", turns)]


def _help() -> None:
    command = [str(COMMAND)] if COMMAND.exists() else [sys.executable, "-c", AS_INSTALLED]
    subprocess.run([*command, "--help"], capture_output=True, check=True)
