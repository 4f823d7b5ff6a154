"""Canaries: secrets are planted in a run's config and surroundings, and looked for behind every door (V6)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_orch.api.rest import DOORS
from jupyter_orch.api.rest_runs import RUN_IN_FULL
from tests.server_process import ServerProcess, serving

pytestmark = pytest.mark.journey

WRITTEN, IN_RESOURCE, IN_PRESET, IN_ENVIRONMENT = (f"canary-{n}-7f3a9c" for n in ("solid", "resource", "preset", "env"))
HIDDEN = (WRITTEN, IN_RESOURCE, IN_PRESET, IN_ENVIRONMENT)
CODE = f'''
from jupyter_orch import Field, ModeDefinition, PresetDefinition, StringSource, pipeline, repository, resource, solid

@resource(config_schema={{"password": Field(StringSource, is_secret=True), "host": str}})
def database(context):
    return context.resource_config["password"]

@solid(config_schema={{"token": Field(str, is_secret=True), "size": Field(int, default_value=1)}}, required_resource_keys={{"db"}})
def use(context):
    assert context.solid_config["token"] and context.resources.db
    context.log.info("used it")
    return len(context.solid_config["token"]) + len(context.resources.db)

@solid
def fail(context, number):
    raise ValueError(f"failed with {{number}}")

CONFIG = {{"solids": {{"use": {{"config": {{"token": "{IN_PRESET}"}}}}}},
          "resources": {{"db": {{"config": {{"password": {{"env": "CANARY"}}, "host": "h"}}}}}}}}

@pipeline(mode_defs=[ModeDefinition("prod", resource_defs={{"db": database}})],
          preset_defs=[PresetDefinition("given", mode="prod", run_config=CONFIG)])
def guarded():
    fail(use())

@repository
def repo():
    return [guarded]
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("secrets")
    root = folder / "root"
    root.mkdir()
    (root / "code.py").write_text(CODE)
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    os.environ["CANARY"] = IN_ENVIRONMENT
    try:
        with serving(root, folder / "home") as started:
            entries = started.wait_for_locations()
            assert entries["code.py"]["loadStatus"] == "LOADED", entries
            yield started
    finally:
        del os.environ["CANARY"]


@pytest.fixture(scope="module")
def run_id(server: ServerProcess) -> str:
    config = {
        "solids": {"use": {"config": {"token": WRITTEN}}},
        "resources": {"db": {"config": {"password": IN_RESOURCE, "host": "h"}}},
    }
    found: str = server.launch("guarded", config)["run"]["runId"]
    ended = server.wait_for_run(found)
    expected = f"failed with {len(WRITTEN) + len(IN_RESOURCE)}"
    assert ended["failure"]["message"].endswith(expected), "the run itself had its secrets"
    return found


def leaks(text: str | bytes) -> list[str]:
    found = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [canary for canary in HIDDEN if canary in found]


def test_graphql_shows_none(server: ServerProcess, run_id: str) -> None:
    query = f"""query($id: ID!) {{ pipelineRunOrError(runId: $id) {{ ... on PipelineRun {{ {RUN_IN_FULL} events
        eventConnection {{ events {{ ... on MessageEvent {{ message data error {{ message stack }} }} }} }}
        executionPlan {{ steps {{ key }} }} }} }}
        repositoriesOrError {{ ... on RepositoryConnection {{ nodes {{ pipelines {{ name presets {{ runConfigYaml }}
            solids {{ definition {{ configSchema }} }} modes {{ resources {{ configSchema }} }} }} }} }} }}
        instance {{ info }} auditLog {{ subject outcome }} }}"""
    answer = server.graphql(query, id=run_id)
    assert leaks(json.dumps(answer)) == []
    shown = answer["pipelineRunOrError"]["runConfigYaml"]
    assert shown.count("***") == 2 and "host: h" in shown


def test_rest_shows_none(server: ServerProcess, run_id: str) -> None:
    asked = 0
    for door in DOORS:
        if door.method == "GET" and ("{" not in door.path or "runId" in door.path):
            status, body = server.request(f"orch/api/v1/{door.path.replace('{runId}', run_id)}")
            assert status == 200 and leaks(body) == [], door.path
            asked += 1
    assert asked > 8
    for path in (f"runs/{run_id}/events", f"runs/{run_id}/logs/use/stdout", f"runs/{run_id}/logs/run/stderr"):
        assert leaks(server.request(f"orch/api/v1/{path}")[1]) == [], path


def test_mistakes_of_a_config_tell_none(server: ServerProcess) -> None:
    config = {
        "solids": {"use": {"config": {"token": [WRITTEN], "size": "many"}}},
        "resources": {"db": {"config": {"password": 5, "host": "h"}}},
    }
    answer = server.launch("guarded", config)
    assert answer["__typename"] == "RunConfigValidationInvalid" and len(answer["errors"]) == 3
    assert leaks(json.dumps(answer)) == [] and "many" in json.dumps(answer)


def test_a_masked_config_that_is_sent_back_is_refused(server: ServerProcess, run_id: str) -> None:
    query = "query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { runConfigYaml } } }"
    shown = server.graphql(query, id=run_id)["pipelineRunOrError"]["runConfigYaml"]
    answer = server.launch("guarded", shown)
    assert [e["message"] for e in answer["errors"]] and all("write it again" in e["message"] for e in answer["errors"])


def test_executing_again_has_the_secrets_still(server: ServerProcess, run_id: str) -> None:
    again = """mutation($p: String!) { launchPipelineReexecution(reexecutionParams: {parentRunId: $p,
        strategy: ALL_STEPS}) { ... on LaunchPipelineRunSuccess { run { runId } } } }"""
    second = server.graphql(again, p=run_id)["launchPipelineReexecution"]["run"]["runId"]
    assert "failed with" in server.wait_for_run(second)["failure"]["message"]


def test_presets_and_the_environment(server: ServerProcess) -> None:
    run_id = server.launch("guarded", preset="given")["run"]["runId"]
    expected = f"failed with {len(IN_PRESET) + len(IN_ENVIRONMENT)}"
    assert server.wait_for_run(run_id)["failure"]["message"].endswith(expected)
    run = server.get(f"orch/api/v1/runs/{run_id}")
    assert leaks(json.dumps(run)) == [] and "env: CANARY" in run["runConfigYaml"]


@pytest.mark.parametrize(
    "words",
    [("run", "show", "RUN"), ("run", "show", "RUN", "--json"), ("run", "export", "RUN", "-"), ("run", "logs", "RUN")],
)
def test_the_command_line_shows_none(server: ServerProcess, run_id: str, words: tuple[str, ...]) -> None:
    arguments = [run_id if word == "RUN" else word for word in words]
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_orch.cli.main", "--home", str(server.orch_home), *arguments],
        capture_output=True,
        check=True,
    )
    assert run_id[:8].encode() in done.stdout or words[1] == "logs"
    assert leaks(done.stdout + done.stderr) == []


def test_no_file_but_the_database_holds_one_and_that_is_private(server: ServerProcess, run_id: str) -> None:
    holding: dict[str, list[str]] = {}
    for path in server.home.rglob("*"):
        if path.is_file() and (found := leaks(path.read_bytes())):
            holding[str(path.relative_to(server.home))] = found
    databases = [name for name in holding if name.startswith("orch/orch.db")]
    values = [name for name in holding if name.startswith("orch/storage/")]
    assert set(holding) <= {*databases, *values}, holding
    assert all(IN_ENVIRONMENT not in found for found in holding.values()), (
        "a reference is never resolved but in the run"
    )
    for name in holding:
        assert (server.home / name).stat().st_mode & 0o077 == 0, name
    assert leaks(server.log) == [] and server.token not in (server.home / "server.log").read_text()


def test_processes_show_none_in_their_arguments(server: ServerProcess) -> None:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes()
        except OSError:
            continue
        assert leaks(text) == [], path
