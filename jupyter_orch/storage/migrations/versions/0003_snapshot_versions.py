"""Definitions as they were stay for runs of earlier code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """From the tables of version 2."""
    op.create_table(
        "snapshot_versions",
        sa.Column("location", sa.String(length=255), nullable=False),
        sa.Column("code_version", sa.String(length=64), nullable=False),
        sa.Column("put_at", sa.Float(), nullable=False),
        sa.Column("used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("location", "code_version"),
    )


def downgrade() -> None:
    """There is no way back; the copy that was made before is."""
    raise NotImplementedError
