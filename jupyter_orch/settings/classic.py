"""Classes that a ``dagster.yaml`` names, and what says the same in ``orch.yaml``."""

from __future__ import annotations

from collections.abc import Mapping

COUNTERPARTS: Mapping[str, tuple[str, str]] = {
    "SqliteRunStorage": ("sqlite", "{base_dir: …}"),
    "SqliteEventLogStorage": ("sqlite", "{base_dir: …}"),
    "ConsolidatedSqliteEventLogStorage": ("sqlite", "{base_dir: …}"),
    "SqliteScheduleStorage": ("sqlite", "{base_dir: …}"),
    "DagsterSqliteStorage": ("sqlite", "{base_dir: …}"),
    "PostgresRunStorage": ("postgres", "{postgres_url: …} or {postgres_db: …}"),
    "PostgresEventLogStorage": ("postgres", "{postgres_url: …} or {postgres_db: …}"),
    "PostgresScheduleStorage": ("postgres", "{postgres_url: …} or {postgres_db: …}"),
    "DagsterPostgresStorage": ("postgres", "{postgres_url: …} or {postgres_db: …}"),
    "DefaultRunCoordinator": ("default", ""),
    "QueuedRunCoordinator": ("queued", "{max_concurrent_runs: …, tag_concurrency_limits: …}"),
    "DefaultRunLauncher": ("warm", ""),
    "SyncInMemoryRunLauncher": ("subprocess", ""),
    "LocalComputeLogManager": ("local", "{base_dir: …}"),
    "NoOpComputeLogManager": ("noop", ""),
    "S3ComputeLogManager": ("fsspec", "{url: s3://bucket/prefix}"),
    "GCSComputeLogManager": ("fsspec", "{url: gs://bucket/prefix}"),
    "AzureBlobComputeLogManager": ("fsspec", "{url: abfs://container/prefix}"),
}
"""By the class's name: the short name here, and what it is told."""


def is_classic(module: object) -> bool:
    """Whether a module is one of classic Dagster or of its libraries."""
    top = module.partition(".")[0] if isinstance(module, str) else ""
    return top == "dagster" or top.startswith("dagster_")


def counterpart(key: object, named: str, shipped: Mapping[str, object]) -> str:
    """What to write in place of a classic class.

    Args:
        key: the key of ``orch.yaml`` under which it was chosen.
        named: module and class.
        shipped: the parts that may be chosen there by a short name.
    """
    short_name, config = COUNTERPARTS.get(named.rpartition(".")[2], ("", ""))
    if short_name in shipped:
        written = f"{{{short_name}: {config}}}" if config else short_name
        return f"{named} belongs to classic Dagster; here the same is `{key}: {written}`"
    known = ", ".join(shipped)
    return f"{named} belongs to classic Dagster and has no counterpart; there are {known}, or a class of your own"
