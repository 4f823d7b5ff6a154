"""A drawing as Mermaid, and as plain text for terminals."""

from __future__ import annotations

from jupyter_orch.display.drawing import Drawing
from jupyter_orch.display.layers import layers_of

MARKS = {"success": "✓", "failure": "✗", "skipped": "–", "running": "…", "waiting": " "}
_CLASSES = {
    "success": "fill:#e6f4ea,stroke:#1e7e34",
    "failure": "fill:#fce8e6,stroke:#c5221f",
    "skipped": "fill:#f1f3f4,stroke:#80868b",
}


def mermaid(drawing: Drawing) -> str:
    """The drawing in Mermaid's flowchart language."""
    numbers = {box.key: f"n{number}" for number, box in enumerate(drawing.boxes)}
    lines = ["flowchart TD"]
    lines += [f'  {numbers[box.key]}["{_mermaid_text(box.label)}"]' for box in drawing.boxes]
    for arrow in drawing.arrows:
        label = f"|{_mermaid_text(arrow.label)}|" if arrow.label else ""
        lines.append(f"  {numbers[arrow.source]} -->{label} {numbers[arrow.target]}")
    for state, style in _CLASSES.items():
        members = [numbers[box.key] for box in drawing.boxes if box.state == state]
        if members:
            lines += [f"  classDef {state} {style}", f"  class {','.join(members)} {state}"]
    return "\n".join(lines)


def _mermaid_text(text: str) -> str:
    """Text that Mermaid takes for nothing but text: all but letters, digits and plain signs as character codes."""
    return "".join(c if c.isalnum() or c in " _-.,()" else f"#{ord(c)};" for c in text)


def plain(drawing: Drawing) -> str:
    """The drawing as text: each box after those that feed it, with what feeds it."""
    feeds: dict[str, list[str]] = {}
    labels = {box.key: box.label for box in drawing.boxes}
    for arrow in drawing.arrows:
        feeds.setdefault(arrow.target, []).append(labels[arrow.source])
    boxes = {box.key: box for box in drawing.boxes}
    lines = [f"{drawing.kind} {drawing.name}"]
    for key in (key for layer in layers_of(drawing) for key in layer):
        box = boxes[key]
        mark = f"{MARKS[box.state]} " if box.state else ""
        after = f"  ← {', '.join(dict.fromkeys(feeds[key]))}" if key in feeds else ""
        lines.append(f"  {mark}{box.label}{f'  ({box.note})' if box.note else ''}{after}")
    return "\n".join(lines)
