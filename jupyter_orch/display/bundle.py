"""All forms of a drawing or a table, for whatever shows the cell's value."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from jupyter_orch.display.drawing import Drawing
from jupyter_orch.display.svg import svg
from jupyter_orch.display.texts import mermaid, plain

GRAPH = "application/vnd.jupyter_orch.graph+json"
"""Our own form: JupyterLab with the panel shows it with its own graph."""


def graph_bundle(drawing: Drawing) -> dict[str, Any]:
    """MIME type → content: our own, SVG inside HTML, Mermaid and text; the notebook takes the richest that it knows."""
    drawn = svg(drawing)
    text = plain(drawing)
    return {
        GRAPH: {
            "kind": drawing.kind,
            "name": drawing.name,
            "boxes": [{"key": b.key, "label": b.label, "note": b.note, "state": b.state} for b in drawing.boxes],
            "arrows": [{"source": a.source, "target": a.target, "label": a.label} for a in drawing.arrows],
        },
        "text/html": drawn or f"<pre>{escape(text)}</pre>",
        "text/vnd.mermaid": mermaid(drawing),
        "text/plain": text,
    }


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows of text as an HTML table."""
    head = "".join(f'<th style="text-align:left">{escape(cell)}</th>' for cell in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
