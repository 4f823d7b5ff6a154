"""``make bench``: every row of the report, each between two measurements of ours when peers are measured too.

Ctrl-C ends it early; what was measured until then is written. Exit code 1 when a part failed; the report says why.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from contextlib import ExitStack
from pathlib import Path

from tests.bench import peers as others
from tests.bench import plots, scale
from tests.bench.figures import Figure, surroundings
from tests.bench.machine import circumstances, instant, load
from tests.bench.parts import Part, chosen
from tests.bench.peers import Peers
from tests.bench.place import Place
from tests.bench.report import Report
from tests.bench.rows import ROWS

REPOSITORY = Path(__file__).parents[2]


def main() -> int:
    """Measure, write and print."""
    options = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us ends the servers that we started, too
    _keep_what_is_compiled()
    try:
        parts = chosen(options.only, with_peers=options.peers)
    except ValueError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    rows = {row for part in parts for row in part.rows}
    report = Report(circumstances=circumstances(), asked=tuple(row.name for row in ROWS if row.name in rows))
    bench = Bench(report, parts, options.turns)
    growth = ""
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="orch-bench-", ignore_cleanup_errors=True) as folder:
            bench.measure(Path(folder), options.peers)
            growth = _growth(Path(folder), options.out) if options.scale else ""
    except KeyboardInterrupt:
        bench.failed.append("Ctrl-C")
        report.circumstances["ended early"] = "by hand; what was measured until then follows"
    report.circumstances |= {"ended": instant(), "load after": load()}
    write(report, options.out, growth)
    return 1 if bench.failed else 0


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="ROW", help="rows or parts to measure, such as P5 queue"
    )
    parser.add_argument("--peers", action="store_true", help="install the peers, if need be, and measure them too")
    parser.add_argument("--scale", action="store_true", help="draw how costs grow with sizes, too")
    parser.add_argument(
        "--turns", type=float, default=1.0, metavar="FACTOR", help="how many of the usual turns to take"
    )
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="folder of report.md, report.json, *.svg")
    return parser.parse_args()


def _keep_what_is_compiled() -> None:
    """An installed program is compiled once; one that is compiled at each start is no figure, of ours or a peer's."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for package in ("jupyter_orch", "kernel", "tests"):
        compileall.compile_dir(REPOSITORY / package, quiet=2)


class Bench:
    """The parts, one after the other, with the peers in between.

    Args:
        report: takes the figures.
        parts: to be measured.
        turns: how many of the usual turns are taken.
    """

    def __init__(self, report: Report, parts: tuple[Part, ...], turns: float = 1.0) -> None:
        self.failed: list[str] = []
        self._report, self._parts, self._turns = report, parts, turns

    def measure(self, folder: Path, with_peers: bool) -> None:
        """Ours, each peer, ours again, for one part after the other; a part that fails is told and the others go on."""
        with ExitStack() as stack:
            peers = stack.enter_context(Peers(tell=tell)) if with_peers else None
            if peers is not None:
                self._report.circumstances["peers"] = ", ".join(f"{k} {v}" for k, v in others.versions().items())
            asked: set[str] = set()
            for number, part in enumerate(self._parts):
                if peers is not None and part.twice:
                    self._visit(part, folder, 1)
                if peers is not None:
                    self._peers(peers, [row for row in part.rows if row not in asked])
                    asked |= set(part.rows)
                self._visit(part, folder, 2 if peers is not None and part.twice else 0)
                if part.place not in {later.place for later in self._parts[number + 1 :]}:
                    shutil.rmtree(folder / part.place, ignore_errors=True)

    def _visit(self, part: Part, folder: Path, visit: int) -> None:
        place = Place(folder / part.place, visit, self._turns)
        place.folder.mkdir(exist_ok=True)
        begun = time.monotonic()
        tell(f"{', '.join(part.rows)} {part.name}")
        found: list[Figure] = []
        try:
            with surroundings() as around:
                found = part.measure(place)
        except Exception as error:
            self.failed.append(part.name)
            traceback.print_exc(limit=-4)
            for row in part.rows:
                self._report.miss(row, f"{part.name} failed: {_first_line(error)}")
        for figure in found:
            figure.surroundings.update(around)
        self._report.add(found)
        tell(f"{', '.join(part.rows)} {part.name}: {len(found)} figures in {time.monotonic() - begun:.0f} s")

    def _peers(self, peers: Peers, rows: list[str]) -> None:
        for row in rows:
            for peer in peers.names:
                before = len(peers.problems)
                self._report.add(peers.measure(peer, row))
                for problem in peers.problems[before:]:
                    self._report.miss(row, str(problem))
        if absent := [problem for problem in peers.problems if not problem.row]:
            words = "; ".join(f"{problem.who}: {problem.reason}" for problem in absent)
            self._report.circumstances["peers that are not there"] = words


def write(report: Report, out: Path, growth: str = "") -> None:
    """The report as Markdown, JSON and pictures into a folder, and its first part to standard output."""
    (out / "report.json").write_text(json.dumps(report.as_json(), indent=1) + "\n")
    try:
        pictures = plots.draw(report, out)
    except ImportError as error:
        pictures = []
        report.circumstances["pictures"] = f"none: {error} (the extra 'bench' has it)"
    text = report.as_markdown(pictures, growth)
    (out / "report.md").write_text(text)
    print(text.partition("## Every figure")[0].rstrip())
    print(f"\nAll of it: {out / 'report.md'}, {out / 'report.json'}")


def tell(line: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def _growth(folder: Path, out: Path) -> str:
    curves = scale.measure(folder / "scale")
    scale.draw(curves, out)
    (out / "scale.json").write_text(json.dumps([curve.as_json() for curve in curves], indent=1) + "\n")
    return f"## How it grows\n\n{scale.page(curves)}"


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:300] if lines else ''}"


if __name__ == "__main__":
    sys.exit(main())
