"""``jupyter-orch backfill``: how far backfills are, and pausing, canceling and resuming them."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from jupyter_orch.automation.backfill_control import BackfillControl
from jupyter_orch.cli.listing import Column, moment, print_json, show_facts, show_listing
from jupyter_orch.cli.opening import add_json, opened_instance
from jupyter_orch.records.backfill import Backfill, BackfillStatus
from jupyter_orch.records.run import RunBrief

MOST = 1000
COLUMNS = (
    Column("backfill_id", "BACKFILL"),
    Column("status", "STATUS"),
    Column("progress", "PROGRESS"),
    Column("runs", "RUNS", lambda runs: ", ".join(f"{n} {s}" for s, n in runs.items()) or "-"),
    Column("partition_set", "PARTITION SET"),
    Column("create_time", "CREATED", moment),
    Column("created_by", "BY"),
)


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this group."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="backfills, newest first")
    listed.add_argument("-n", "--limit", type=int, default=25, metavar="N", help="how many (25)")
    listed.add_argument("--status", choices=[status.value for status in BackfillStatus], help="only these")
    add_json(listed)
    listed.set_defaults(act=_list)
    show = verbs.add_parser("show", help="one backfill with each of its partitions")
    show.set_defaults(act=_show)
    add_json(show)
    for word, sentence in (
        ("cancel", "make no further runs; those that were made go on"),
        ("pause", "make no further runs until it is resumed"),
        ("resume", "go on where it was paused, canceled or has failed"),
    ):
        verb = verbs.add_parser(word, help=sentence)
        verb.add_argument("backfill_id", metavar="ID", help="the backfill")
        add_json(verb)
        verb.set_defaults(act=lambda arguments, word=word: _move(arguments, word))
    show.add_argument("backfill_id", metavar="ID", help="the backfill")


def _list(arguments: argparse.Namespace) -> int:
    wanted = None if arguments.status is None else BackfillStatus(arguments.status)
    with opened_instance() as instance:
        control = BackfillControl(instance.storage)
        found = instance.storage.list_backfills(limit=max(1, min(arguments.limit, MOST)), status=wanted)
        rows = [_row(backfill, control.runs_of(backfill)) for backfill in found]
    show_listing(rows, COLUMNS, as_json=arguments.json, nothing="There is no backfill.")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with opened_instance() as instance:
        control = BackfillControl(instance.storage)
        backfill = control.get(arguments.backfill_id)
        runs = control.runs_of(backfill)
    partitions = [_partition(backfill, name, runs.get(name)) for name in backfill.partition_names]
    row = _row(backfill, runs)
    if arguments.json:
        print_json({**row, "partitions": partitions})
        return 0
    show_facts({**row, "create_time": moment(backfill.create_time), "end_time": moment(backfill.end_time)})
    print()
    columns = (
        Column("partition", "PARTITION"),
        Column("status", "STATUS"),
        Column("run_id", "RUN"),
        Column("note", "NOTE"),
    )
    show_listing(partitions, columns, as_json=False)
    return 0


def _move(arguments: argparse.Namespace, word: str) -> int:
    with opened_instance() as instance:
        control = BackfillControl(instance.storage)
        moved = {"cancel": control.cancel, "pause": control.pause, "resume": control.resume}[word](
            arguments.backfill_id
        )
        row = _row(moved, control.runs_of(moved))
    if arguments.json:
        print_json(row)
    else:
        print(f"backfill {moved.backfill_id} is {moved.status} at {row['progress'].replace('/', ' of ')} partitions")
    return 0


def _row(backfill: Backfill, runs: dict[str, RunBrief]) -> dict[str, Any]:
    failure = backfill.failure
    return {
        "backfill_id": backfill.backfill_id,
        "status": backfill.status.value,
        "progress": f"{backfill.position}/{len(backfill.partition_names)}",
        "runs": dict(sorted(Counter(brief.status.value for brief in runs.values()).items())),
        "runs_made": backfill.runs_made,
        "partition_set": backfill.partition_set,
        "pipeline": backfill.pipeline,
        "location": backfill.location,
        "repository": backfill.repository,
        "from_failure": backfill.from_failure,
        "steps": None if backfill.step_keys is None else list(backfill.step_keys),
        "tags": backfill.tags,
        "create_time": backfill.create_time,
        "end_time": backfill.end_time,
        "created_by": backfill.created_by,
        "failure": None if failure is None else f"{failure.cls}: {failure.message}",
    }


def _partition(backfill: Backfill, name: str, brief: RunBrief | None) -> dict[str, Any]:
    return {
        "partition": name,
        "status": brief.status.value if brief is not None else None,
        "run_id": brief.run_id if brief is not None else None,
        "note": backfill.passed_over.get(name),
    }
