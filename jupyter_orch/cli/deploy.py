"""``jupyter-orch deploy compose|helm|jupyterhub``: files for a deployment on Postgres, with any number of daemons.

What is written is a start to be kept under version control: one ``orch.yaml`` and one ``workspace.yaml`` that every
process reads, and passwords by reference only.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from jupyter_orch.cli.deploy_helm import chart
from jupyter_orch.errors import OrchError
from jupyter_orch.version import __version__
from jupyter_orch.yaml_text import dump_yaml

HOME, WORK = "/opt/orch/home", "/opt/orch/work"
URL_VARIABLE = "JUPYTER_ORCH_POSTGRES_URL"
Files = dict[str, str]
DEFAULT_WORKSPACE = "load_from:\n- python_file: code.py\n"


class CanNotDeploy(OrchError):
    """The files can not be written."""

    code = "CAN_NOT_DEPLOY"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the targets."""
    targets = parser.add_subparsers(title="targets", metavar="TARGET", required=True)
    for name, sentence, render in (
        ("compose", "a compose.yaml with Postgres, JupyterLab and daemons", _compose),
        ("helm", "a Helm chart: server, daemons, service, claims", _helm),
        ("jupyterhub", "values for Zero to JupyterHub: every user's server on one store", _jupyterhub),
    ):
        target = targets.add_parser(name, help=sentence, description=sentence)
        target.add_argument("-o", "--output", type=Path, metavar="FOLDER", help="write the files there, not to stdout")
        target.add_argument("--image", default=f"jupyter-orch:{__version__}", help="image with jupyter-orch[postgres]")
        target.add_argument("--daemons", type=_count, default=2, metavar="N", help="how many daemons (2)")
        target.add_argument("--max-runs", type=_count, default=10, metavar="N", help="runs at a time (10)")
        target.add_argument("--workspace", type=Path, metavar="FILE", help="your workspace.yaml, taken along")
        target.add_argument("--force", action="store_true", help="write over files that are there")
        target.set_defaults(act=_deploy, render=render)


def _deploy(arguments: argparse.Namespace) -> int:
    files: Files = arguments.render(arguments)
    if arguments.output is None:
        for name, text in files.items():
            print(f"# {name}\n{text.rstrip()}" if len(files) == 1 else f"---\n# {name}\n{text.rstrip()}")
        return 0
    folder: Path = arguments.output
    there = [name for name in files if (folder / name).exists()]
    if there and not arguments.force:
        raise CanNotDeploy(f"{folder} has {', '.join(there)} already: choose another folder, or add --force")
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        except OSError as error:
            raise CanNotDeploy(f"can not write {path}: {error.strerror or error}") from error
        print(path, file=sys.stderr)
    return 0


def orch_yaml(max_runs: int) -> str:
    """The instance file that all processes of the deployment read; the database's address comes by its variable."""
    return dump_yaml(
        {
            "storage": {"postgres": {"url": {"env": URL_VARIABLE}}},
            "run_coordinator": {"queued": {"max_concurrent_runs": max_runs}},
        }
    )


def workspace_yaml(file: Path | None) -> str:
    """The workspace file that was named, or one to fill in."""
    try:
        return file.read_text("utf-8") if file is not None else DEFAULT_WORKSPACE
    except (OSError, UnicodeDecodeError) as error:
        raise CanNotDeploy(f"can not read {file}: {error}") from error


def _compose(arguments: argparse.Namespace) -> Files:
    password = "${POSTGRES_PASSWORD:?set a password for the database}"
    surroundings = {
        "JUPYTER_ORCH_HOME": HOME,
        URL_VARIABLE: f"postgresql://orch:{password}@postgres:5432/orch",
    }
    common: dict[str, Any] = {
        "image": arguments.image,
        "working_dir": WORK,
        "environment": surroundings,
        "configs": [
            {"source": "orch", "target": f"{HOME}/orch.yaml"},
            {"source": "workspace", "target": f"{WORK}/workspace.yaml"},
        ],
        "volumes": ["./code:/opt/orch/work/code", "home:/opt/orch/home"],
        "depends_on": {"postgres": {"condition": "service_healthy"}},
        "restart": "unless-stopped",
    }
    lab = ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", f"--ServerApp.root_dir={WORK}"]
    document = {
        "name": "orch",
        "services": {
            "postgres": {
                "image": "postgres:17",
                "environment": {"POSTGRES_USER": "orch", "POSTGRES_DB": "orch", "POSTGRES_PASSWORD": password},
                "volumes": ["postgres:/var/lib/postgresql/data"],
                "healthcheck": {"test": ["CMD-SHELL", "pg_isready -U orch"], "interval": "5s", "retries": 12},
                "restart": "unless-stopped",
            },
            "jupyter": {
                **common,
                "environment": {**surroundings, "JUPYTER_TOKEN": "${JUPYTER_TOKEN:?set a token to log in with}"},
                "command": [*lab, "--JupyterOrch.daemon=False"],
                "ports": ["127.0.0.1:8888:8888"],
            },
            "daemon": {
                **common,
                "command": ["jupyter-orch", "daemon", "run"],
                "healthcheck": {
                    "test": ["CMD", "jupyter-orch", "daemon", "liveness-check", "--here"],
                    "interval": "30s",
                },
                "deploy": {"replicas": arguments.daemons},
            },
        },
        "configs": {
            "orch": {"content": _escaped(orch_yaml(arguments.max_runs))},
            "workspace": {"content": _escaped(workspace_yaml(arguments.workspace))},
        },
        "volumes": {"postgres": {}, "home": {}},
    }
    return {"compose.yaml": dump_yaml(document)}


def _escaped(text: str) -> str:
    return text.replace("$", "$$")


def _helm(arguments: argparse.Namespace) -> Files:
    return chart(
        image=arguments.image,
        daemons=arguments.daemons,
        orch_yaml=orch_yaml(arguments.max_runs),
        workspace_yaml=workspace_yaml(arguments.workspace),
        home=HOME,
        work=WORK,
        url_variable=URL_VARIABLE,
    )


def _jupyterhub(arguments: argparse.Namespace) -> Files:
    name, _, tag = arguments.image.rpartition(":")
    files = {
        "orch.yaml": {"mountPath": f"{HOME}/orch.yaml", "stringData": orch_yaml(arguments.max_runs)},
        "workspace.yaml": {
            "mountPath": "/home/jovyan/workspace.yaml",
            "stringData": workspace_yaml(arguments.workspace),
        },
    }
    secret = {"secretKeyRef": {"name": "orch-postgres", "key": "url"}}
    document = {
        "singleuser": {
            "image": {"name": name or tag, "tag": tag if name else "latest"},
            "defaultUrl": "/lab",
            "extraEnv": {
                "JUPYTER_ORCH_HOME": HOME,
                URL_VARIABLE: {"name": URL_VARIABLE, "valueFrom": secret},
            },
            "extraFiles": files,
        },
        "hub": {
            "config": {"KubeSpawner": {"delete_pvc": False}},
            "loadRoles": {"server": {"scopes": ["self"]}},
        },
        "cull": {"enabled": True, "timeout": 3600, "every": 600},
    }
    return {"jupyterhub-values.yaml": dump_yaml(document)}


def _count(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 1000:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 999, found {text!r}")
    return int(text)
