"""What a whole deployment needs: assets, pools, sensors, status changes, storages apart, audit, notebook jobs, news."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From the tables of version 1."""
    op.create_table(
        "assets",
        sa.Column("asset_id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("asset_id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "audit",
        sa.Column("pk", KEY, autoincrement=True, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("user_name", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
    )
    op.create_table(
        "backfills",
        sa.Column("pk", KEY, autoincrement=True, nullable=False),
        sa.Column("backfill_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("runs_made", sa.Integer(), nullable=False),
        sa.Column("passed_over", sa.Text(), nullable=False),
        sa.Column("end_time", sa.Float(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("backfill_id"),
    )
    op.create_index("backfills_by_status", "backfills", ["status", "pk"], unique=False)
    op.create_table(
        "notices",
        sa.Column("pk", KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.Float(), nullable=False),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pk"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("notices_by_status", "notices", ["status", "next_try"], unique=False)
    op.create_table(
        "readers",
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("reader"),
    )
    op.create_index("ticks_by_due_time", "ticks", ["due_at"], unique=False)
    op.create_table(
        "event_log",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("step_key", sa.Text(), nullable=True),
        sa.Column("timestamp", sa.Float(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notebook_jobs",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("create_time", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "queue_turns",
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue"),
    )
    op.create_table(
        "run_keys",
        sa.Column("instigator_id", sa.String(length=64), nullable=False),
        sa.Column("run_key", sa.String(length=512), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("instigator_id", "run_key"),
    )
    op.create_table(
        "staged_runs",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "asset_edges",
        sa.Column("asset_id", KEY, nullable=False),
        sa.Column("parent_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["assets.asset_id"],
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["assets.asset_id"],
        ),
        sa.PrimaryKeyConstraint("asset_id", "parent_id"),
    )
    op.create_index("asset_edges_by_parent", "asset_edges", ["parent_id"], unique=False)
    op.create_table(
        "asset_facts",
        sa.Column("cursor", KEY, autoincrement=True, nullable=False),
        sa.Column("asset_id", KEY, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("step_key", sa.Text(), nullable=True),
        sa.Column("partition", sa.Text(), nullable=True),
        sa.Column("timestamp", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["assets.asset_id"],
        ),
        sa.PrimaryKeyConstraint("cursor"),
        sa.UniqueConstraint("run_id", "seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("asset_facts_by_asset", "asset_facts", ["asset_id", "type", "cursor"], unique=False)
    op.create_index(
        "asset_facts_by_partition", "asset_facts", ["asset_id", "type", "partition", "cursor"], unique=False
    )
    op.create_table(
        "slots",
        sa.Column("pool", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_pk", KEY, nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pool", "number"),
    )
    op.create_index("slots_by_run", "slots", ["run_pk"], unique=False)
    op.create_table(
        "status_changes",
        sa.Column("change_id", KEY, autoincrement=True, nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("run_pk", KEY, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.pk"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("change_id"),
    )
    op.create_index("status_changes_by_run", "status_changes", ["run_pk"], unique=False)
    op.create_index("status_changes_in_order", "status_changes", ["transaction_id", "change_id"], unique=False)
    op.add_column("instigators", sa.Column("by_default", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("instigators", sa.Column("next_at", sa.Float(), nullable=True))
    op.add_column("instigators", sa.Column("wanted_at", sa.Float(), nullable=True))
    op.add_column("instigators", sa.Column("last_run_key", sa.Text(), nullable=True))
    op.add_column("instigators", sa.Column("last_end", sa.Float(), nullable=True))
    op.add_column("runs", sa.Column("retry_due", sa.Integer(), nullable=True))
    op.create_index("runs_to_retry", "runs", ["retry_due", "pk"])
    op.add_column("ticks", sa.Column("start_time", sa.Float(), nullable=True))
    op.add_column("ticks", sa.Column("skipped_run_keys", sa.Text(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("ticks", sa.Column("output", sa.Text(), nullable=True))
    op.execute("UPDATE instigators SET by_default = 0")  # what somebody has switched stays as it is


def downgrade() -> None:
    """There is no way back; the copy that was made before is."""
    raise NotImplementedError
