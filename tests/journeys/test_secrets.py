"""Canaries: secrets are planted in a run's config and surroundings, and looked for behind every door (V6)."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from jupyter_orch.api.rest import DOORS
from jupyter_orch.api.rest_runs import RUN_IN_FULL
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey

WRITTEN, IN_RESOURCE, IN_PRESET, IN_ENVIRONMENT = (f"canary-{n}-7f3a9c" for n in ("solid", "resource", "preset", "env"))
HIDDEN = (WRITTEN, IN_RESOURCE, IN_PRESET, IN_ENVIRONMENT)
OF_DEPLOYMENT = {
    where: f"canary-{where}-7f3a9c0e5d4b"
    for where in ("hub", "api", "hook-path", "hook-query", "hook-header", "mail-password", "gateway")
}
SERVER_TOKEN = "canary-server-7f3a9c0e"
SPOKEN = (*HIDDEN, *OF_DEPLOYMENT.values(), SERVER_TOKEN)
"""All twelve, as the leaky pipeline says them in every way it can."""
ORCH_YAML = f"""
run_monitoring:
  notifications:
  - on: [late]
    webhook:
      url: http://127.0.0.1:9/services/{OF_DEPLOYMENT["hook-path"]}?key={OF_DEPLOYMENT["hook-query"]}
      headers: {{Authorization: Bearer {OF_DEPLOYMENT["hook-header"]}}}
  - on: [late]
    email: {{to: [ada@example.org], from: orch@example.org, user: orch, password: {{env: MAIL_PASSWORD}}}}
"""
VARIABLES = {
    "CANARY": IN_ENVIRONMENT,
    "MAIL_PASSWORD": OF_DEPLOYMENT["mail-password"],
    "JUPYTERHUB_API_TOKEN": OF_DEPLOYMENT["hub"],
    "JPY_API_TOKEN": OF_DEPLOYMENT["api"],
    "JUPYTER_GATEWAY_AUTH_TOKEN": OF_DEPLOYMENT["gateway"],
}
CODE = f'''
import base64, json, os, subprocess, sys
from pathlib import Path
from urllib.parse import quote

from jupyter_orch import AssetMaterialization, InputDefinition, Output, OutputDefinition, notebook_solid
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

def said():
    """Every canary, as it is, and in base64 and as part of an address."""
    found = json.loads(Path("canaries.json").read_text())
    return [form for canary in found for form in (canary, base64.b64encode(f"me:{{canary}}".encode()).decode(), quote(canary))]

@solid(config_schema={{"token": Field(StringSource, is_secret=True), "more": Field([str], is_secret=True, is_required=False)}})
def tell(context):
    lines = said()
    print("\\n".join(lines), flush=True)
    subprocess.run(["cat", "canaries.json"], check=True)
    for line in lines:
        sys.stderr.write(line[:7])
        sys.stderr.flush()
        sys.stderr.write(line[7:] + "\\n")
        context.log.info("said " + line)
    withheld = [name for name in os.environ if "HUB" in name or "API_TOKEN" in name or "AUTH_TOKEN" in name]
    yield AssetMaterialization("told", description=lines[0], metadata={{"lines": "\\n".join(lines), "withheld": len(withheld)}})
    yield Output(len(lines))

tell_in_notebook = notebook_solid(
    "tell_in_notebook", "tell.ipynb", input_defs=[InputDefinition("lines", int)], output_defs=[OutputDefinition(int)]
)

@solid
def stumble(context, number):
    try:
        raise KeyError(said()[0])
    except KeyError as error:
        raise ValueError("; ".join(said())) from error

@pipeline
def leaky():
    stumble(tell_in_notebook(tell()))

@repository
def repo():
    return [guarded, leaky]
'''
NOTEBOOK = """
import json
from pathlib import Path
from jupyter_orch.notebook import yield_result
print(Path("canaries.json").read_text())
yield_result(lines)
"""


def notebook() -> str:
    parameters = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "lines = 0"}
    cells = [parameters, {"cell_type": "code", "metadata": {}, "source": NOTEBOOK}]
    own = {"id": "x", "outputs": [], "execution_count": None}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [{**own, "id": f"cell-{n}", **cell} for n, cell in enumerate(cells)]
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("secrets")
    root = folder / "root"
    root.mkdir()
    (root / "code.py").write_text(CODE)
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    (root / "canaries.json").write_text(json.dumps(SPOKEN))
    (root / "tell.ipynb").write_text(notebook())
    server = ServerProcess(root, folder / "home", token=SERVER_TOKEN)
    server.orch_home.mkdir(parents=True)
    (server.orch_home / "orch.yaml").write_text(ORCH_YAML)
    try:
        server.start(env=VARIABLES)
        entries = server.wait_for_locations()
        assert entries["code.py"]["loadStatus"] == "LOADED", entries
        yield server
    finally:
        server.stop()


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


@pytest.fixture(scope="module")
def leaky(server: ServerProcess) -> str:
    """A run that says every secret in every way."""
    tell = {"token": {"env": "CANARY"}, "more": [WRITTEN, IN_RESOURCE, IN_PRESET]}
    found: str = server.launch("leaky", {"solids": {"tell": {"config": tell}}})["run"]["runId"]
    ended = server.wait_for_run(found)
    assert [s["stepKey"] for s in ended["stepStats"] if s["status"] == "FAILURE"] == ["stumble"], ended
    return found


def leaks(text: str | bytes, canaries: Sequence[str] = HIDDEN) -> list[str]:
    """Canaries in a text, as they are or in base64."""
    found = text.decode(errors="replace") if isinstance(text, bytes) else text
    forms = {c: (c, base64.b64encode(f"me:{c}".encode()).decode(), quote(c)) for c in canaries}
    return [canary for canary, ways in forms.items() if any(way in found for way in ways)]


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
        env={**os.environ, **VARIABLES},
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


def test_what_code_says_is_masked_wherever_it_is_kept(server: ServerProcess, leaky: str) -> None:
    """Events in the database, captured output and notebooks on the disk."""
    with closing(sqlite3.connect(server.orch_home / "orch.db")) as database:
        events = [str(row) for row in database.execute("select * from events")]
        everything = "".join(database.iterdump())
    assert sum("said " in event for event in events) >= 3 * len(SPOKEN) and leaks("".join(events), SPOKEN) == []
    assert leaks(everything, (*OF_DEPLOYMENT.values(), SERVER_TOKEN, IN_ENVIRONMENT)) == []
    output = [p for p in (server.orch_home / "compute_logs").rglob("*") if p.is_file()]
    told = {path.name: path.read_bytes() for path in output if leaky in str(path)}
    assert {"tell.out", "tell.err"} <= set(told) and all(len(told[n].split()) >= 36 for n in ("tell.out", "tell.err"))
    assert leaks(b"".join(told.values()), SPOKEN) == []
    notebooks = [p for p in (server.orch_home / "storage").rglob("*.ipynb")]
    assert notebooks and all("****" in p.read_text() and leaks(p.read_bytes(), SPOKEN) == [] for p in notebooks)
    for path in notebooks:
        json.loads(path.read_text())
    left = [p for p in server.home.rglob("*") if p.is_file() and leaks(p.read_bytes(), SPOKEN)]
    allowed = ("orch.db", "orch.yaml", "jpserver-")  # what was written out there by people; Jupyter's own word
    assert [str(p) for p in left if not p.name.startswith(allowed) and "storage" not in p.parts] == []


def test_what_code_says_is_masked_behind_every_door(server: ServerProcess, leaky: str) -> None:
    for path in (
        f"runs/{leaky}",
        f"runs/{leaky}/events",
        f"runs/{leaky}/notebooks/tell_in_notebook",
        *(f"runs/{leaky}/logs/{s}/{io}" for s in ("tell", "stumble", "run") for io in ("stdout", "stderr")),
        "assets/told",
        "audit",
        "locations",
        "daemon",
    ):
        status, body = server.request(f"orch/api/v1/{path}")
        assert status in (200, 404) and leaks(body, SPOKEN) == [], path
    query = """query($id: ID!) { pipelineRunOrError(runId: $id) { ... on PipelineRun { events failure { message stack }
        computeLogs(stepKey: "tell") { stdout { data } stderr { data } } } } instance { info } }"""
    assert leaks(json.dumps(server.graphql(query, id=leaky)), SPOKEN) == []
    for words in (["run", "show", leaky], ["run", "export", leaky, "-"], ["instance", "info"]):
        done = subprocess.run(
            [sys.executable, "-m", "jupyter_orch.cli.main", "--home", str(server.orch_home), *words],
            env={**os.environ, **VARIABLES},
            capture_output=True,
            check=True,
        )
        assert leaks(done.stdout + done.stderr, SPOKEN) == [], words


def test_code_gets_no_tokens_of_the_server(server: ServerProcess, leaky: str) -> None:
    events = server.get(f"orch/api/v1/runs/{leaky}/events")["events"]
    (made,) = [event for event in events if event["data"].get("asset_key") == ["told"]]
    assert {entry["label"]: entry["value"] for entry in made["data"]["metadata"]}["withheld"] == 0


def test_processes_show_none_in_their_arguments(server: ServerProcess) -> None:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes()
        except OSError:
            continue
        assert leaks(text) == [], path
