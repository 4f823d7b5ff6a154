"""The report's pictures: every quantity against its target and the machine's limit, and the peers beside us."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench.figures import LIMIT, OURS, Figure
from tests.bench.report import Report, label, ratio
from tests.bench.rows import BY_NAME, ROWS

BLUE, ORANGE, GREY, FAINT = "#1f6feb", "#c2410c", "#9aa5b1", "#e5e7eb"
COLOURS = ("#0f766e", "#b45309", "#7c3aed", "#be123c", "#4d7c0f", "#0369a1", "#a16207", "#9d174d")


def draw(report: Report, out: Path) -> list[str]:
    """Names of the pictures that were drawn into a folder."""
    drawn = []
    times = [figure for figure in _headlines(report) if figure.unit == "ms"]
    if times:
        _overview(report, times, out / "overview.svg")
        drawn.append("overview.svg")
    others = {figure.who for figure in report.figures} - {OURS, LIMIT}
    compared = [figure for figure in _headlines(report) if any(_of_peers(report, figure))]
    if others and compared:
        _beside(report, compared, sorted(others), out / "peers.svg")
        drawn.append("peers.svg")
    return drawn


def _headlines(report: Report) -> list[Figure]:
    found = (report.of(row.name, aspect.name, OURS) for row in ROWS for aspect in row.aspects)
    return [figure for figure in found if figure is not None]


def _of_peers(report: Report, ours: Figure) -> list[Figure]:
    return [
        figure
        for figure in report.figures
        if (figure.row, figure.aspect, figure.unit) == (ours.row, ours.aspect, ours.unit)
        and figure.who not in (OURS, LIMIT)
    ]


def _overview(report: Report, figures: list[Figure], path: Path) -> None:
    pyplot, axes, picture = _canvas(figures, "Milliseconds: median and spread, target and the machine's limit")
    for height, figure in enumerate(figures):
        low = max(min(figure.values), 1e-3)
        axes.plot([low, max(figure.values)], [height, height], "-", color=GREY, linewidth=2, zorder=1)
        reached = figure.is_reached is not False
        axes.plot(figure.median, height, "o", color=BLUE if reached else ORANGE, zorder=3)
        if figure.target is not None:
            axes.plot(figure.target, height, "|", color="black", markersize=12, markeredgewidth=1.6, zorder=2)
        floor = report.of(figure.row, figure.aspect, LIMIT)
        if floor is not None:
            axes.plot(floor.median, height, "<", color=GREY, zorder=2)
    for marker, colour, words in (
        ("o", BLUE, "median"),
        ("o", ORANGE, "median, target missed"),
        ("|", "black", "target"),
        ("<", GREY, "limit measured here"),
    ):
        axes.plot([], [], marker, color=colour, label=words)
    _save(pyplot, axes, picture, path, "milliseconds")


def _beside(report: Report, figures: list[Figure], names: list[str], path: Path) -> None:
    pyplot, axes, picture = _canvas(figures, "How many times better the median of jupyter_orch is")
    for number, name in enumerate(names):
        points = [
            (ratio(figure, peer), height)
            for height, figure in enumerate(figures)
            for peer in _of_peers(report, figure)
            if peer.who == name
        ]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        axes.plot(xs, ys, "o", color=COLOURS[number % len(COLOURS)], label=name, alpha=0.85)
    axes.axvline(1.0, color="black", linewidth=0.8)
    _save(pyplot, axes, picture, path, "times (1: equal; left of it the other is better)")


def _canvas(figures: list[Figure], title: str) -> tuple[Any, Any, Any]:
    import matplotlib  # the extra ``bench``: figures are made without it, pictures are not

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "jupyter_orch"
    from matplotlib import pyplot

    picture, axes = pyplot.subplots(figsize=(9, 1.2 + 0.28 * len(figures)), layout="constrained")
    names = [f"{BY_NAME[figure.row].title}  {label(figure.row, figure.aspect)}" for figure in figures]
    axes.set_yticks(range(len(figures)), names, fontsize=8)
    axes.set_ylim(len(figures) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.set_title(title, fontsize=10)
    axes.grid(True, axis="x", which="major", color=FAINT, linewidth=0.6)
    return pyplot, axes, picture


def _save(pyplot: Any, axes: Any, picture: Any, path: Path, unit: str) -> None:
    axes.set_xlabel(unit, fontsize=9)
    picture.legend(fontsize=8, frameon=False, loc="outside lower center", ncols=4)
    picture.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(picture)
