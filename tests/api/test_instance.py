"""What GraphQL tells of the instance."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.context import Context
from jupyter_orch.api.engine import Engine
from jupyter_orch.compose import make_coordinator
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.launch import Launching
from jupyter_orch.settings import read_settings
from jupyter_orch.storage.sql import SqlStorage


@pytest.mark.parametrize(
    ("told", "queues"),
    [
        ("", False),
        ("run_coordinator: {queued: {max_concurrent_runs: 3}}", True),
        ("concurrency: {runs: {max_concurrent_runs: 3}}", True),
    ],
)
def test_whether_runs_queue_is_what_the_settings_choose(
    told: str, queues: bool, storage: SqlStorage, tmp_path: Path
) -> None:
    (tmp_path / "orch.yaml").write_text(told)
    settings = read_settings(tmp_path)
    coordinator = make_coordinator(settings.coordinator)
    launching = Launching(
        storage, Journal(storage, lambda _: None), coordinator, cast(Any, None), cast(Any, None), str(tmp_path)
    )
    instance = SimpleNamespace(storage=storage, settings=settings)
    orchestrator = SimpleNamespace(instance=instance, launching=launching, supervisor=SimpleNamespace(loops=()))
    context = Context(
        orchestrator=cast(Any, orchestrator),
        hub=cast(Any, None),
        user="ada",
        is_authorized=lambda action, resource: True,
        root_dir=tmp_path,
        base_url="/",
    )
    engine = Engine(make_schema())
    try:
        operation = engine.prepare({"query": "{ instance { runQueuingSupported } }", "variables": {}})
        result = asyncio.run(engine.run(operation, context))
    finally:
        engine.close()
    assert result.errors is None and result.data == {"instance": {"runQueuingSupported": queues}}
