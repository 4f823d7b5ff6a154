"""What ``%orch`` understands."""

from __future__ import annotations

import argparse
from typing import NoReturn

from jupyter_orch.errors import OrchError


class UsageError(OrchError):
    """The line says something that ``%orch`` does not understand."""

    code = "USAGE"


class _Parser(argparse.ArgumentParser):
    """Raises instead of ending the kernel."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage().strip()}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise UsageError(message or "")


def parser() -> argparse.ArgumentParser:
    """The parser of everything behind ``%orch``."""
    top = _Parser(prog="%orch", description="The orchestrator from a notebook.", add_help=False)
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)

    def verb(name: str, told: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=told, description=told, add_help=False)

    run = verb("run", "run a pipeline of this notebook here, in this kernel")
    run.add_argument("pipeline", help="name of a variable that holds a pipeline, job or solid")
    launch = verb("launch", "launch a pipeline on the server, in processes of its own")
    launch.add_argument("pipeline", help="name of a pipeline in the workspace")
    launch.add_argument("--location", help="code location, where several have such a pipeline")
    launch.add_argument("--preset", help="a preset of the pipeline")
    launch.add_argument("--wait", action="store_true", help="show the run until it has ended")
    launch.add_argument("--tag", action="append", default=[], metavar="KEY=VALUE", help="a tag of the run; repeatable")
    for one in (run, launch):
        one.add_argument("--mode", help="a mode of the pipeline")
        one.add_argument("--config", metavar="NAME", help="variable with the run config; or write YAML below %%orch")
    verb("status", "the server, its locations and its daemon")
    runs = verb("runs", "the newest runs")
    runs.add_argument("--limit", type=int, default=10, help="how many")
    runs.add_argument("--pipeline", help="only runs of this pipeline")
    logs = verb("logs", "events of a run, or what one of its steps has printed")
    logs.add_argument("run", help="id of a run, its beginning, or 'latest'")
    logs.add_argument("step", nargs="?", help="key of a step")
    logs.add_argument("--stderr", action="store_true", help="its stderr instead of its stdout")
    logs.add_argument("--follow", action="store_true", help="until the run has ended")
    verb("cancel", "stop a run").add_argument("run", help="id of a run, its beginning, or 'latest'")
    schedule = verb("schedule", "schedules of the workspace: list, switch on, switch off")
    schedule.add_argument("action", nargs="?", choices=("list", "start", "stop"), default="list")
    schedule.add_argument("name", nargs="?", help="name of a schedule")
    serve = verb("serve", "make this notebook a code location until the server ends")
    serve.add_argument("path", nargs="?", help="the notebook, if this kernel does not know it")
    verb("help", "this text")
    return top
