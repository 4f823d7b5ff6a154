"""A drawing as SVG that is right in light and dark notebooks and holds no script."""

from __future__ import annotations

import unicodedata
from html import escape

from jupyter_orch.display.drawing import Box, Drawing
from jupyter_orch.display.layers import layers_of

CHARACTER, HEIGHT, GAP_X, GAP_Y, MARGIN = 7.4, 36, 24, 44, 12
NARROWEST, LONGEST_LABEL = 72, 40
LARGEST = 400
"""Boxes; a larger drawing is no longer one to look at, and its text form says more."""

_COLOURS = {
    "success": "#2e9e4f",
    "failure": "#d93025",
    "skipped": "#80868b",
    "running": "#1a73e8",
    "waiting": "#80868b",
}


def svg(drawing: Drawing) -> str | None:
    """The drawing; None when it has nothing or far too much in it."""
    if not 0 < len(drawing.boxes) <= LARGEST:
        return None
    boxes = {box.key: box for box in drawing.boxes}
    layers = layers_of(drawing)
    widths = {key: _width(box) for key, box in boxes.items()}
    total = max(sum(widths[key] for key in layer) + GAP_X * (len(layer) - 1) for layer in layers)
    places: dict[str, tuple[float, float]] = {}
    for depth, layer in enumerate(layers):
        x = MARGIN + (total - sum(widths[key] for key in layer) - GAP_X * (len(layer) - 1)) / 2
        for key in layer:
            places[key] = (x, MARGIN + depth * (HEIGHT + GAP_Y))
            x += widths[key] + GAP_X
    width, height = total + 2 * MARGIN, len(layers) * (HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN
    title = f"{drawing.kind} {drawing.name}, {len(boxes)} boxes"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" role="img" aria-label="{escape(title)}" style="max-width:100%"'
        f' font-family="system-ui, sans-serif" font-size="13" color="currentColor">',
        f"<title>{escape(title)}</title>",
        *(_arrow(places, widths, arrow.source, arrow.target, arrow.label) for arrow in drawing.arrows),
        *(_box(boxes[key], *place, widths[key]) for key, place in places.items()),
        "</svg>",
    ]
    return "".join(parts)


def _width(box: Box) -> float:
    return max(NARROWEST, CHARACTER * max(_cells(_short(box.label)), _cells(box.note) * 0.85) + 2 * MARGIN)


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _box(box: Box, x: float, y: float, width: float) -> str:
    colour = _COLOURS.get(box.state, "currentColor")
    middle = y + HEIGHT / 2 + (4.5 if not box.note else -1)
    note = ""
    if box.note:
        place = f'x="{x + width / 2:.1f}" y="{y + HEIGHT - 6:.1f}" text-anchor="middle" font-size="10.5"'
        note = f'<text {place} fill="currentColor" opacity="0.75">{escape(box.note)}</text>'
    return (
        f"<g><title>{escape(box.label)}{f': {box.state}' if box.state else ''}</title>"
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{HEIGHT}" rx="5" fill="{colour}" fill-opacity="0.1"'
        f' stroke="{colour}" stroke-opacity="0.8"/>'
        f'<text x="{x + width / 2:.1f}" y="{middle:.1f}" text-anchor="middle" fill="currentColor">'
        f"{escape(_short(box.label))}</text>{note}</g>"
    )


def _arrow(
    places: dict[str, tuple[float, float]], widths: dict[str, float], source: str, target: str, label: str
) -> str:
    x1, y1 = places[source][0] + widths[source] / 2, places[source][1] + HEIGHT
    x2, y2 = places[target][0] + widths[target] / 2, places[target][1]
    bend = (y2 - y1) / 2
    told = f"<title>{escape(label)}</title>" if label else ""
    return (
        f'<g stroke="currentColor" stroke-opacity="0.55" fill="none">{told}'
        f'<path d="M{x1:.1f},{y1:.1f} C{x1:.1f},{y1 + bend:.1f} {x2:.1f},{y2 - bend:.1f} {x2:.1f},{y2 - 1:.1f}"/>'
        f'<path d="M{x2 - 4:.1f},{y2 - 7:.1f} L{x2:.1f},{y2 - 1:.1f} L{x2 + 4:.1f},{y2 - 7:.1f}"/></g>'
    )
