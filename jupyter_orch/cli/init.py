"""``jupyter-orch init``: a workspace to begin with: one documented pipeline and the files around it."""

from __future__ import annotations

import argparse
from pathlib import Path

from jupyter_orch.cli.example import FolderInUse
from jupyter_orch.errors import OrchError
from jupyter_orch.settings import home_folder

_WORKSPACE = """\
# Which code there is. Every entry is a code location and has a kernel of its own.
load_from:
  - python_file: first_pipeline.py
  # - notebook: exploration.ipynb          # cells may define solids and pipelines
  # - python_file:
  #     relative_path: other.py
  #     location_name: other               # as the panel shows it
  #     kernel: my-environment             # a kernelspec: another Python environment
"""

_PIPELINE = '''\
"""A first pipeline: two solids, one of them with config.

In JupyterLab open the panel "Orchestrate", choose ``greetings`` and press Launch.
From a terminal: ``jupyter-orch pipeline launch greetings --wait``.
"""

from jupyter_orch import Field, pipeline, repository, solid


@solid(config_schema={"names": Field([str], default_value=["Ada", "Grace"], description="Whom to greet.")})
def names(context):
    """The names from the config."""
    context.log.info(f"{len(context.solid_config['names'])} names")
    return context.solid_config["names"]


@solid
def greet(context, names):
    """One greeting per name, in the log and as the result."""
    greetings = [f"Hello, {name}!" for name in names]
    for greeting in greetings:
        context.log.info(greeting)
    return greetings


@pipeline
def greetings():
    """Greets everybody."""
    greet(names())


@repository
def my_repository():
    """What this file offers. Without a repository every pipeline of the file is offered."""
    return [greetings]
'''

_SETTINGS = """\
# Settings of the instance in this folder; read when a command, a Jupyter server or a daemon starts.
# Everything is optional; what is commented out is the default.

# storage:                                  # runs, events, schedules
#   sqlite: {path: /path/to/orch.db}
#   postgres: {url: {env: ORCH_DATABASE_URL}}

# run_coordinator: default                  # start every run at once
# run_coordinator:
#   queued: {max_concurrent_runs: 10}       # or let runs wait in a queue

# run_launcher: warm                        # runs are forked from a process that has the code imported
# run_launcher: subprocess                  # or always started from nothing

# code_servers: {local_startup_timeout: 180}   # seconds that importing a location's code may take
# scheduler: {max_catchup_runs: 5}             # due times of a partitioned schedule to make up for
"""

FILES = {"workspace.yaml": _WORKSPACE, "first_pipeline.py": _PIPELINE}
SETTINGS_FILE = "orch.yaml"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="where to (the current folder)")
    parser.set_defaults(act=_init)


def _init(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder.expanduser().absolute()
    taken = [name for name in FILES if (folder / name).exists()]
    if taken:
        raise FolderInUse(f"{folder} has {' and '.join(taken)} already; nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in FILES.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise OrchError(f"can not write to {folder}: {error}") from error
    for name in FILES:
        print(f"wrote {folder / name}")
    _explain_settings(home_folder() / SETTINGS_FILE)
    print("Next: go there and run 'jupyter-orch workspace check', then 'jupyter-orch lab'")
    return 0


def _explain_settings(file: Path) -> None:
    """Write the settings, all commented out, where they are read; those that are there already stay as they are."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(file, "x", encoding="utf-8") as settings:
            settings.write(_SETTINGS)
    except FileExistsError:
        print(f"left {file} as it is (the instance's settings)")
    except OSError as error:
        raise OrchError(f"can not write the instance's settings to {file}: {error.strerror}") from error
    else:
        print(f"wrote {file} (the instance's settings)")
