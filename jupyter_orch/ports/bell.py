"""How news of a run is announced."""

from __future__ import annotations

from typing import Protocol


class Bell(Protocol):
    """Tells whoever listens that a run has news; a hint, never the news itself."""

    def __call__(self, run_id: str) -> None:
        """Ring; never blocks and never raises."""
