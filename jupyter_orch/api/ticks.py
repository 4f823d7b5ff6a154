"""GraphQL: ticks, states and dry runs, the same for schedules and sensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jupyter_orch.api import runs, shapes
from jupyter_orch.api.context import Context, context_of
from jupyter_orch.api.problems import Answer, answering, config_error, python_error
from jupyter_orch.api.together import Together
from jupyter_orch.automation.deployed import Deployed, Place, instigator_id
from jupyter_orch.automation.schedules import SCHEDULE_TAG
from jupyter_orch.automation.sensors import SENSOR_TAG
from jupyter_orch.records.messages import RunRequestRecord, TickVerdict
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.secret_fields import secret_paths
from jupyter_orch.records.tick import Instigator, Tick
from jupyter_orch.runs.secret_config import without_secrets
from jupyter_orch.yaml_text import dump_yaml

DEFAULT_TICKS, MAX_TICKS = 25, 1000
MAX_RUNS = 100
_TAG_OF = {"schedule": SCHEDULE_TAG, "sensor": SENSOR_TAG}


class TickPages:
    """The newest ticks of several schedules or sensors, read for all rows of an answer at once."""

    def __init__(self, context: Context, instigator_ids: Sequence[str]) -> None:
        self._context = context
        self._ids = instigator_ids
        self._by_limit: dict[int, Together[str, list[Tick]]] = {}

    def of(self, instigator_id: str) -> Callable[..., list[Answer]]:
        """The resolver of one row's ticks."""

        def resolve(info: Any, limit: int | None = None, cursor: str | None = None) -> list[Answer]:
            storage = self._context.orchestrator.instance.storage
            count = max(1, min(DEFAULT_TICKS if limit is None else limit, MAX_TICKS))
            if cursor:
                before = int(cursor) if cursor.isdecimal() else 0
                return [tick(self._context, t) for t in storage.list_ticks(instigator_id, count, before=before)]
            page = self._by_limit.setdefault(
                count, Together(self._ids, lambda ids: storage.newest_ticks(list(ids), count))
            )
            return [tick(self._context, found) for found in page.of(instigator_id) or ()]

        return resolve


def tick(context: Context, found: Tick) -> Answer:
    """One tick."""

    def its_runs(info: Any) -> list[Answer]:
        where = RunFilter(run_ids=found.run_ids[:MAX_RUNS])
        return runs.rows(context, context.orchestrator.instance.storage.list_runs(where, limit=MAX_RUNS))

    late = None if found.start_time is None else max(0.0, found.start_time - found.due_at)
    return {
        "id": str(found.tick_id),
        "timestamp": found.due_at,
        "startTimestamp": found.start_time,
        "endTimestamp": found.end_time,
        "lateSeconds": late,
        "isMissed": found.attempts == 0,
        "status": found.status.value,
        "skipReason": found.skip_reason,
        "skippedRunKeys": list(found.skipped_run_keys),
        "runIds": list(found.run_ids),
        "runs": its_runs,
        "attempts": found.attempts,
        "output": found.output,
        "error": python_error(found.failure),
    }


def state(context: Context, switch: Instigator, ticks: Callable[..., list[Answer]]) -> Answer:
    """A schedule or sensor as the instance knows it."""
    storage = context.orchestrator.instance.storage
    where = RunFilter(location=switch.location, repository=switch.repository, tags={_TAG_OF[switch.kind]: switch.name})
    return {
        "__typename": "InstigationState",
        "id": switch.instigator_id,
        "name": switch.name,
        "instigationType": switch.kind.upper(),
        "status": status(switch),
        "repositoryName": switch.repository,
        "repositoryLocationName": switch.location,
        "ticks": ticks,
        "runs": lambda info, limit=None: runs.page(context, where, None, limit),
        "runsCount": lambda info: storage.count_runs(where),
    }


def status(switch: Instigator) -> str:
    """On or off."""
    return "RUNNING" if switch.running else "STOPPED"


def switches_of(context: Context, deployed: Sequence[Deployed]) -> dict[str, Instigator]:
    """The switches of schedules or sensors; one that is new or was edited is brought in step with the code."""
    if not deployed:
        return {}
    kind = deployed[0].kind
    known = {i.instigator_id: i for i in context.orchestrator.instance.storage.list_instigators(kind)}
    return context.orchestrator.switches.in_step(deployed, known)


def dry_run(
    verdict: TickVerdict,
    used_keys: set[str],
    place: Place,
    pipelines: Sequence[str],
    mode: str,
    *,
    timestamp: float | None = None,
    cursor: str | None = None,
) -> Answer:
    """What an evaluation would lead to, its secrets masked.

    Args:
        used_keys: run keys that have had a run.
        pipelines: what a request may mean that names no pipeline.
    """

    def shown(request: RunRequestRecord) -> Any:
        names = pipelines if request.pipeline is None else (request.pipeline,)
        known = [place.pipelines[name] for name in names if name in place.pipelines]
        secrets = [path for found in known for path in secret_paths(found, mode, request.run_config)]
        return without_secrets(request.run_config, secrets)

    return {
        "__typename": "DryRunInstigationTick",
        "timestamp": timestamp,
        "cursor": cursor if verdict.cursor is None else verdict.cursor,
        "skipReason": verdict.skip_reason,
        "runRequests": [
            {
                "runKey": request.run_key,
                "pipelineName": request.pipeline,
                "runConfigYaml": dump_yaml(shown(request)) if request.run_config else "",
                "tags": shapes.tags(request.tags),
                "isUsed": request.run_key in used_keys,
                "errors": [config_error(error) for error in request.config_errors],
            }
            for request in verdict.requests
        ],
        "output": verdict.output,
        "error": python_error(verdict.failure),
    }


def _state_or_error(_: Any, info: Any, instigationSelector: dict[str, Any]) -> Answer:
    context = context_of(info)
    wanted = instigationSelector
    place = (wanted["repositoryLocationName"], wanted["repositoryName"], wanted["name"])
    for kind in ("schedule", "sensor"):
        found = context.orchestrator.instance.storage.get_instigator(instigator_id(kind, *place))
        if found is not None:
            return state(context, found, TickPages(context, [found.instigator_id]).of(found.instigator_id))
    message = f"repository {place[1]!r} of location {place[0]!r} has no schedule and no sensor {place[2]!r}"
    return {"__typename": "InstigationStateNotFoundError", "message": message, "name": place[2]}


def _unloadable(_: Any, info: Any, instigationType: str | None = None) -> Answer:
    context = context_of(info)
    deployments = context.orchestrator.deployments
    loaded = {d.instigator_id for d in (*deployments.schedules(), *deployments.sensors())}
    kind = None if instigationType is None else instigationType.lower()
    lost = [
        i
        for i in context.orchestrator.instance.storage.list_instigators(kind)
        if i.running and i.instigator_id not in loaded
    ]
    pages = TickPages(context, [i.instigator_id for i in lost])
    return {"__typename": "InstigationStates", "results": [state(context, i, pages.of(i.instigator_id)) for i in lost]}


RESOLVERS = {
    "Query": {
        "instigationStateOrError": answering(_state_or_error),
        "unloadableInstigationStatesOrError": answering(_unloadable),
    }
}
