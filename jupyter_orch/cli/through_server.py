"""Verbs that wait for code ask a running Jupyter server, which has it loaded; without one they load it themselves.

The server is named (``--server``, ``$JUPYTER_ORCH_URL``), or it is one of this user on this machine that works on the
same instance and the same workspace file. Only the public API is used: what these verbs do, a script can do.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from jupyter_orch.cli.choosing import key_and_value, read_run_config
from jupyter_orch.cli.exit_codes import OK
from jupyter_orch.cli.watching import tell_run
from jupyter_orch.cli.watching_there import watch_there
from jupyter_orch.client import ClientError, OrchClient
from jupyter_orch.client.connection import ServerSilent
from jupyter_orch.client.finding import TOKEN_VARIABLE, URL_VARIABLE
from jupyter_orch.errors import OrchError
from jupyter_orch.running_servers import running_servers
from jupyter_orch.settings import home_folder

ANSWERS_WITHIN = 2.0
SIGN_OF_LIFE_WITHIN = 5.0
NAMED_ANSWERS_WITHIN = 15.0
_KINDS = {"STANDARD": "sensor", "ASSET": "asset", "RUN_STATUS": "run_status"}
_PIPELINES = """{ answer: repositoriesOrError { __typename ... on RepositoryConnection { nodes { name location { name }
    pipelines { name description tags { key value } modes { name } presets { name } } } }
    ... on Error { message } } }"""
_SCHEDULES = """{ answer: schedulesOrError { __typename ... on Schedules { results { name status cronSchedule
    executionTimezone sentence nextTicks(limit: 1) { timestamp } pipelineName mode repositoryLocationName repositoryName
    description } } ... on Error { message } } }"""
_SENSORS = """{ answer: sensorsOrError { __typename ... on Sensors { results { name status sensorType minIntervalSeconds
    nextEvaluation targets { pipelineName } cursor repositoryLocationName repositoryName description } }
    ... on Error { message } } }"""


def add_server(parser: argparse.ArgumentParser) -> None:
    """The options that say through which server."""
    parser.add_argument(
        "--server",
        metavar="URL",
        help="through this Jupyter server (the one that works on this workspace, if one runs; 'none' for no server)",
    )
    parser.add_argument("--token", help=f"its token; better in ${TOKEN_VARIABLE}, where other users do not see it")


def server_for(arguments: argparse.Namespace) -> OrchClient | None:
    """The server to go through; None when the verb has to load the code itself.

    Raises:
        ClientError: a server that was named does not answer.
    """
    if arguments.server == "none":
        return None
    url = arguments.server or os.environ.get(URL_VARIABLE)
    if url:
        token = arguments.token or os.environ.get(TOKEN_VARIABLE, "")
        OrchClient(url, token, timeout=NAMED_ANSWERS_WITHIN).health()
        return OrchClient(url, token)
    workspace = arguments.workspace.resolve()
    found = next((c.server for c in _near() if _is_of(c, home_folder().resolve(), workspace)), None)
    return None if found is None else OrchClient(found.url, found.token)  # a patient one


def any_server_for(arguments: argparse.Namespace) -> OrchClient:
    """The server to go through, for what only a server can do: also the one whose folder this is, or the only one.

    Raises:
        ServerNotFound: there is none, or there are several.
        ServerSilent: it does not answer.
    """
    client = server_for(arguments)
    if client is None:
        client = OrchClient()
        _await_sign_of_life(client)
    return client


def pipelines_there(client: OrchClient) -> list[dict[str, Any]]:
    """Rows of ``pipeline list``."""
    return [
        {
            "name": pipeline["name"],
            "location": node["location"]["name"],
            "repository": node["name"],
            "modes": [mode["name"] for mode in pipeline["modes"]],
            "presets": [preset["name"] for preset in pipeline["presets"]],
            "description": pipeline["description"] or "",
            "tags": {tag["key"]: tag["value"] for tag in pipeline["tags"]},
        }
        for node in _asked(client, _PIPELINES)["nodes"]
        for pipeline in node["pipelines"]
    ]


def schedules_there(client: OrchClient) -> list[dict[str, Any]]:
    """Rows of ``schedule list``."""
    return [
        {
            "name": found["name"],
            "status": _switch(found),
            "cron": found["cronSchedule"],
            "timezone": found["executionTimezone"],
            "when": found["sentence"],
            "next_due": found["nextTicks"][0]["timestamp"] if found["nextTicks"] and _switch(found) == "ON" else None,
            "pipeline": found["pipelineName"],
            "mode": found["mode"],
            "location": found["repositoryLocationName"],
            "repository": found["repositoryName"],
            "description": found["description"] or "",
        }
        for found in _asked(client, _SCHEDULES)["results"]
    ]


def sensors_there(client: OrchClient) -> list[dict[str, Any]]:
    """Rows of ``sensor list``."""
    return [
        {
            "name": found["name"],
            "status": _switch(found),
            "kind": _KINDS[found["sensorType"]],
            "interval": found["minIntervalSeconds"],
            "next": found["nextEvaluation"],
            "pipelines": [target["pipelineName"] for target in found["targets"]],
            "cursor": found["cursor"],
            "location": found["repositoryLocationName"],
            "repository": found["repositoryName"],
            "description": found["description"] or "",
        }
        for found in _asked(client, _SENSORS)["results"]
    ]


def launch_there(client: OrchClient, arguments: argparse.Namespace) -> int:
    """``pipeline launch``: start a run, and with ``--wait`` see it to its end."""
    run_id = client.submit_pipeline_execution(
        arguments.name,
        arguments.location,
        run_config=read_run_config(arguments.config),
        mode=arguments.mode,
        preset=arguments.preset,
        tags=dict(map(key_and_value, arguments.tag)),
        solid_selection=arguments.solids.split(",") if arguments.solids else None,
    )
    tell_run(run_id, as_json=arguments.json)
    if arguments.wait:
        return watch_there(client, run_id, as_json=arguments.json)
    print(f"follow it with: jupyter-orch run logs --follow {run_id[:8]}", file=sys.stderr)
    return OK


def problem_of_locations(client: OrchClient) -> int:
    """Print on stderr which locations do not load; returns how many these are."""
    failed = [found for found in client.locations() if found["loadError"]]
    for found in failed:
        error = found["loadError"]
        where = f" ({error['file']}:{error['line']})" if error["file"] else ""
        reason = f"{error['className']}: {error['message']}{where}"
        print(f"jupyter-orch: location {found['name']!r} does not load: {reason}", file=sys.stderr)
    return len(failed)


def _await_sign_of_life(client: OrchClient) -> None:
    for found in running_servers():
        if found.is_stopped and OrchClient(found.server.url).server.url == client.server.url:
            told = f"the server at {client.server.url} is stopped; continue it with: kill -CONT {found.pid}"
            raise ServerSilent("", told)
    try:
        OrchClient(client.server.url, client.server.token, timeout=SIGN_OF_LIFE_WITHIN).health()
    except ServerSilent:
        raise
    except ClientError:  # it answers; what is wrong with it, the request itself will tell
        return


def _near() -> list[OrchClient]:
    awake = [found.server for found in running_servers() if not found.is_stopped]
    return [OrchClient(server.url, server.token, timeout=ANSWERS_WITHIN) for server in awake]


def _is_of(client: OrchClient, home: Path, workspace: Path) -> bool:
    try:
        told = client.health()
    except ClientError:  # without jupyter_orch, with a password, or ending
        return False
    return (told["status"], told.get("home"), told.get("workspace")) == ("ready", str(home), str(workspace))


def _asked(client: OrchClient, query: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.execute(query)["answer"]
    if "message" in answer:
        raise OrchError(answer["message"])
    return answer


def _switch(found: dict[str, Any]) -> str:
    return "ON" if found["status"] == "RUNNING" else "OFF"
