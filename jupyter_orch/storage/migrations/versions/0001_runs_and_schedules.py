"""The first released tables: runs, events, schedules, replicas. They are made whole, never by this revision."""

from __future__ import annotations

revision = "1"
down_revision = None


def upgrade() -> None:
    """Nothing leads here."""


def downgrade() -> None:
    """Nothing leads away from here."""
