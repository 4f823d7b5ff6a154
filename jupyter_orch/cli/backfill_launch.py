"""``jupyter-orch pipeline backfill``: asks for runs of many partitions; the daemon makes them."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from jupyter_orch import clock
from jupyter_orch.automation.backfill_control import partitions_between
from jupyter_orch.automation.backfills import BackfillWish
from jupyter_orch.automation.deployed import DeployedPartitionSet
from jupyter_orch.cli.listing import print_json
from jupyter_orch.cli.opening import (
    add_json,
    add_workspace,
    opened_deployment,
    person,
    report_failures,
    workspace_file,
)
from jupyter_orch.daemon.supervisor import LATE
from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.orchestrator import Orchestrator


class NoSuchBackfill(OrchError):
    """The backfill can not be asked for like this."""

    code = "NO_SUCH_BACKFILL"


def declare_backfill(verbs: Any) -> None:
    """Add the verb to the group of pipelines."""
    parser = verbs.add_parser("backfill", help="runs for many partitions of a pipeline; the daemon makes them")
    parser.add_argument("name", metavar="NAME", help="the pipeline")
    parser.add_argument("-l", "--location", help="the location, when several have a pipeline of that name")
    parser.add_argument("--partition-set", metavar="NAME", help="which, when the pipeline has several")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--partitions", metavar="NAME,...", help="these")
    which.add_argument("--all", action="store_true", help="every partition that there is now")
    parser.add_argument("--from", dest="first", metavar="NAME", help="from this partition on")
    parser.add_argument("--to", dest="last", metavar="NAME", help="up to and with this partition")
    parser.add_argument("--from-failure", action="store_true", help="only what is left after each one's failed run")
    parser.add_argument("--steps", metavar="KEY,...", help="only these steps, on each one's run that has succeeded")
    parser.add_argument("-t", "--tag", action="append", default=[], metavar="KEY=VALUE", help="a tag; may be repeated")
    parser.add_argument("--tags", metavar="JSON", help="tags as a JSON object")
    parser.add_argument("--noprompt", action="store_true", help="do not ask whether to go on")
    add_json(parser)
    add_workspace(parser)
    parser.set_defaults(act=_backfill)


def _backfill(arguments: argparse.Namespace) -> int:
    tags = _tags(arguments)
    with opened_deployment(workspace_file(arguments)) as orchestrator:
        report_failures(orchestrator.code_servers.states())
        deployed = _partition_set(orchestrator, arguments)
        names = _names(orchestrator, deployed, arguments)
        if not arguments.noprompt and not _agrees(len(names), deployed.name):
            return 1
        made = orchestrator.backfills.request(
            BackfillWish(
                location=deployed.place.location,
                repository=deployed.place.repository,
                partition_set=deployed.name,
                partition_names=names,
                from_failure=arguments.from_failure,
                step_keys=tuple(arguments.steps.split(",")) if arguments.steps else None,
                tags=tags,
                created_by=person(),
            )
        )
        is_alone = not orchestrator.instance.storage.list_replicas(clock.now() - LATE)
    if arguments.json:
        print_json({"backfill_id": made.backfill_id, "partitions": list(made.partition_names)})
    else:
        print(f"backfill {made.backfill_id} of {len(names)} partition(s)")
        print(f"look at it: jupyter orch backfill show {made.backfill_id}")
    if is_alone:
        print("no daemon works on this instance yet; start one: jupyter orch daemon run", file=sys.stderr)
    return 0


def _partition_set(orchestrator: Orchestrator, arguments: argparse.Namespace) -> DeployedPartitionSet:
    known = [d for d in orchestrator.deployments.partition_sets() if arguments.location in (None, d.place.location)]
    of_pipeline = [d for d in known if d.partition_set.pipeline == arguments.name]
    if not of_pipeline:
        names = sorted({d.partition_set.pipeline for d in known})
        raise NoSuchBackfill(
            f"no partition set is for a pipeline {arguments.name!r}{did_you_mean(arguments.name, names)}; "
            f"pipelines with partitions: {', '.join(names) or 'none'}"
        )
    found = [d for d in of_pipeline if arguments.partition_set in (None, d.name)]
    if len(found) == 1:
        return found[0]
    names = [d.name for d in of_pipeline]
    if not found:
        raise NoSuchBackfill(
            f"pipeline {arguments.name!r} has no partition set {arguments.partition_set!r}"
            f"{did_you_mean(arguments.partition_set, names)}; it has: {', '.join(names)}"
        )
    places = ", ".join(f"{d.name} in {d.place.location}" for d in found)
    raise NoSuchBackfill(f"there are several: {places}; choose one with --partition-set or --location")


def _names(
    orchestrator: Orchestrator, deployed: DeployedPartitionSet, arguments: argparse.Namespace
) -> tuple[str, ...]:
    has_range = arguments.first is not None or arguments.last is not None
    if arguments.partitions is not None and not has_range:
        return tuple(name.strip() for name in arguments.partitions.split(",") if name.strip())
    if arguments.partitions is not None or arguments.all == has_range:
        raise NoSuchBackfill("say which partitions, in one way: --partitions, --from and --to, or --all")
    return partitions_between(orchestrator.backfills.partition_names(deployed), arguments.first, arguments.last)


def _tags(arguments: argparse.Namespace) -> dict[str, str]:
    tags: dict[str, str] = {}
    if arguments.tags:
        try:
            told = json.loads(arguments.tags)
        except ValueError as error:
            raise NoSuchBackfill(f"--tags is no JSON: {error}") from error
        if not isinstance(told, dict):
            raise NoSuchBackfill(f"--tags: expected a JSON object, found {arguments.tags!r}")
        tags |= {key: value if isinstance(value, str) else json.dumps(value) for key, value in told.items()}
    for given in arguments.tag:
        key, found, value = given.partition("=")
        if not found or not key:
            raise NoSuchBackfill(f"--tag {given!r}: expected KEY=VALUE")
        tags[key] = value
    return tags


def _agrees(count: int, name: str) -> bool:
    """Ask the person at the terminal; without one nobody is asked."""
    if not sys.stdin.isatty():
        return True
    return input(f"Make runs for {count} partition(s) of {name}? [y/N] ").strip().lower() in ("y", "yes")
