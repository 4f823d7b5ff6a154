"""``jupyter-orch daemon``: the loops (queue, schedules, monitoring) in a process of their own."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

from jupyter_orch import clock
from jupyter_orch.cli.listing import Column, duration, moment, print_json, show_listing
from jupyter_orch.cli.opening import add_json, add_workspace, composed_deployment, opened_instance, workspace_file
from jupyter_orch.daemon.supervisor import LATE
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.tick import Replica

COLUMNS = (
    Column("host", "HOST"),
    Column("pid", "PID"),
    Column("status", "STATUS"),
    Column("silent_since", "SILENT SINCE", moment),
    Column("heartbeat_age", "LAST SEEN", lambda seconds: f"{duration(seconds)} ago"),
    Column("started_at", "STARTED", moment),
    Column("loops", "LOOPS", lambda loops: ", ".join(loops) or "-"),
    Column("troubles", "ERRORS"),
)
LONGEST_ERROR = 240


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    run = verbs.add_parser("run", help="work until SIGTERM or Ctrl-C; any number of replicas may run")
    add_workspace(run)
    run.set_defaults(act=_run)
    status = verbs.add_parser("status", help="the daemons and servers; exit 1 if none is alive or one has errors")
    add_json(status)
    status.set_defaults(act=_status)
    check = verbs.add_parser("liveness-check", help="exit 0 if the daemon's loops turn, else 1; for probes")
    check.add_argument(
        "--heartbeat-tolerance",
        type=float,
        default=LATE,
        metavar="SECONDS",
        help=f"how old a heartbeat may be ({LATE:g})",
    )
    check.add_argument("--here", action="store_true", help="only daemons and servers of this host count")
    add_json(check)
    check.set_defaults(act=_liveness_check)


def _run(arguments: argparse.Namespace) -> int:
    told = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        told.set()

    workspace = workspace_file(arguments)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with composed_deployment(workspace) as orchestrator:
        home = orchestrator.instance.settings.home
        orchestrator.code_servers.start()
        orchestrator.supervisor.start()
        print(f"daemon {orchestrator.supervisor.replica_id[:8]} works on {home}", file=sys.stderr, flush=True)
        told.wait()
        print("stopping; runs go on", file=sys.stderr, flush=True)
    return 0


def _status(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        replicas = instance.storage.list_replicas(clock.now() - LATE)
        home = instance.settings.home
    rows = [_row(replica) for replica in replicas]
    show_listing(
        rows if arguments.json else [{**row, "troubles": _by_sentence(row)} for row in rows],
        COLUMNS,
        as_json=arguments.json,
        nothing=f"No daemon and no Jupyter server works on {home}. Start one: jupyter-orch daemon run",
    )
    alive = [row for row in rows if row["silent_since"] is None]
    return 0 if alive and not any(row["failing"] for row in alive) else 1


def _liveness_check(arguments: argparse.Namespace) -> int:
    now = clock.now()
    with opened_instance() as instance:
        replicas = instance.storage.list_replicas(now - arguments.heartbeat_tolerance)
    alive = [r for r in replicas if not arguments.here or r.host == socket.gethostname()]
    newest = {
        name: max(r.loops.get(name, 0.0) for r in alive) for name in sorted({name for r in alive for name in r.loops})
    }
    stuck = {name: beat for name, beat in newest.items() if beat < now - arguments.heartbeat_tolerance}
    if arguments.json:
        print_json({"alive": bool(alive) and not stuck, "replicas": len(alive), "stuck": sorted(stuck)})
    elif not alive:
        print("no daemon and no Jupyter server has told of itself lately", file=sys.stderr)
    for name, beat in stuck.items():
        since = f"since {moment(beat)}" if beat else "since it was started"
        print(f"{name} has not turned {since}", file=sys.stderr)
    return 0 if alive and not stuck else 1


def _row(replica: Replica) -> dict[str, Any]:
    errors = {name: _distinct(failures) for name, failures in replica.errors.items()}
    silent_since = replica.silent_since(clock.now())
    failing = [name for name in errors if replica.is_failing(name)]
    status = "SILENT" if silent_since is not None else "ERROR" if failing else "RUNNING"
    return {
        "replica_id": replica.replica_id,
        "host": replica.host,
        "pid": replica.pid,
        "status": status,
        "version": replica.version,
        "started_at": replica.started_at,
        "heartbeat": replica.heartbeat,
        "heartbeat_age": max(0.0, clock.now() - replica.heartbeat),
        "silent_since": silent_since,
        "loops": list(replica.loops),
        "errors": errors,
        "error_at": replica.error_at,
        "failing": failing,
    }


def _distinct(failures: Sequence[Failure]) -> str:
    """Each different error once, the newest first; none takes more than a few lines."""
    told = (_shortened(f"{failure.cls}: {failure.message}") for failure in failures)
    return "; ".join(dict.fromkeys(told))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_ERROR else f"{text[: LONGEST_ERROR - 1]}…"


def _by_sentence(row: Mapping[str, Any]) -> str:
    """The errors of a row, each with its time; what several loops have in common stands once, behind their names."""
    loops: dict[tuple[str, bool], list[str]] = {}
    for name, told in row["errors"].items():
        loops.setdefault((told, name in row["failing"]), []).append(name)
    sentences = []
    for (told, is_failing), names in loops.items():
        newest = max((row["error_at"][name] for name in names if name in row["error_at"]), default=None)
        at = "" if newest is None else f" ({moment(newest)}{'' if is_failing else ', it is over'})"
        sentences.append(f"{', '.join(names)}: {told}{at}")
    return "; ".join(sentences)
