"""GraphQL: partition sets, their partitions, and backfills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jupyter_orch.api import runs, shapes
from jupyter_orch.api.context import BACKFILLS, EXECUTE, Context, context_of
from jupyter_orch.api.problems import Answer, answering, python_error
from jupyter_orch.automation.backfill_control import (
    BACKFILL_TAG,
    PARTITION_SET_TAG,
    PARTITION_TAG,
    BackfillRefused,
    partitions_between,
)
from jupyter_orch.automation.backfills import BackfillWish, PartitionConfig
from jupyter_orch.automation.deployed import DeployedPartitionSet, PartitionSetNotFound
from jupyter_orch.automation.schedules import UNFINISHED
from jupyter_orch.records.backfill import Backfill, BackfillStatus
from jupyter_orch.records.run import RunBrief, RunFilter
from jupyter_orch.records.secret_fields import secret_paths
from jupyter_orch.runs.problems import PipelineNotFound
from jupyter_orch.runs.secret_config import without_secrets
from jupyter_orch.yaml_text import dump_yaml

DEFAULT_PAGE, MAX_PAGE = 25, 100
SEARCHED = 1000


def partition_sets_of(context: Context, location: str, repository: str) -> list[Answer]:
    """The partition sets of one repository."""
    return [
        partition_set(context, deployed)
        for deployed in context.orchestrator.deployments.partition_sets()
        if (deployed.place.location, deployed.place.repository) == (location, repository)
    ]


def partition_set(context: Context, deployed: DeployedPartitionSet) -> Answer:
    """One partition set; its partitions are asked of the code only when they are wanted."""
    backfills = context.orchestrator.backfills
    found, place = deployed.partition_set, deployed.place

    def partitions(info: Any, cursor: str | None = None, limit: int | None = None, reverse: bool | None = None) -> Any:
        names = backfills.partition_names(deployed)
        if reverse:
            names.reverse()
        if cursor is not None and cursor in names:
            names = names[names.index(cursor) + 1 :]
        page = names if limit is None else names[: max(0, limit)]
        newest = backfills.newest_runs(deployed)
        return {
            "__typename": "Partitions",
            "results": [_partition(context, deployed, name, newest.get(name)) for name in page],
        }

    def partition(info: Any, partitionName: str) -> Answer | None:
        if partitionName not in backfills.partition_names(deployed):
            return None
        return _partition(context, deployed, partitionName, backfills.newest_runs(deployed).get(partitionName))

    def statuses(info: Any) -> Answer:
        names = backfills.partition_names(deployed)
        return _statuses(f"{place.location}:{place.repository}:{found.name}", names, backfills.newest_runs(deployed))

    def its_backfills(info: Any, limit: int | None = None) -> list[Answer]:
        mine = (place.location, place.repository, found.name)
        recent = context.orchestrator.instance.storage.list_backfills(limit=SEARCHED)
        chosen = [b for b in recent if (b.location, b.repository, b.partition_set) == mine]
        return [backfill(context, b) for b in chosen[: _page_size(limit)]]

    return {
        "__typename": "PartitionSet",
        "id": f"{place.location}:{place.repository}:{found.name}",
        "name": found.name,
        "pipelineName": found.pipeline,
        "mode": found.mode,
        "solidSelection": None if found.solid_selection is None else list(found.solid_selection),
        "repositoryName": place.repository,
        "repositoryLocationName": place.location,
        "partitionsOrError": lambda info, **given: answering(lambda _, i, **g: partitions(i, **g))(None, info, **given),
        "partition": partition,
        "partitionStatusesOrError": lambda info: answering(lambda _, i: statuses(i))(None, info),
        "backfills": its_backfills,
    }


def _shown(deployed: DeployedPartitionSet, run_config: Any) -> Any:
    """A partition's config without its secrets."""
    pipeline = deployed.place.pipelines.get(deployed.partition_set.pipeline)
    if pipeline is None:
        return run_config
    return without_secrets(run_config, secret_paths(pipeline, deployed.partition_set.mode, run_config))


def _partition(context: Context, deployed: DeployedPartitionSet, name: str, newest: RunBrief | None) -> Answer:
    found, place = deployed.partition_set, deployed.place
    told: list[PartitionConfig] = []

    def config() -> PartitionConfig:
        if not told:
            told.append(context.orchestrator.backfills.config_of(deployed, name))
        return told[0]

    def run_config(_: Any, info: Any) -> Answer:
        failure = config().failure
        if failure is not None:
            return python_error(failure) or {}
        return {"__typename": "PartitionRunConfig", "yaml": dump_yaml(_shown(deployed, config().run_config))}

    def tags(_: Any, info: Any) -> Answer:
        failure = config().failure
        if failure is not None:
            return python_error(failure) or {}
        return {"__typename": "PartitionTags", "results": shapes.tags(config().tags)}

    def its_runs(info: Any, cursor: str | None = None, limit: int | None = None) -> list[Answer]:
        where = RunFilter(
            location=place.location,
            repository=place.repository,
            tags={PARTITION_SET_TAG: found.name, PARTITION_TAG: name},
        )
        return runs.page(context, where, cursor, limit)

    return {
        "name": name,
        "partitionSetName": found.name,
        "mode": found.mode,
        "solidSelection": None if found.solid_selection is None else list(found.solid_selection),
        "runConfigOrError": lambda info: answering(run_config)(None, info),
        "tagsOrError": lambda info: answering(tags)(None, info),
        "runs": its_runs,
        "status": newest.status.value if newest is not None else None,
    }


def _statuses(owner: str, names: Sequence[str], newest: dict[str, RunBrief]) -> Answer:
    return {
        "__typename": "PartitionStatuses",
        "results": [
            {
                "id": f"{owner}:{name}",
                "partitionName": name,
                "runStatus": brief.status.value if brief is not None else None,
                "runId": brief.run_id if brief is not None else None,
            }
            for name in names
            for brief in (newest.get(name),)
        ],
    }


def backfill(context: Context, found: Backfill) -> Answer:
    """One backfill; its runs are read only when they are asked for."""
    read: list[dict[str, RunBrief]] = []

    def its_runs() -> dict[str, RunBrief]:
        if not read:
            read.append(context.orchestrator.backfills.runs_of(found))
        return read[0]

    def set_now(info: Any) -> Answer | None:
        try:
            deployed = context.orchestrator.deployments.partition_set(
                found.location, found.repository, found.partition_set
            )
        except PartitionSetNotFound:
            return None
        return partition_set(context, deployed)

    def counts(info: Any) -> list[Answer]:
        counted = Counter(brief.status.value for brief in its_runs().values())
        return [{"status": status, "count": count} for status, count in sorted(counted.items())]

    where = RunFilter(tags={BACKFILL_TAG: found.backfill_id})
    return {
        "__typename": "PartitionBackfill",
        "id": found.backfill_id,
        "backfillId": found.backfill_id,
        "status": found.status.value,
        "repositoryName": found.repository,
        "repositoryLocationName": found.location,
        "partitionSetName": found.partition_set,
        "pipelineName": found.pipeline,
        "partitionSet": set_now,
        "partitionNames": list(found.partition_names),
        "numPartitions": len(found.partition_names),
        "numTotal": len(found.partition_names),
        "numRequested": found.position,
        "numRuns": found.runs_made,
        "passedOver": [{"partitionName": name, "reason": reason} for name, reason in found.passed_over.items()],
        "fromFailure": found.from_failure,
        "reexecutionSteps": None if found.step_keys is None else list(found.step_keys),
        "tags": shapes.tags(found.tags),
        "createdBy": found.created_by,
        "timestamp": found.create_time,
        "endTimestamp": found.end_time,
        "partitionStatuses": lambda info: _statuses(found.backfill_id, found.partition_names, its_runs()),
        "runStatusCounts": counts,
        "runs": lambda info, cursor=None, limit=None: runs.page(context, where, cursor, limit),
        "unfinishedRuns": lambda info, limit=None: runs.page(context, replace(where, statuses=UNFINISHED), None, limit),
        "error": python_error(found.failure),
    }


def _page_size(limit: int | None) -> int:
    return max(1, min(DEFAULT_PAGE if limit is None else limit, MAX_PAGE))


def _sets_or_error(_: Any, info: Any, repositorySelector: dict[str, Any], pipelineName: str | None = None) -> Answer:
    context = context_of(info)
    location, repository = repositorySelector["repositoryLocationName"], repositorySelector["repositoryName"]
    found = partition_sets_of(context, location, repository)
    if pipelineName is not None:
        snapshot = context.orchestrator.code_servers.definitions(location)
        names = [p.name for r in snapshot.repositories if r.name == repository for p in r.pipelines]
        if pipelineName not in names:
            raise PipelineNotFound(
                f"repository {repository!r} has no pipeline {pipelineName!r}; it has: {', '.join(names) or 'none'}",
                pipeline=pipelineName,
            )
        found = [answer for answer in found if answer["pipelineName"] == pipelineName]
    return {"__typename": "PartitionSets", "results": found}


def _find(context: Context, selector: dict[str, Any], name: str) -> DeployedPartitionSet:
    place = (selector["repositoryLocationName"], selector["repositoryName"])
    return context.orchestrator.deployments.partition_set(*place, name)


def _set_or_error(_: Any, info: Any, repositorySelector: dict[str, Any], partitionSetName: str) -> Answer:
    context = context_of(info)
    return partition_set(context, _find(context, repositorySelector, partitionSetName))


def _backfills_or_error(
    _: Any, info: Any, status: str | None = None, cursor: str | None = None, limit: int | None = None
) -> Answer:
    context = context_of(info)
    before = context.orchestrator.backfills.get(cursor).cursor if cursor else None
    wanted = BackfillStatus(status) if status is not None else None
    storage = context.orchestrator.instance.storage
    found = storage.list_backfills(limit=_page_size(limit), status=wanted, before=before)
    return {"__typename": "PartitionBackfills", "results": [backfill(context, b) for b in found]}


def _backfill_or_error(_: Any, info: Any, backfillId: str) -> Answer:
    context = context_of(info)
    return backfill(context, context.orchestrator.backfills.get(backfillId))


def _launch(_: Any, info: Any, backfillParams: dict[str, Any]) -> Answer:
    context = context_of(info)
    context.require(EXECUTE, BACKFILLS)
    params = backfillParams
    chosen = params["selector"]
    deployed = _find(context, chosen["repositorySelector"], chosen["partitionSetName"])
    steps = params.get("reexecutionSteps")
    made = context.orchestrator.backfills.request(
        BackfillWish(
            location=deployed.place.location,
            repository=deployed.place.repository,
            partition_set=deployed.name,
            partition_names=_chosen_names(context, deployed, params),
            from_failure=bool(params.get("fromFailure")),
            step_keys=tuple(steps) if steps else None,
            tags={tag["key"]: tag["value"] for tag in params.get("tags") or ()},
            created_by=context.user,
            backfill_id=params.get("backfillId"),
        )
    )
    context.orchestrator.supervisor.wake("BACKFILL")
    answer = {"__typename": "LaunchBackfillSuccess", "backfillId": made.backfill_id, "launchedRunIds": []}
    return {**answer, "backfill": backfill(context, made)}


def _chosen_names(context: Context, deployed: DeployedPartitionSet, params: dict[str, Any]) -> tuple[str, ...] | None:
    names, between, all_of_them = (params.get(key) for key in ("partitionNames", "partitionRange", "allPartitions"))
    if sum(1 for way in (names, between, all_of_them) if way) > 1:
        raise BackfillRefused(
            "choose partitions in one way: partitionNames, partitionRange (REST: from, to) or allPartitions (REST: all)"
        )
    if between:
        known = context.orchestrator.backfills.partition_names(deployed)
        return partitions_between(known, between.get("start"), between.get("end"))
    return None if all_of_them else tuple(names or ())


def _mover(verb: str, answer: str) -> Any:
    """The resolver of a mutation that moves a backfill."""

    def move(_: Any, info: Any, backfillId: str) -> Answer:
        context = context_of(info)
        context.require(EXECUTE, BACKFILLS)
        moved = getattr(context.orchestrator.backfills, verb)(backfillId)
        context.orchestrator.supervisor.wake("BACKFILL")
        return {"__typename": answer, "backfillId": moved.backfill_id, "backfill": backfill(context, moved)}

    return answering(move)


RESOLVERS = {
    "Query": {
        "partitionSetsOrError": answering(_sets_or_error),
        "partitionSetOrError": answering(_set_or_error),
        "partitionBackfillsOrError": answering(_backfills_or_error),
        "partitionBackfillOrError": answering(_backfill_or_error),
    },
    "Mutation": {
        "launchPartitionBackfill": answering(_launch),
        "cancelPartitionBackfill": _mover("cancel", "CancelBackfillSuccess"),
        "pausePartitionBackfill": _mover("pause", "PauseBackfillSuccess"),
        "resumePartitionBackfill": _mover("resume", "ResumeBackfillSuccess"),
    },
}
