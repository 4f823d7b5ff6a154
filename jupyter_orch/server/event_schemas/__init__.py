"""Jupyter events of ours: hints that something has news, for whoever listens on the server's event stream.

They carry ids and statuses alone. A hint may be lost, come twice, or be forged by a kernel: whoever hears one asks the
API what is true.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

RUN, LOCATION = (f"https://events.jupyter-orch.org/{noun}/v1" for noun in ("run", "location"))


def register_schemas(event_logger: Any) -> None:
    """Make our events known to a server; before anything listens."""
    for noun in ("run", "location"):
        event_logger.register_event_schema((files(__name__) / f"{noun}.yaml").read_text("utf-8"))
