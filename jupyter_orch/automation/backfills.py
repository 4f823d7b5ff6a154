"""Backfills: runs for many partitions, a chunk at a time, each partition's exactly once.

A replica takes a backfill under a new epoch, makes the runs of the next partitions and stores them together with the
new position in one transaction. Whoever was stopped, paused or fenced in between has written nothing.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from jupyter_orch import clock
from jupyter_orch.automation.backfill_control import (
    BACKFILL_TAG,
    PARTITION_SET_TAG,
    PARTITION_TAG,
    BackfillControl,
    BackfillRefused,
    range_of,
)
from jupyter_orch.automation.deployed import DeployedPartitionSet, Deployments
from jupyter_orch.automation.evaluation import LEASE, Asking, run_from, run_id_from
from jupyter_orch.errors import OrchError
from jupyter_orch.failpoints import failpoint
from jupyter_orch.names import did_you_mean
from jupyter_orch.ports import CodeServers, NewRun, Storage
from jupyter_orch.records.backfill import Backfill, BackfillStatus, BackfillStep
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.known import known_without
from jupyter_orch.records.messages import ConfigError, RunRequestRecord
from jupyter_orch.records.run import Run, RunBrief, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.journal import Journal
from jupyter_orch.runs.reexecute import Reexecutor
from jupyter_orch.runs.run_tags import IS_RESUME_RETRY_TAG, PARENT_TAG, ROOT_TAG, check_tags

CHUNK = 25
MOST_PARTITIONS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillWish:
    """What somebody wants.

    Attributes:
        partition_names: for these; None for all that there are now.
        backfill_id: a second wish with the same id finds the first one's backfill.
    """

    location: str
    repository: str
    partition_set: str
    partition_names: tuple[str, ...] | None = None
    from_failure: bool = False
    step_keys: tuple[str, ...] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    created_by: str = ""
    backfill_id: str | None = None


class PartitionConfig(msgspec.Struct, kw_only=True):
    """What a partition set's code says of one partition: run config and tags, or why it has none."""

    run_config: dict[str, Any] = {}
    tags: dict[str, str] = {}
    config_errors: tuple[ConfigError, ...] = ()
    failure: Failure | None = None


class Backfills(BackfillControl):
    """Takes wishes for backfills, and works on them."""

    def __init__(
        self,
        storage: Storage,
        journal: Journal,
        code_servers: CodeServers,
        replica: str,
        deployments: Deployments,
        reexecutor: Reexecutor,
        *,
        timeout: float = 60.0,
    ) -> None:
        """Args:
        replica: id of this process, for the backfills it holds.
        timeout: seconds that a partition set's functions may take for one chunk.
        """
        super().__init__(storage)
        self._storage = storage
        self._journal = journal
        self._code_servers = code_servers
        self._replica = replica
        self._deployments = deployments
        self._reexecutor = reexecutor
        self._timeout = timeout

    # what people ask for

    def partition_names(self, deployed: DeployedPartitionSet) -> list[str]:
        """The names of all partitions that there are now, in order.

        Raises:
            OrchError: the location's code does not answer, or its function failed.
        """
        answer = self._ask(deployed, "partition_names", {})
        return [str(name) for name in answer["names"]]

    def request(self, wish: BackfillWish) -> Backfill:
        """Store a backfill; the daemon works on it from now on.

        Raises:
            PartitionSetNotFound, BackfillRefused, RunTagsInvalid: nothing was stored.
        """
        deployed = self._deployments.partition_set(wish.location, wish.repository, wish.partition_set)
        names = self._wanted(deployed, wish)
        if wish.from_failure and wish.step_keys:
            raise BackfillRefused("ask either for chosen steps or for what is left after a failure, not for both")
        check_tags(wish.tags)
        return self._storage.add_backfill(
            Backfill(
                backfill_id=wish.backfill_id or new_backfill_id(),
                location=wish.location,
                repository=wish.repository,
                partition_set=wish.partition_set,
                pipeline=deployed.partition_set.pipeline,
                partition_names=names,
                tags=wish.tags,
                from_failure=wish.from_failure,
                step_keys=wish.step_keys,
                created_by=wish.created_by,
                create_time=clock.now(),
            )
        )

    def newest_runs(self, deployed: DeployedPartitionSet) -> dict[str, RunBrief]:
        """The newest run of each partition of a set that has any."""
        return self._newest(deployed.place.location, deployed.place.repository, deployed.partition_set.name)

    def config_of(self, deployed: DeployedPartitionSet, name: str) -> PartitionConfig:
        """Run config and tags of one partition.

        Raises:
            OrchError: the location's code does not answer.
        """
        told = msgspec.convert(self._ask(deployed, "partition_config", {"names": [name]}), dict[str, PartitionConfig])
        return told[name]

    # what the daemon does

    def work(self, backfill_id: str) -> list[Run]:
        """Make the runs of the next chunk; an empty list when another replica has it or it has stopped."""
        now = clock.shared()
        backfill = self._storage.claim_backfill(backfill_id, self._replica, now + LEASE, now)
        if backfill is None:
            return []
        failpoint("backfill.claim.after")
        try:
            step, runs = self._chunk(backfill)
        except OrchError as error:
            failure = getattr(error, "failure", None) or Failure(cls=type(error).__name__, message=error.message)
            step, runs = _failed(backfill, failure), []
        failpoint("backfill.commit.before")
        made = self._storage.advance_backfill(backfill, step, runs=runs)
        failpoint("backfill.commit.after")
        return made or []

    def renew(self, backfill_ids: Sequence[str]) -> None:
        """Keep backfills whose chunks are being made here from being taken over."""
        if backfill_ids:
            self._storage.renew_backfills(backfill_ids, self._replica, clock.shared() + LEASE)

    def _chunk(self, backfill: Backfill) -> tuple[BackfillStep, list[NewRun]]:
        deployed = self._deployments.partition_set(backfill.location, backfill.repository, backfill.partition_set)
        end = min(backfill.position + CHUNK, len(backfill.partition_names))
        names = backfill.partition_names[backfill.position : end]
        parents, passed_over = self._parents(backfill, names)
        wanted = [name for name in names if name not in passed_over]
        told = msgspec.convert(
            self._ask(deployed, "partition_config", {"names": wanted}) if wanted else {}, dict[str, PartitionConfig]
        )
        for name in wanted:
            failure = told[name].failure
            if failure is not None:
                return _failed(backfill, replace(failure, message=f"partition {name!r}: {failure.message}")), []
        runs = [self._new_run(backfill, deployed, name, told[name], parents.get(name)) for name in wanted]
        is_done = end == len(backfill.partition_names)
        step = BackfillStep(
            position=end,
            passed_over=passed_over,
            status=BackfillStatus.COMPLETED if is_done else None,
            lease_until=clock.shared() + LEASE,
        )
        return step, runs

    def _parents(self, backfill: Backfill, names: Sequence[str]) -> tuple[dict[str, Run], dict[str, str]]:
        """The runs to build on by partition, and the partitions that have none to build on, with the reason."""
        if not backfill.from_failure and backfill.step_keys is None:
            return {}, {}
        wanted = RunStatus.FAILURE if backfill.from_failure else RunStatus.SUCCESS
        newest = self._newest(backfill.location, backfill.repository, backfill.partition_set)
        parents, passed_over = {}, {}
        for name in names:
            brief = newest.get(name)
            parent = self._storage.get_run(brief.run_id) if brief is not None else None
            if parent is None:
                passed_over[name] = "it has no run yet"
            elif parent.status != wanted:
                passed_over[name] = f"its newest run {parent.run_id} is {parent.status}, not {wanted}"
            else:
                parents[name] = parent
        return parents, passed_over

    def _newest(self, location: str, repository: str, partition_set: str) -> dict[str, RunBrief]:
        where = RunFilter(location=location, repository=repository, tags={PARTITION_SET_TAG: partition_set})
        return self._storage.newest_by_tag(where, PARTITION_TAG)

    def _new_run(
        self, backfill: Backfill, deployed: DeployedPartitionSet, name: str, told: PartitionConfig, parent: Run | None
    ) -> NewRun:
        partition_set = deployed.partition_set
        asking = Asking(
            place=deployed.place,
            pipeline=partition_set.pipeline,
            mode=partition_set.mode,
            created_by=f"backfill {backfill.backfill_id}",
            solid_selection=partition_set.solid_selection,
        )
        run_id = run_id_from("backfill", backfill.backfill_id, name)
        request = RunRequestRecord(
            run_config=told.run_config, tags={**told.tags, **backfill.tags}, config_errors=told.config_errors
        )
        tags = {PARTITION_TAG: name, PARTITION_SET_TAG: partition_set.name, BACKFILL_TAG: backfill.backfill_id}
        new = run_from(self._journal, asking, request, run_id, tags, f"backfill:{backfill.backfill_id}:{name}")
        return new if parent is None else self._building_on(new, parent, backfill.step_keys)

    def _building_on(self, new: NewRun, parent: Run, step_keys: tuple[str, ...] | None) -> NewRun:
        """The same run, doing again what is left of the parent, or the steps that were chosen."""
        root = parent.submission.root_run_id or parent.run_id
        tags = {PARENT_TAG: parent.run_id, ROOT_TAG: root}
        if step_keys is None:
            step_keys, known = self._reexecutor.left_to_do(parent)
            tags[IS_RESUME_RETRY_TAG] = "true"
        else:
            known = known_without(self._reexecutor.known_of(parent), step_keys)
        submission = replace(
            new.submission,
            step_keys=step_keys,
            known=known,
            parent_run_id=parent.run_id,
            root_run_id=root,
            tags={**new.submission.tags, **tags},
        )
        return replace(new, submission=submission)

    def _wanted(self, deployed: DeployedPartitionSet, wish: BackfillWish) -> tuple[str, ...]:
        known = self.partition_names(deployed)
        wanted = known if wish.partition_names is None else list(dict.fromkeys(wish.partition_names))
        unknown = sorted(set(wanted) - set(known))
        if unknown:
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            raise BackfillRefused(
                f"partition set {wish.partition_set!r} has no partition {', '.join(map(repr, unknown[:5]))}{more}"
                f"{did_you_mean(unknown[0], known)}; it has {range_of(known)}"
            )
        if not wanted:
            raise BackfillRefused(
                f"no partition was chosen; partition set {wish.partition_set!r} has {range_of(known)}"
            )
        if len(wanted) > MOST_PARTITIONS:
            raise BackfillRefused(f"{len(wanted)} partitions are too many for one backfill; at most {MOST_PARTITIONS}")
        return tuple(wanted)

    def _ask(self, deployed: DeployedPartitionSet, method: str, more: Mapping[str, Any]) -> Any:
        params = {"repository": deployed.place.repository, "partition_set": deployed.partition_set.name, **more}
        return self._code_servers.ask(deployed.place.location, method, params, self._timeout)


def new_backfill_id() -> str:
    """A short id that people can type."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))


def _failed(backfill: Backfill, failure: Failure) -> BackfillStep:
    return BackfillStep(position=backfill.position, status=BackfillStatus.FAILED, failure=failure)
