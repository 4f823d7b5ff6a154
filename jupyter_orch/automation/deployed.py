"""Schedules, sensors and partition sets as they stand in the code of the locations now."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.snapshot import (
    LocationSnapshot,
    PartitionSetSnapshot,
    PipelineSnapshot,
    RepositorySnapshot,
    ScheduleSnapshot,
    SensorSnapshot,
)


class ScheduleNotFound(OrchError):
    """There is no such schedule."""

    code = "SCHEDULE_NOT_FOUND"


class SensorNotFound(OrchError):
    """There is no such sensor."""

    code = "SENSOR_NOT_FOUND"


class PartitionSetNotFound(OrchError):
    """There is no such partition set."""

    code = "PARTITION_SET_NOT_FOUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository in the code of a location.

    Attributes:
        target: how to load the code, for the runs that are made.
        pipelines: the repository's pipelines by name.
    """

    location: str
    target: LocationTarget
    repository: str
    code_version: str
    pipelines: dict[str, PipelineSnapshot]


class Deployed:
    """What starts runs by itself: a schedule or a sensor."""

    kind = ""
    place: Place

    @property
    @abstractmethod
    def name(self) -> str:
        """Unique among its kind in the repository."""

    @property
    @abstractmethod
    def default_running(self) -> bool:
        """Whether it is on until somebody says otherwise."""

    @cached_property
    def definition_hash(self) -> str:
        """Of what decides when it is due; a sensor is due by its last evaluation, whatever its code says."""
        return ""

    @cached_property
    def instigator_id(self) -> str:
        """Stable id: it survives edits of the definition."""
        return instigator_id(self.kind, self.place.location, self.place.repository, self.name)


@dataclass(frozen=True, kw_only=True)
class DeployedSchedule(Deployed):
    """A schedule in the code of a location."""

    place: Place
    schedule: ScheduleSnapshot
    kind = "schedule"

    @property
    def name(self) -> str:
        return self.schedule.name

    @property
    def default_running(self) -> bool:
        return self.schedule.default_running

    @cached_property
    def definition_hash(self) -> str:
        return hashlib.sha256(f"{self.schedule.cron}\0{self.schedule.timezone}".encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class DeployedSensor(Deployed):
    """A sensor in the code of a location."""

    place: Place
    sensor: SensorSnapshot
    kind = "sensor"

    @property
    def name(self) -> str:
        return self.sensor.name

    @property
    def default_running(self) -> bool:
        return self.sensor.default_running


@dataclass(frozen=True, kw_only=True)
class DeployedPartitionSet:
    """A partition set in the code of a location."""

    place: Place
    partition_set: PartitionSetSnapshot

    @property
    def name(self) -> str:
        """Unique in the repository."""
        return self.partition_set.name


class Named(Protocol):
    """Something with a name in the code of a location."""

    @property
    def place(self) -> Place:
        """Where it stands."""

    @property
    def name(self) -> str:
        """Unique among its kind in the repository."""


N = TypeVar("N", bound=Named)


def _named(all_of_them: list[N], wanted: tuple[str, str, str], noun: str, not_found: type[OrchError]) -> N:
    location, repository, name = wanted
    known = [one for one in all_of_them if (one.place.location, one.place.repository) == (location, repository)]
    for one in known:
        if one.name == name:
            return one
    names = [one.name for one in known]
    raise not_found(
        f"repository {repository!r} of location {location!r} has no {noun} {name!r}{did_you_mean(name, names)}; "
        f"it has: {', '.join(names) or 'none'}",
        name=name,
    )


D = TypeVar("D", bound=Deployed)


def with_id(all_of_them: Iterable[D], wanted: str | None, not_found: type[OrchError]) -> D:
    """The schedule or sensor with an instigator's id.

    Raises:
        OrchError: the kind ``not_found``, when there is none in the code that is loaded.
    """
    for one in all_of_them:
        if one.instigator_id == wanted:
            return one
    raise not_found(f"nothing that is loaded has the id {wanted!r}; name it by its selector")


def instigator_id(kind: str, location: str, repository: str, name: str) -> str:
    """The id under which a schedule's or sensor's switch and ticks are kept."""
    return hashlib.sha256("\0".join((kind, location, repository, name)).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class _Found:
    """All of one location at one version of its code."""

    snapshot: LocationSnapshot
    target: LocationTarget
    schedules: tuple[DeployedSchedule, ...]
    sensors: tuple[DeployedSensor, ...]
    partition_sets: tuple[DeployedPartitionSet, ...]


class Deployments:
    """What the locations' code holds now. Looked up anew each time, worked out once for each version of the code."""

    def __init__(self, locations: Callable[[], Iterable[tuple[LocationTarget, LocationSnapshot]]]) -> None:
        """Args:
        locations: those whose definitions are known now.
        """
        self._locations = locations
        self._found: dict[str, _Found] = {}

    def schedules(self) -> list[DeployedSchedule]:
        """All schedules, in the order of the workspace."""
        return [schedule for found in self._all() for schedule in found.schedules]

    def sensors(self) -> list[DeployedSensor]:
        """All sensors, in the order of the workspace."""
        return [sensor for found in self._all() for sensor in found.sensors]

    def partition_sets(self) -> list[DeployedPartitionSet]:
        """All partition sets, in the order of the workspace."""
        return [partition_set for found in self._all() for partition_set in found.partition_sets]

    def schedule(self, location: str, repository: str, name: str) -> DeployedSchedule:
        """A schedule by name.

        Raises:
            ScheduleNotFound: names what there is.
        """
        return _named(self.schedules(), (location, repository, name), "schedule", ScheduleNotFound)

    def sensor(self, location: str, repository: str, name: str) -> DeployedSensor:
        """A sensor by name.

        Raises:
            SensorNotFound: names what there is.
        """
        return _named(self.sensors(), (location, repository, name), "sensor", SensorNotFound)

    def partition_set(self, location: str, repository: str, name: str) -> DeployedPartitionSet:
        """A partition set by name.

        Raises:
            PartitionSetNotFound: names what there is.
        """
        return _named(self.partition_sets(), (location, repository, name), "partition set", PartitionSetNotFound)

    def version(self) -> tuple[Any, ...]:
        """Another value whenever something else is deployed."""
        return tuple(id(found) for found in self._all())

    def _all(self) -> list[_Found]:
        now: dict[str, _Found] = {}
        for target, snapshot in self._locations():
            known = self._found.get(target.name)
            is_same = known is not None and known.snapshot is snapshot and known.target == target
            now[target.name] = known if known is not None and is_same else _in_location(target, snapshot)
        self._found = now
        return list(now.values())


def _in_location(target: LocationTarget, snapshot: LocationSnapshot) -> _Found:
    places = [(_place(target, snapshot, repository), repository) for repository in snapshot.repositories]
    return _Found(
        snapshot,
        target,
        tuple(DeployedSchedule(place=place, schedule=s) for place, found in places for s in found.schedules),
        tuple(DeployedSensor(place=place, sensor=s) for place, found in places for s in found.sensors),
        tuple(
            DeployedPartitionSet(place=place, partition_set=p) for place, found in places for p in found.partition_sets
        ),
    )


def _place(target: LocationTarget, snapshot: LocationSnapshot, repository: RepositorySnapshot) -> Place:
    return Place(
        location=target.name,
        target=target,
        repository=repository.name,
        code_version=snapshot.code_version,
        pipelines={pipeline.name: pipeline for pipeline in repository.pipelines},
    )
