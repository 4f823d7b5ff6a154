"""How verbs open what they work on: the instance alone, or the deployment with its code in real kernels."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from jupyter_orch.api.instance import masked
from jupyter_orch.cli.visible import visible
from jupyter_orch.code_servers.location_state import LocationState
from jupyter_orch.code_servers.pool import code_servers_of
from jupyter_orch.compose import check_classes, close, compose
from jupyter_orch.errors import OrchError
from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.processes import share_heaps
from jupyter_orch.records.failure import Failure
from jupyter_orch.settings import Settings, read_settings

GRACE = 15.0


class CanNotOpen(OrchError):
    """The instance can not be opened."""

    code = "CAN_NOT_OPEN"


class NoWorkspace(OrchError):
    """There is no workspace file."""

    code = "NO_WORKSPACE"


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """The option that says which workspace file."""
    parser.add_argument(
        "-w",
        "--workspace",
        metavar="FILE",
        type=Path,
        default=Path("workspace.yaml"),
        help="the workspace file (workspace.yaml in the current folder)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option for programs."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def workspace_file(arguments: argparse.Namespace) -> Path:
    """The workspace file that was named.

    Raises:
        NoWorkspace: it does not exist.
    """
    path: Path = arguments.workspace.absolute()
    if not path.is_file():
        raise NoWorkspace(
            f"there is no {path}: go to the folder of your workspace, name the file with --workspace, "
            "or lay out a new one with 'jupyter-orch init'"
        )
    return path


@contextmanager
def opened_instance() -> Iterator[Instance]:
    """The instance, without any code.

    Raises:
        OrchError: the settings can not be used, or the instance can not be opened.
    """
    settings = read_settings()
    check_classes(settings)
    with _reasons(settings):
        instance = open_instance(settings)
    try:
        yield instance
    finally:
        instance.close()


@contextmanager
def composed_deployment(workspace: Path) -> Iterator[Orchestrator]:
    """The deployment, with nothing started; nothing of it outlives the block but runs.

    Raises:
        OrchError: the settings can not be used, or the instance can not be opened.
    """
    share_heaps()
    settings = read_settings()
    check_classes(settings)
    with _reasons(settings):
        orchestrator = compose(settings, code_servers_of(settings, workspace))
    try:
        yield orchestrator
    finally:
        close(orchestrator)


@contextmanager
def opened_deployment(workspace: Path) -> Iterator[Orchestrator]:
    """The deployment with every location's code loaded, or in error.

    Raises:
        OrchError: as above, or the workspace file as a whole can not be used.
    """
    with composed_deployment(workspace) as orchestrator:
        with _shown_while(f"loading the code of {workspace}"):
            orchestrator.code_servers.start()
            patience = orchestrator.instance.settings.code_servers.startup_timeout + GRACE
            orchestrator.code_servers.wait_until_loaded(patience)
        if orchestrator.code_servers.problem is not None:
            raise OrchError(orchestrator.code_servers.problem)
        yield orchestrator


@contextmanager
def _reasons(settings: Settings) -> Iterator[None]:
    """Whatever a file system or database driver raises while the instance is opened becomes one sentence."""
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        found = masked(str(getattr(error, "orig", error))).strip().split("\n")[0]
        raise CanNotOpen(
            f"can not open the instance in {settings.home} (storage {settings.storage.cls or settings.storage.name}): "
            f"{found}; check the folder and 'storage' in its orch.yaml"
        ) from error


def _shown_while(sentence: str) -> AbstractContextManager[Any]:
    """A line that moves while the block takes its time; only people see it."""
    return Console(stderr=True).status(sentence) if sys.stderr.isatty() else nullcontext()


def report_failures(states: list[LocationState]) -> int:
    """Print on stderr what did not load, with file and line; returns how many locations that were."""
    failed = [state for state in states if state.failure is not None]
    for state in failed:
        assert state.failure is not None
        told = visible(describe(state.failure))
        print(f"jupyter-orch: location {state.name!r} does not load: {told}", file=sys.stderr)
    return len(failed)


def describe(failure: Failure) -> str:
    """A failure in a few lines: what, where, the code, what to do."""
    lines = [f"{failure.cls}: {failure.message}"]
    if failure.file:
        lines.append(f"  at {failure.file}:{failure.line}" if failure.line else f"  at {failure.file}")
    if failure.code:
        lines.append(f"     {failure.code.strip()}")
    if failure.cause is not None:
        lines.append(f"  caused by {describe(failure.cause)}")
    if failure.hint:
        lines.append(f"  hint: {failure.hint}")
    return "\n".join(lines)


def person() -> str:
    """Who is at the command line, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
