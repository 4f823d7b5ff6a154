"""The magics themselves."""

from __future__ import annotations

import argparse
import importlib
import os
import shlex
import sys
import time
from collections.abc import Callable
from typing import Any

from IPython import display
from IPython.core.magic import Magics, cell_magic, line_cell_magic, magics_class

from jupyter_orch.client import OrchClient
from jupyter_orch.definitions.solid_cell import MAGIC, function_source
from jupyter_orch.display.progress import RunProgress
from jupyter_orch.errors import OrchError
from jupyter_orch.execution.run_here import RunHere, order_for
from jupyter_orch.execution.solids import execute_solid
from jupyter_orch.magics import server_side
from jupyter_orch.magics.command_line import UsageError, parser

SESSION_VARIABLE = "JPY_SESSION_NAME"
LOOK = 0.5


@magics_class
class OrchMagics(Magics):
    """``%%solid`` and ``%orch``."""

    def __init__(self, shell: Any = None) -> None:
        super().__init__(shell)
        self._shell = shell
        self._client: OrchClient | None = None

    @cell_magic
    def solid(self, line: str, cell: str) -> None:
        """A cell as a solid: ``%%solid name(inputs) -> type with option=value``."""
        # Cells never come here, see solid_cells.py; this is for %lsmagic, %%solid? and run_cell_magic.
        source = function_source(f"{MAGIC} {line}\n{cell}")
        self._shell.run_cell(source, store_history=False).raise_error()

    @line_cell_magic
    def orch(self, line: str, cell: str | None = None) -> Any:
        """The orchestrator: ``%orch help``."""
        try:
            asked = parser().parse_args(shlex.split(line) or ["help"])
            verbs: dict[str, Callable[[argparse.Namespace, str | None], Any]] = {
                "run": self._run,
                "launch": self._launch,
                "status": lambda *_: server_side.status_of(self.client),
                "runs": lambda asked, _: server_side.newest_runs(self.client, asked.limit, asked.pipeline),
                "logs": self._logs,
                "cancel": self._cancel,
                "schedule": self._schedule,
                "serve": self._serve,
                "help": lambda *_: print(parser().format_help()),
            }
            return verbs[asked.verb](asked, cell)
        except (OrchError, ValueError) as error:  # ValueError: a quote that is not closed
            print(f"%orch: {error}", file=sys.stderr)
            return None

    @property
    def client(self) -> OrchClient:
        """The server that this kernel belongs to."""
        if self._client is None:
            self._client = OrchClient()
        return self._client

    def _run(self, asked: argparse.Namespace, cell: str | None) -> Any:
        wanted = self._value(asked.pipeline)
        config = self._config(asked, cell)
        if isinstance(config, str):
            config = _parsed(config)
        if hasattr(wanted, "as_pipeline"):
            wanted = wanted.as_pipeline()
        if hasattr(wanted, "compute_fn"):
            return execute_solid(wanted, run_config=config, raise_on_error=False)
        if not hasattr(wanted, "available_modes"):
            raise UsageError(f"{asked.pipeline} is a {type(wanted).__name__}, expected a pipeline, job or solid")
        run = RunHere(order_for(wanted, config, asked.mode, None, None, None), None, raise_on_error=False)
        progress = RunProgress(wanted.name, len(run.scope.plan.steps))
        try:
            for event in run.events():
                progress.take(event)
        finally:
            progress.end()
        return run.result()

    def _launch(self, asked: argparse.Namespace, cell: str | None) -> Any:
        tags = dict(_pair(tag) for tag in asked.tag)
        run_id = self.client.submit_pipeline_execution(
            asked.pipeline,
            asked.location,
            run_config=self._config(asked, cell),
            mode=asked.mode,
            preset=asked.preset,
            tags=tags,
        )
        launched = server_side.LaunchedRun(self.client, run_id)
        if not asked.wait:
            return launched
        handle = display.DisplayHandle()  # type: ignore[no-untyped-call]
        handle.display(launched)  # type: ignore[no-untyped-call]
        while not launched.has_ended:
            time.sleep(LOOK)
            handle.update(launched)  # type: ignore[no-untyped-call]
        handle.update({"text/plain": ""}, raw=True)  # type: ignore[no-untyped-call]
        return launched  # the cell's value, or the variable's

    def _logs(self, asked: argparse.Namespace, _: str | None) -> None:
        run_id = server_side.find_run(self.client, asked.run)
        if asked.step:
            stream = "stderr" if asked.stderr else "stdout"
            if asked.follow:
                self.client.wait_for_run(run_id)
            print(self.client.get_compute_log(run_id, asked.step, stream), end="")
            return
        for event in self.client.follow_logs(run_id) if asked.follow else self.client.get_logs(run_id):
            at = time.strftime("%H:%M:%S", time.localtime(event["timestamp"]))
            print(f"{at} {event['level']:<8} {event['step_key'] or '':<20} {event['type']:<24} {event['message']}")

    def _cancel(self, asked: argparse.Namespace, _: str | None) -> None:
        run_id = server_side.find_run(self.client, asked.run)
        self.client.terminate_run(run_id)
        print(f"run {run_id[:8]} is asked to stop")

    def _schedule(self, asked: argparse.Namespace, _: str | None) -> Any:
        if asked.action == "list":
            return server_side.schedules(self.client)
        if not asked.name:
            raise UsageError(f"which schedule shall {asked.action}? See '%orch schedule'")
        state = server_side.turn_schedule(self.client, asked.name, on=asked.action == "start")
        print(f"schedule {asked.name}: {state}")
        return None

    def _serve(self, asked: argparse.Namespace, _: str | None) -> None:
        path = asked.path or os.environ.get(SESSION_VARIABLE, "")
        if not path.endswith(".ipynb"):
            raise UsageError("this kernel does not know its notebook: write '%orch serve path/of/the/notebook.ipynb'")
        print(server_side.serve(self.client, os.path.abspath(path)))

    def _config(self, asked: argparse.Namespace, cell: str | None) -> Any:
        """The run config: a variable's value, or the YAML text below the magic."""
        if asked.config and cell and cell.strip():
            raise UsageError("the run config is told twice: by --config, and below %%orch")
        return self._value(asked.config) if asked.config else (cell or None)

    def _value(self, name: str) -> Any:
        try:
            return self._shell.user_ns[name]
        except KeyError:
            raise UsageError(f"there is no variable {name!r} in this notebook; run the cell that defines it") from None


def _pair(tag: str) -> tuple[str, str]:
    key, separator, value = tag.partition("=")
    if not separator or not key:
        raise UsageError(f"--tag {tag}: expected KEY=VALUE")
    return key, value


def _parsed(text: str) -> Any:
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        raise UsageError("YAML below %%orch run needs PyYAML in this environment; use --config NAME") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"the run config is no YAML: {error}") from None
