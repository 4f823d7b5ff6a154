"""Repositories: what one code location offers, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import (
    DagsterInvalidDefinitionError,
    PartitionSetNotFound,
    PipelineNotFound,
    ScheduleNotFound,
    SensorNotFound,
)
from jupyter_orch.definitions.names import unknown, valid_name
from jupyter_orch.definitions.partition_set import PartitionSetDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.schedule import ScheduleDefinition
from jupyter_orch.definitions.sensor import SensorDefinition
from jupyter_orch.definitions.shown import described

_KINDS = ("pipelines", "jobs", "schedules", "sensors", "partition_sets")


class RepositoryData:
    """What a repository holds; subclass it to make it up as you like."""

    def get_all_pipelines(self) -> list[PipelineDefinition]:
        """Every pipeline."""
        raise NotImplementedError(f"{type(self).__name__} must define get_all_pipelines()")

    def get_all_schedules(self) -> list[ScheduleDefinition]:
        """Every schedule."""
        return []

    def get_all_sensors(self) -> list[SensorDefinition]:
        """Every sensor."""
        return []

    def get_all_partition_sets(self) -> list[PartitionSetDefinition]:
        """Every partition set."""
        return []


class _ListedData(RepositoryData):
    """Definitions as they were listed, or functions that make them when they are first asked for."""

    def __init__(self, listed: Mapping[str, Mapping[str, Any]]) -> None:
        self._listed = listed
        self._made: dict[str, list[Any]] = {}

    def _all(self, kind: str, expected: type) -> list[Any]:
        if kind not in self._made:
            self._made[kind] = [
                self._one(kind, name, item, expected) for name, item in self._listed.get(kind, {}).items()
            ]
        return self._made[kind]

    def _one(self, kind: str, name: str, item: Any, expected: Any) -> Any:
        made = item() if not isinstance(item, expected) and callable(item) and not hasattr(item, "name") else item
        made = getattr(made, "as_pipeline", lambda: made)() if not isinstance(made, expected) else made
        if not isinstance(made, expected):
            raise DagsterInvalidDefinitionError(
                f"the repository lists {name!r} among its {kind}, but it is {described(made)}"
            )
        if made.name != name:
            raise DagsterInvalidDefinitionError(
                f"the repository lists {name!r} among its {kind}, but the definition is named {made.name!r}"
            )
        return made

    def get_all_pipelines(self) -> list[PipelineDefinition]:
        return self._all("pipelines", PipelineDefinition)

    def get_all_schedules(self) -> list[ScheduleDefinition]:
        return self._all("schedules", ScheduleDefinition)

    def get_all_sensors(self) -> list[SensorDefinition]:
        return self._all("sensors", SensorDefinition)

    def get_all_partition_sets(self) -> list[PartitionSetDefinition]:
        return self._all("partition_sets", PartitionSetDefinition)


class RepositoryDefinition:
    """A named collection of pipelines, schedules, sensors and partition sets.

    Args:
        name: unique in the workspace's location.
        repository_data: what it holds.
        description: what it is for.

    Raises:
        DagsterInvalidDefinitionError: two things share a name, or a schedule or sensor starts a pipeline that is not
        there.
    """

    def __init__(self, name: str, repository_data: RepositoryData, description: str | None = None) -> None:
        self.name = valid_name(name, "repository", reserved=False)
        self.description = description
        self.pipelines = _named(repository_data.get_all_pipelines(), "pipeline", name)
        self.schedules = _named(repository_data.get_all_schedules(), "schedule", name)
        self.sensors = _named(repository_data.get_all_sensors(), "sensor", name)
        self.partition_sets = _named(
            [*repository_data.get_all_partition_sets(), *self._implied_sets()], "partition set", name
        )
        self._add_targets()
        self._check_targets()

    def _implied_sets(self) -> list[PartitionSetDefinition]:
        found = [p.partition_set for p in self.pipelines.values()] + [s.partition_set for s in self.schedules.values()]
        return list({item.name: item for item in found if item is not None}.values())

    def _add_targets(self) -> None:
        """Pipelines that are only named through ``job=`` belong to the repository as well."""
        for owner in (*self.schedules.values(), *self.sensors.values()):
            for job in [getattr(owner, "job", None), *getattr(owner, "jobs", ())]:
                if isinstance(job, PipelineDefinition):
                    self.pipelines.setdefault(job.name, job)

    def _check_targets(self) -> None:
        for name in sorted(self.schedules.keys() & self.sensors.keys()):
            raise DagsterInvalidDefinitionError(
                f"repository {self.name!r} has a schedule and a sensor named {name!r}; rename one of them"
            )
        for schedule in self.schedules.values():
            self._check_target(f"schedule {schedule.name!r}", schedule.pipeline_name, schedule.mode)
        for sensor in self.sensors.values():
            for target in sensor.pipeline_names:
                self._check_target(f"sensor {sensor.name!r}", target, sensor.mode)
        for partition_set in self.partition_sets.values():
            self._check_target(f"partition set {partition_set.name!r}", partition_set.pipeline_name, partition_set.mode)

    def _check_target(self, owner: str, target: str, mode: str) -> None:
        if target not in self.pipelines:
            raise DagsterInvalidDefinitionError(
                f"{owner} starts {target!r}, but "
                f"{unknown('pipeline', target, self.pipelines, f'repository {self.name!r}')}"
            )
        modes = self.pipelines[target].available_modes
        if mode not in modes and not (mode == "default" and len(modes) == 1):
            raise DagsterInvalidDefinitionError(
                f"{owner} starts {target!r} in mode {mode!r}, but {unknown('mode', mode, modes)}"
            )

    def get_pipeline(self, name: str) -> PipelineDefinition:
        """The pipeline of that name.

        Raises:
            PipelineNotFound: lists near or known names.
        """
        return _found(self.pipelines, name, "pipeline", self.name, PipelineNotFound)  # type: ignore[no-any-return]

    get_job = get_pipeline

    def get_all_pipelines(self) -> list[PipelineDefinition]:
        """Every pipeline."""
        return list(self.pipelines.values())

    def has_pipeline(self, name: str) -> bool:
        """Whether there is such a pipeline."""
        return name in self.pipelines

    @property
    def pipeline_names(self) -> list[str]:
        """Names of the pipelines."""
        return list(self.pipelines)

    get_all_jobs = get_all_pipelines
    has_job = has_pipeline

    @property
    def schedule_defs(self) -> list[ScheduleDefinition]:
        """Every schedule."""
        return list(self.schedules.values())

    @property
    def sensor_defs(self) -> list[SensorDefinition]:
        """Every sensor."""
        return list(self.sensors.values())

    @property
    def partition_set_defs(self) -> list[PartitionSetDefinition]:
        """Every partition set, also those of partitioned schedules and jobs."""
        return list(self.partition_sets.values())

    def has_schedule_def(self, name: str) -> bool:
        """Whether there is such a schedule."""
        return name in self.schedules

    def has_sensor_def(self, name: str) -> bool:
        """Whether there is such a sensor."""
        return name in self.sensors

    def has_partition_set_def(self, name: str) -> bool:
        """Whether there is such a partition set."""
        return name in self.partition_sets

    def get_schedule_def(self, name: str) -> ScheduleDefinition:
        """The schedule of that name."""
        return _found(self.schedules, name, "schedule", self.name, ScheduleNotFound)  # type: ignore[no-any-return]

    def get_sensor_def(self, name: str) -> SensorDefinition:
        """The sensor of that name."""
        return _found(self.sensors, name, "sensor", self.name, SensorNotFound)  # type: ignore[no-any-return]

    def get_partition_set_def(self, name: str) -> PartitionSetDefinition:
        """The partition set of that name."""
        return _found(self.partition_sets, name, "partition set", self.name, PartitionSetNotFound)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"RepositoryDefinition({self.name!r}, {len(self.pipelines)} pipelines)"


def _found(known: Mapping[str, Any], name: str, noun: str, repository: str, error: type[Exception]) -> Any:
    try:
        return known[name]
    except KeyError:
        raise error(unknown(noun, name, known, f"repository {repository!r}")) from None


def _named(definitions: Iterable[Any], noun: str, repository: str) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for definition in definitions:
        if named.setdefault(definition.name, definition) is not definition:
            raise DagsterInvalidDefinitionError(
                f"repository {repository!r} has two {noun}s named "
                f"{definition.name!r}{_places(named[definition.name], definition)}"
            )
    return named


def _places(*definitions: Any) -> str:
    sources = [d.source for d in definitions if getattr(d, "source", None) is not None]
    return " (" + " and ".join(f"{s.file}:{s.line}" for s in sources) + ")" if len(sources) == len(definitions) else ""


def listed_data(items: Iterable[Any]) -> RepositoryData:
    """A repository's data from a flat list of definitions.

    Raises:
        DagsterInvalidDefinitionError: an item can not stand in a repository.
    """
    kinds: dict[Any, str] = {
        PipelineDefinition: "pipelines",
        ScheduleDefinition: "schedules",
        SensorDefinition: "sensors",
        PartitionSetDefinition: "partition_sets",
    }
    listed: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
    for item in items:
        thing = item.as_pipeline() if hasattr(item, "as_pipeline") else item
        for expected, kind in kinds.items():
            if isinstance(thing, expected):
                if listed[kind].setdefault(thing.name, thing) is not thing:
                    raise DagsterInvalidDefinitionError(
                        f"the repository lists two {kind} named "
                        f"{thing.name!r}{_places(listed[kind][thing.name], thing)}"
                    )
                break
        else:
            raise DagsterInvalidDefinitionError(
                f"the repository lists {described(item)}; it may list pipelines, schedules, sensors and partition sets"
            )
    return _ListedData(listed)


def _data_from(returned: Any, name: str) -> RepositoryData:
    if isinstance(returned, RepositoryData):
        return returned
    if isinstance(returned, (list, tuple)):
        return listed_data(returned)
    if isinstance(returned, dict):
        for key in returned:
            if key not in _KINDS:
                raise DagsterInvalidDefinitionError(f"repository {name!r}: {unknown('section', key, _KINDS)}")
        merged = {**returned, "pipelines": {**returned.get("pipelines", {}), **returned.get("jobs", {})}}
        return _ListedData(merged)
    raise DagsterInvalidDefinitionError(
        f"the function of repository {name!r} returned {described(returned)}; return a list, a dict or a RepositoryData"
    )


@makes(RepositoryDefinition)
def repository(name: Any = None, description: str | None = None) -> Any:
    """Decorator: a function that returns definitions becomes a repository.

    It may return a list; a dict ``{"pipelines": {name: definition or function}, "schedules": …}`` (also
    ``sensors`` and ``partition_sets``);
    or a :class:`RepositoryData`.
    """

    def decorate(function: Callable[[], Any], called: str) -> RepositoryDefinition:
        return RepositoryDefinition(called, _data_from(function(), called), description or inspect.getdoc(function))

    if callable(name):
        return decorate(name, name.__name__)
    return lambda function: decorate(function, name or function.__name__)
