"""``jupyter-orch demo``: the example workspace in a folder of your own, in JupyterLab or headless."""

from __future__ import annotations

import argparse
import importlib.util
import signal
from pathlib import Path
from types import FrameType

from jupyter_orch.cli.example import HOME, copy_example, history_command
from jupyter_orch.cli.headless import run_headless
from jupyter_orch.cli.jupyter_process import JupyterProcess
from jupyter_orch.errors import OrchError

FOLDER = "orch-demo"
PORT = 8888
LISTEN_SECONDS = 120.0
NEEDED = ("pandas", "matplotlib")


class ExtraMissing(OrchError):
    """The example needs packages that are not installed."""

    code = "EXTRA_MISSING"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(FOLDER), help=f"where to ({FOLDER})")
    parser.add_argument("--headless", action="store_true", help="no browser: run the main pipeline, sum up, end")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--port", type=_port, help=f"for the server ({PORT}; headless: a free one)")
    parser.set_defaults(act=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    _check_packages()
    folder: Path = arguments.folder.expanduser().absolute()
    copied = copy_example(folder)
    print(f"{'Copied the example to' if copied else 'Using the example in'} {folder}", flush=True)
    if arguments.headless:
        return run_headless(folder, arguments.port)
    return _open_lab(folder, arguments)


def _open_lab(folder: Path, arguments: argparse.Namespace) -> int:
    """Start JupyterLab and stay until it ends; Ctrl-C and SIGTERM are for it."""
    options = ["--no-browser"] if arguments.no_browser else []
    server = JupyterProcess(
        "jupyterlab", folder, folder / HOME, port=PORT if arguments.port is None else arguments.port, options=options
    )

    def pass_on(number: int, _: FrameType | None) -> None:
        server.process.send_signal(number)

    with server:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to JupyterLab too, which asks back
        signal.signal(signal.SIGTERM, pass_on)
        server.wait_until_listening(LISTEN_SECONDS)
        print(_welcome(server.lab_url, folder), flush=True)
        code = server.process.wait()
    return 0 if code in (0, -signal.SIGTERM, -signal.SIGINT) else 1


def _welcome(url: str, folder: Path) -> str:
    return f"""
    JupyterLab with the example workspace:

        {url}

    Open the panel "Orchestrate" on the left, choose penguin_report, press Launch.
    Its history, from any terminal:  {history_command(folder)}
"""


def _check_packages() -> None:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ExtraMissing(f"the example needs {' and '.join(missing)}: pip install 'jupyter-orch[demo]'")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, found {text!r}")
    return int(text)
