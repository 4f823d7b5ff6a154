"""What is drawn: boxes and arrows, free of what they stand for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A solid or a step.

    Attributes:
        key: unique in the drawing.
        label: as shown.
        note: a second, smaller line.
        state: ``success, failure, skipped, running, waiting`` or empty.
    """

    key: str
    label: str
    note: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """Something that goes from one box to another.

    Attributes:
        label: what it is called where it arrives; may be empty.
    """

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A graph.

    Attributes:
        kind: what it is a drawing of, e.g. ``pipeline``.
    """

    kind: str
    name: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...] = ()
