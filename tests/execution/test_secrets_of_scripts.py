"""What a script executes itself is kept with its secrets' places, and what it says without them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import jupyter_orch as orch
from jupyter_orch.instance import open_instance
from jupyter_orch.records.run import RunFilter
from jupyter_orch.runs.secret_config import shown_config
from jupyter_orch.settings import read_settings

WRITTEN, REFERRED = "written-out-5e7a", "referred-to-91bc"


@orch.solid(
    config_schema={"token": orch.Field(str, is_secret=True), "key": orch.Field(orch.StringSource, is_secret=True)}
)
def tell(context: Any) -> None:
    context.log.info(f"the token is {context.solid_config['token']}, the key {context.solid_config['key']}")
    raise ValueError(f"can not log in with {context.solid_config['token']}")


@orch.pipeline
def telling() -> None:
    tell()


def test_a_script_that_says_its_secrets(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", REFERRED)
    config = {"solids": {"tell": {"config": {"token": WRITTEN, "key": {"env": "KEY"}}}}}
    with orch.DagsterInstance.get() as instance:
        result = orch.execute_pipeline(telling, run_config=config, instance=instance, raise_on_error=False)
    assert not result.success
    deployment = open_instance(read_settings())
    try:
        (run,) = deployment.storage.list_runs(RunFilter(), limit=1)
        events = deployment.storage.read_events(run.run_id)
    finally:
        deployment.close()
    assert shown_config(run.submission)["solids"]["tell"]["config"] == {"token": "***", "key": {"env": "KEY"}}
    said = json.dumps(msgspec.to_builtins([events, run.failure]))
    assert "the token is ***, the key ***" in said and "can not log in with ***" in said
    assert WRITTEN not in said and REFERRED not in said
