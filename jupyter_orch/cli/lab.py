"""``jupyter-orch lab``: JupyterLab in the current folder. This process becomes JupyterLab."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "options",
        nargs=argparse.REMAINDER,
        metavar="...",
        help="options for JupyterLab, after --: -- --no-browser",
    )
    parser.set_defaults(act=_lab)


def _lab(arguments: argparse.Namespace) -> int:
    folder = Path.cwd()
    if not (folder / "workspace.yaml").exists():
        sentence = "it will have no code locations; lay out a workspace with 'jupyter-orch init'"
        print(f"jupyter-orch: there is no workspace.yaml in {folder}: {sentence}", file=sys.stderr, flush=True)
    options = [option for option in arguments.options if option != "--"]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *options])
