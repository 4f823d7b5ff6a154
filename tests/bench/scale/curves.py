"""A cost at several sizes, the law that fits it, and its picture."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

EXPONENTS = [number / 20 for number in range(-20, 51) if number]
"""Below zero: what is paid once is spread over more and more."""
FLAT = 1.5
"""A cost that differs by no more than this factor over all sizes is called flat; shared machines give as much by chance."""
CLEAR = 0.8
"""A law that explains less of the variance than this is no law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """``constant + factor * size ** exponent``.

    Attributes:
        r2: share of the variance of the logarithms that it explains, or that the best law would; of a flat cost nothing.
        is_flat: the measured medians differ by :data:`FLAT` at most.
    """

    constant: float
    factor: float
    exponent: float
    r2: float
    is_flat: bool

    def at(self, size: float) -> float:
        """The cost that it foretells."""
        return float(self.constant + self.factor * size**self.exponent)

    def __str__(self) -> str:
        if not self.factor:
            return f"{'flat' if self.is_flat else 'no trend'}, about {_short(self.constant)}"
        growth = f"{_short(self.factor)} · n^{self.exponent:.2f}"
        return f"{_short(self.constant)} + {growth}" if self.constant > 0 else growth


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One cost at several sizes.

    Attributes:
        name: of the file that it is drawn into.
        title: what is timed, from when to when.
        size: what grows, in the plural.
        unit: of the cost.
        points: sizes, each with the values measured at it.
        expected: ``flat`` or ``linear``; what a reader should hope for at best.
    """

    name: str
    title: str
    size: str
    unit: str
    points: dict[int, tuple[float, ...]]
    expected: str

    @property
    def medians(self) -> dict[int, float]:
        """The middle value at each size."""
        return {size: statistics.median(values) for size, values in sorted(self.points.items())}

    @property
    def law(self) -> Law:
        """The law with the least squares of relative errors; exponents are tried in steps of 0.05."""
        sizes = np.array(list(self.medians), dtype=float)
        costs = np.array(list(self.medians.values()), dtype=float)
        if costs.max() <= FLAT * costs.min():
            return Law(constant=float(np.median(costs)), factor=0.0, exponent=0.0, r2=0.0, is_flat=True)
        found = min((_fitted(sizes, costs, exponent) for exponent in EXPONENTS), key=lambda one: one[0])
        _, constant, factor, exponent = found
        foretold = np.log(constant + factor * sizes**exponent)
        spread = float(((np.log(costs) - np.log(costs).mean()) ** 2).sum())
        r2 = 1.0 - float(((np.log(costs) - foretold) ** 2).sum()) / spread
        if r2 < CLEAR:
            return Law(constant=float(np.median(costs)), factor=0.0, exponent=0.0, r2=r2, is_flat=False)
        return Law(constant=constant, factor=factor, exponent=float(exponent), r2=r2, is_flat=False)

    def as_json(self) -> dict[str, Any]:
        """Points and law."""
        law = self.law
        return {
            "name": self.name, "title": self.title, "size": self.size, "unit": self.unit, "expected": self.expected,
            "points": [{"size": size, "values": list(values)} for size, values in sorted(self.points.items())],
            "law": {
                "constant": law.constant, "factor": law.factor, "exponent": law.exponent, "r2": law.r2,
                "is_flat": law.is_flat,
            },
        }  # fmt: skip


def table(curves: list[Curve]) -> str:
    """All curves as a Markdown table."""
    lines = ["| what | n | cost | law | R² | hoped for |", "| --- | --- | --- | --- | --- | --- |"]
    for curve in curves:
        sizes = " · ".join(f"{size:,}" for size in curve.medians)
        costs = " · ".join(_short(cost) for cost in curve.medians.values())
        r2 = "" if curve.law.is_flat else f"{curve.law.r2:.3f}"
        what = f"[{curve.title}]({curve.name}.svg)"
        lines.append(
            f"| {what} | {sizes} {curve.size} | {costs} {curve.unit} | {curve.law} | {r2} | {curve.expected} |"
        )
    return "\n".join(lines)


def page(curves: list[Curve]) -> str:
    """The table and, below it, the pictures that :func:`draw` has drawn."""
    pictures = "\n\n".join(f"![{curve.title}]({curve.name}.svg)" for curve in curves)
    return f"{table(curves)}\n\n{pictures}\n"


def draw(curves: list[Curve], out: Path) -> list[Path]:
    """One SVG for each curve.

    Args:
        out: the folder; made when it is not there.
    """
    import matplotlib  # the extra ``bench``: figures are made without it, pictures are not

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "jupyter_orch"
    out.mkdir(parents=True, exist_ok=True)
    return [_drawn(curve, out / f"{curve.name}.svg") for curve in curves]


def _drawn(curve: Curve, path: Path) -> Path:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.6), layout="constrained")
    for size, values in curve.points.items():
        axes.plot([size] * len(values), values, ".", color="#9aa5b1", markersize=4)
    axes.plot(list(curve.medians), list(curve.medians.values()), "o", color="#1f6feb", label="median")
    sizes = np.geomspace(min(curve.points), max(curve.points), 100)
    axes.plot(sizes, [curve.law.at(size) for size in sizes], "-", color="#c2410c", linewidth=1, label=str(curve.law))
    axes.set(xscale="log", yscale="log", xlabel=curve.size, ylabel=curve.unit)
    low, high = min(map(min, curve.points.values())), max(map(max, curve.points.values()))
    if high < 10 * low:  # a decade at least, so that noise does not look like growth
        middle = math.sqrt(low * high)
        axes.set_ylim(middle / 3.2, middle * 3.2)
    axes.set_title(curve.title, fontsize=10)
    axes.grid(True, which="major", color="#e5e7eb", linewidth=0.6)
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(figure)
    return path


def _fitted(sizes: Any, costs: Any, exponent: float) -> tuple[float, float, float, float]:
    """Sum of squared relative errors, constant, factor, exponent; neither constant nor factor is negative."""
    powers = sizes**exponent
    columns = np.stack([1.0 / costs, powers / costs], axis=1)
    (constant, factor), *_ = np.linalg.lstsq(columns, np.ones_like(costs), rcond=None)
    if constant < 0:
        relative = powers / costs
        constant, factor = 0.0, float(relative.sum() / (relative**2).sum())
    if factor < 0:
        constant, factor = float((1.0 / costs).sum() / (1.0 / costs**2).sum()), 0.0
    errors = 1.0 - (constant + factor * powers) / costs
    return float((errors**2).sum()), float(constant), float(factor), float(exponent)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
