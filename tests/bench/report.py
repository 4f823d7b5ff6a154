"""The report: every row with targets, the machine's limit and the peers beside it, as Markdown and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.bench.figures import LIMIT, OURS, Figure
from tests.bench.rows import ROWS, Aspect, Row

WHY = "what stands in the way, and what would help, is in docs/performance.md"


@dataclass(kw_only=True)
class Report:
    """What was measured, under which circumstances, and what is missing and why.

    Attributes:
        figures: of all; the same quantity measured twice is one figure.
        circumstances: words about machine, versions and load by their name.
        reasons: why a row is not measured, in part or at all; by the row's name.
        asked: the rows that were to be measured.
    """

    figures: list[Figure] = field(default_factory=list)
    circumstances: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    asked: tuple[str, ...] = tuple(row.name for row in ROWS)

    def add(self, figures: Iterable[Figure]) -> None:
        """Take figures in; those of a quantity that is here already join their values."""
        for figure in figures:
            place = next((n for n, known in enumerate(self.figures) if _same(known, figure)), None)
            if place is None:
                self.figures.append(figure)
            else:
                self.figures[place] = _joined(self.figures[place], figure)

    def miss(self, row: str, reason: str) -> None:
        """Say why something of a row is not there."""
        self.reasons.setdefault(row, []).append(reason)

    def of(self, row: str, aspect: str, who: str) -> Figure | None:
        """The figure of a quantity: the first that was measured of it."""
        return next((f for f in self.figures if (f.row, f.aspect, f.who) == (row, aspect, who)), None)

    def missing(self) -> dict[str, str]:
        """Each quantity of ours that has no figure, with the reason."""
        found = {}
        for row in ROWS:
            if row.name not in self.asked:
                continue
            for aspect in row.aspects:
                if self.of(row.name, aspect.name, OURS) is None:
                    reason = aspect.absent or "; ".join(self.reasons.get(row.name, ["nothing measures it"]))
                    found[label(row.name, aspect.name)] = reason
        return found

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        return {
            "circumstances": self.circumstances,
            "rows": [_row_json(self, row, aspect) for row, aspect in self._quantities()],
            "missing": self.missing(),
            "reasons": self.reasons,
            "figures": [figure.as_json() for figure in self.figures],
        }

    def as_markdown(self, pictures: Iterable[str] = (), appendix: str = "") -> str:
        """The report as people read it."""
        parts = [
            "# Figures",
            "\n".join(f"- {name}: {words}" for name, words in self.circumstances.items()),
            "## At a glance",
            self._glance(),
            *self._told("Not reached", self._not_reached()),
            *self._told("Not measured", [f"{name}: {reason}" for name, reason in self.missing().items()]),
            *self._told(
                "Told while measuring", [f"{row}: {text}" for row in self.reasons for text in self.reasons[row]]
            ),
            "## Beside others",
            self._peers(),
            "## Every figure",
            self._all(),
            *(f"![{name}]({name})" for name in pictures),
        ]
        return "\n\n".join(part for part in [*parts, appendix] if part) + "\n"

    def _quantities(self) -> list[tuple[Row, Aspect]]:
        return [(row, aspect) for row in ROWS if row.name in self.asked for aspect in row.aspects]

    def _glance(self) -> str:
        lines = []
        for row, aspect in self._quantities():
            found, floor = self.of(row.name, aspect.name, OURS), self.of(row.name, aspect.name, LIMIT)
            lines.append(
                (
                    label(row.name, aspect.name),
                    f"{row.title}: {aspect.what}",
                    "–" if found is None else f"{short(found.median)} {found.unit}",
                    "–" if found is None else short(found.p95),
                    "–" if found is None else aim(found),
                    {True: "yes", False: "**no**", None: "–"}[found.is_reached if found else None],
                    "–" if floor is None else short(floor.median),
                    "–" if found is None or floor is None else f"{distance(found, floor):.3g} ×",
                )
            )
        heads = ("row", "what", "median", "p95", "target", "reached", "limit here", "distance")
        return table(heads, lines)

    def _peers(self) -> str:
        names = list(dict.fromkeys(f.who for f in self.figures if f.who not in (OURS, LIMIT)))
        if not names:
            return "No peer was measured; `make bench PEERS=1` does so."
        lines = []
        for row, aspect in self._quantities():
            found = self.of(row.name, aspect.name, OURS)
            beside = [self.of(row.name, aspect.name, name) for name in names]
            if found is not None and any(beside):
                lines.append(
                    (
                        label(row.name, aspect.name),
                        f"{row.title}: {aspect.what}",
                        f"{short(found.median)} {found.unit}",
                        *(_ratio(found, peer) for peer in beside),
                    )
                )
        words = "A ratio above 1 says how many times better the median of jupyter_orch is, in the same run; what exactly a\npeer did stands with its figure below."
        return f"{words}\n\n{table(('row', 'what', OURS, *names), lines)}"

    def _all(self) -> str:
        heads = ("row", "who", "what", "unit", "n", "median", "p95", "min", "max", "others' cores", "note")
        order = {row.name: number for number, row in enumerate(ROWS)}
        ordered = sorted(self.figures, key=lambda f: (order.get(f.row, 99), f.row, f.who != OURS, f.who == LIMIT))
        return table(heads, [_line(figure) for figure in ordered if figure.row in self.asked])

    def _not_reached(self) -> list[str]:
        missed = [
            f"{label(f.row, f.aspect)}, {f.what}: {short(f.median)} {f.unit}, p95 {short(f.p95)}; target {aim(f)}; {WHY}"
            for f in self.figures
            if f.is_reached is False
        ]
        absent = [
            f"{label(row.name, aspect.name)}, {aspect.what}: target {short(aspect.target)} {aspect.unit}; {aspect.absent}"
            for row, aspect in self._quantities()
            if aspect.absent and aspect.target is not None
        ]
        return missed + absent

    @staticmethod
    def _told(title: str, lines: list[str]) -> list[str]:
        return [f"## {title}", "\n".join(f"- {line}" for line in lines)] if lines else []


def distance(figure: Figure, floor: Figure) -> float:
    """How many times the limit it takes; 1 is the limit."""
    better, worse = (floor, figure) if figure.more_is_better else (figure, floor)
    return better.median / worse.median if worse.median else float("inf")


def ratio(ours: Figure, peer: Figure) -> float:
    """How many times better ours is than a peer's; in units that both have."""
    return ours.median / peer.median if ours.more_is_better else peer.median / ours.median


def label(row: str, aspect: str) -> str:
    """How a quantity is called."""
    return f"{row} {aspect.replace('_', ' ')}".strip()


def aim(figure: Figure) -> str:
    """Its target in words."""
    if figure.target is None:
        return "–"
    sign = "≥" if figure.more_is_better else "≤"
    last = "" if figure.target_p95 is None else f", p95 {sign} {short(figure.target_p95)}"
    return f"{sign} {short(figure.target)}{last}"


def short(value: float) -> str:
    """Three figures, without powers of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.2g}"


def table(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    rows = [heads, tuple("---" for _ in heads), *lines]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows
    )


def _ratio(ours: Figure, peer: Figure | None) -> str:
    if peer is None:
        return "–"
    if peer.unit != ours.unit:
        return f"{short(peer.median)} {peer.unit}"
    more = "> " if peer.at_least else ""
    return f"{more}{short(peer.median)} ({more}{short(ratio(ours, peer))} ×)"


def _same(one: Figure, other: Figure) -> bool:
    return (one.row, one.aspect, one.who, one.what) == (other.row, other.aspect, other.who, other.what)


def _joined(first: Figure, second: Figure) -> Figure:
    """Both visits' values; a target that was measured counts by the mean of both, the busier surroundings are kept."""
    targets = [target for target in (first.target, second.target) if target is not None]
    around = {
        name: max(first.surroundings.get(name, 0.0), second.surroundings.get(name, 0.0))
        for name in {**first.surroundings, **second.surroundings}
    }
    return replace(
        first,
        values=first.values + second.values,
        target=statistics.mean(targets) if targets else None,
        note="; ".join(dict.fromkeys(note for note in (first.note, second.note) if note)),
        surroundings=around,
    )


def _row_json(report: Report, row: Row, aspect: Aspect) -> dict[str, Any]:
    found, floor = report.of(row.name, aspect.name, OURS), report.of(row.name, aspect.name, LIMIT)
    peers = {
        f.who: ratio(found, f)
        for f in report.figures
        if found is not None
        and (f.row, f.aspect, f.unit) == (row.name, aspect.name, found.unit)
        and f.who not in (OURS, LIMIT)
    }
    return {
        "row": row.name,
        "aspect": aspect.name,
        "title": row.title,
        "what": aspect.what,
        "unit": aspect.unit,
        "median": found.median if found else None,
        "target": found.target if found else aspect.target,
        "reached": found.is_reached if found else None,
        "distance": distance(found, floor) if found and floor else None,
        "ratios": peers,
    }


def _line(figure: Figure) -> tuple[str, ...]:
    spread = (figure.median, figure.p95, min(figure.values), max(figure.values))
    busy = figure.surroundings.get("other_cores")
    return (
        label(figure.row, figure.aspect),
        figure.who,
        figure.what,
        figure.unit,
        str(len(figure.values)),
        *map(short, spread),
        "–" if busy is None else f"{busy:.2f}",
        figure.note,
    )
