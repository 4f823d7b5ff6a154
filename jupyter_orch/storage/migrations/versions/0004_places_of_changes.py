"""On SQLite a change of a run's status gets a number that none had before, also after the newest run was deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"
COLUMNS = "change_id, transaction_id, run_pk, status, at"


def upgrade() -> None:
    """From the tables of version 3."""
    if op.get_bind().dialect.name != "sqlite":
        return  # its sequences never go back
    op.drop_index("status_changes_by_run", "status_changes")
    op.drop_index("status_changes_in_order", "status_changes")
    op.rename_table("status_changes", "status_changes_before")
    op.create_table(
        "status_changes",
        sa.Column("change_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("run_pk", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("change_id"),
        sqlite_autoincrement=True,
    )
    op.execute(f"INSERT INTO status_changes ({COLUMNS}) SELECT {COLUMNS} FROM status_changes_before")
    op.drop_table("status_changes_before")
    op.create_index("status_changes_by_run", "status_changes", ["run_pk"], unique=False)
    op.create_index("status_changes_in_order", "status_changes", ["transaction_id", "change_id"], unique=False)
    _go_on_behind_every_reader()


def _go_on_behind_every_reader() -> None:
    """Who has read further than the newest row would miss what comes next."""
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'status_changes'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'status_changes', COALESCE(MAX(known), 0) FROM ("
        "SELECT MAX(change_id) AS known FROM status_changes "
        "UNION ALL SELECT CAST(SUBSTR(place, 3) AS INTEGER) FROM readers WHERE place GLOB '0:[0-9]*' "
        "UNION ALL SELECT CAST(SUBSTR(cursor, 3) AS INTEGER) FROM instigators "
        "WHERE kind = 'sensor' AND cursor GLOB '0:[0-9]*' AND LENGTH(cursor) < 15)"
    )


def downgrade() -> None:
    """There is no way back; the copy that was made before is."""
    raise NotImplementedError
