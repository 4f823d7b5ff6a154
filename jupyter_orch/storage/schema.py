"""The tables. What is searched or guarded is a column; what is only carried is JSON in ``body``."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

SCHEMA_VERSION = 4

metadata = MetaData()

_Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only in columns of type INTEGER

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "runs",
    metadata,
    Column("pk", _Key, primary_key=True, autoincrement=True),
    Column("run_id", String(64), nullable=False, unique=True),
    Column("idempotency_key", String(512), unique=True),
    Column("location", String(255), nullable=False),
    Column("repository", String(255), nullable=False),
    Column("pipeline", String(255), nullable=False),
    Column("status", String(16), nullable=False),
    Column("epoch", Integer, nullable=False, server_default=text("0")),
    Column("launch_token", String(64)),
    Column("create_time", Float, nullable=False),
    Column("start_time", Float),
    Column("end_time", Float),
    Column("root_run_id", String(64)),
    Column("worker", Text),
    Column("runner", Text),
    Column("lease_until", Float),
    Column("start_deadline", Float),
    Column("launch_tries", Integer, nullable=False, server_default=text("0")),
    Column("resume_count", Integer, nullable=False, server_default=text("0")),
    Column("event_seq", Integer, nullable=False, server_default=text("0")),
    Column("failure", Text),
    Column("retry_due", Integer),
    Column("body", Text, nullable=False),
    Index("runs_by_status", "status", "pk"),
    Index("runs_to_retry", "retry_due", "pk"),  # no partial one: SQLAlchemy would load Postgres' dialect for it, 40 ms
    Index("runs_by_pipeline", "pipeline", "pk"),
    Index("runs_by_root", "root_run_id"),
)

queue_turns = Table(  # one row for each queue: how many runs have been taken from it
    "queue_turns",
    metadata,
    Column("queue", String(64), primary_key=True),
    Column("turn", BigInteger, nullable=False),
)

slots = Table(  # places of pools that runs in progress hold
    "slots",
    metadata,
    Column("pool", String(200), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("run_pk", _Key, ForeignKey("runs.pk", ondelete="CASCADE"), nullable=False),
    Index("slots_by_run", "run_pk"),
)

run_tags = Table(
    "run_tags",
    metadata,
    Column("run_pk", _Key, ForeignKey("runs.pk", ondelete="CASCADE"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("value", Text, nullable=False),
    Index("run_tags_by_value", "key", "value", "run_pk"),
)

events = Table(
    "events",
    metadata,
    Column("run_pk", _Key, ForeignKey("runs.pk", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("type", String(32), nullable=False),
    Column("step_key", Text),
    Column("timestamp", Float, nullable=False),
    Column("level", String(8), nullable=False),
    Column("message", Text, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_with_rowid=False,
)

status_changes = Table(
    "status_changes",
    metadata,
    Column("change_id", _Key, primary_key=True, autoincrement=True),
    Column("transaction_id", BigInteger, nullable=False, server_default=text("0")),
    Column("run_pk", _Key, ForeignKey("runs.pk", ondelete="CASCADE"), nullable=False),
    Column("status", String(16), nullable=False),
    Column("at", Float, nullable=False),
    Index("status_changes_in_order", "transaction_id", "change_id"),
    Index("status_changes_by_run", "run_pk"),
    sqlite_autoincrement=True,  # readers go on behind a place; a later change must not come before it
)

# Names of assets sort by their bytes on every database, whatever its collation.
_Name = Text().with_variant(Text(collation="C"), "postgresql")

assets = Table(
    "assets",
    metadata,
    Column("asset_id", _Key, primary_key=True, autoincrement=True),
    Column("name", _Name, nullable=False, unique=True),
    Column("path", Text, nullable=False),
)

asset_facts = Table(
    "asset_facts",
    metadata,
    Column("cursor", _Key, primary_key=True, autoincrement=True),
    Column("asset_id", _Key, ForeignKey("assets.asset_id"), nullable=False),
    Column("type", String(32), nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("step_key", Text),
    Column("partition", Text),
    Column("timestamp", Float, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("run_id", "seq"),
    Index("asset_facts_by_asset", "asset_id", "type", "cursor"),
    Index("asset_facts_by_partition", "asset_id", "type", "partition", "cursor"),
    sqlite_autoincrement=True,  # a cursor is never given twice
)

asset_edges = Table(
    "asset_edges",
    metadata,
    Column("asset_id", _Key, ForeignKey("assets.asset_id"), primary_key=True),
    Column("parent_id", _Key, ForeignKey("assets.asset_id"), primary_key=True),
    Index("asset_edges_by_parent", "parent_id"),
)

event_log = Table(  # events whose runs are in another database
    "event_log",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("type", String(32), nullable=False),
    Column("step_key", Text),
    Column("timestamp", Float, nullable=False),
    Column("level", String(8), nullable=False),
    Column("message", Text, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_with_rowid=False,
)

staged_runs = Table(  # of finished ticks, on their way to the run storage in another database
    "staged_runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

instigators = Table(
    "instigators",
    metadata,
    Column("instigator_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("location", String(255), nullable=False),
    Column("repository", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("running", Integer, nullable=False),
    Column("definition_hash", String(64), nullable=False, server_default=text("''")),
    Column("effective_from", Float, nullable=False, server_default=text("0")),
    Column("last_due_at", Float),
    Column("by_default", Integer, nullable=False, server_default=text("1")),
    Column("cursor", Text),
    Column("next_at", Float),
    Column("wanted_at", Float),
    Column("last_run_key", Text),
    Column("last_end", Float),
)

run_keys = Table(
    "run_keys",
    metadata,
    Column("instigator_id", String(64), primary_key=True),
    Column("run_key", String(512), primary_key=True),
    Column("run_id", String(64), nullable=False),
)

ticks = Table(
    "ticks",
    metadata,
    Column("tick_id", _Key, primary_key=True, autoincrement=True),
    Column("instigator_id", String(64), nullable=False),
    Column("due_at", Float, nullable=False),
    Column("status", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("lease_until", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("start_time", Float),
    Column("end_time", Float),
    Column("skip_reason", Text),
    Column("run_ids", Text, nullable=False, server_default=text("'[]'")),
    Column("skipped_run_keys", Text, nullable=False, server_default=text("'[]'")),
    Column("failure", Text),
    Column("output", Text),
    UniqueConstraint("instigator_id", "due_at"),
    Index("ticks_by_status", "status", "lease_until"),
    Index("ticks_by_due_time", "due_at"),
)

backfills = Table(
    "backfills",
    metadata,
    Column("pk", _Key, primary_key=True, autoincrement=True),
    Column("backfill_id", String(64), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("position", Integer, nullable=False),
    Column("runs_made", Integer, nullable=False),
    Column("passed_over", Text, nullable=False),
    Column("end_time", Float),
    Column("failure", Text),
    Column("epoch", Integer, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("lease_until", Float, nullable=False),
    Column("body", Text, nullable=False),
    Index("backfills_by_status", "status", "pk"),
)

notices = Table(
    "notices",
    metadata,
    Column("pk", _Key, primary_key=True, autoincrement=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try", Float, nullable=False),
    Column("sent_at", Float),
    Column("error", Text),
    Column("body", Text, nullable=False),
    Index("notices_by_status", "status", "next_try"),
)

readers = Table(
    "readers",
    metadata,
    Column("reader", String(64), primary_key=True),
    Column("place", String(64), nullable=False),
)

replicas = Table(
    "replicas",
    metadata,
    Column("replica_id", String(64), primary_key=True),
    Column("heartbeat", Float, nullable=False),
    Column("body", Text, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("location", String(255), primary_key=True),
    Column("body", Text, nullable=False),
)

snapshot_versions = Table(  # definitions as they were, for runs of earlier code
    "snapshot_versions",
    metadata,
    Column("location", String(255), primary_key=True),
    Column("code_version", String(64), primary_key=True),
    Column("put_at", Float, nullable=False),
    Column("used", Integer, nullable=False, server_default=text("0")),
    Column("body", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("pk", _Key, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("user_name", String(255), nullable=False),
    Column("action", String(255), nullable=False),
    Column("subject", Text, nullable=False),
    Column("outcome", String(255), nullable=False),
)

notebook_jobs = Table(
    "notebook_jobs",
    metadata,
    Column("job_id", String(64), primary_key=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("create_time", Float, nullable=False),
    Column("body", Text, nullable=False),
)
