"""Sensors that are told of each new materialization of an asset."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.asset_key import AssetKey
from jupyter_orch.definitions.dagster_event import DagsterEvent
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.sensor import SensorDefinition, SensorEvaluationContext
from jupyter_orch.records.event import Event, EventType


@dataclass(frozen=True)
class AssetEvent:
    """A materialization that an asset sensor is told of.

    Attributes:
        asset_key, partition, metadata: what was written.
        run_id, timestamp: by which run, and when.
    """

    asset_key: AssetKey
    run_id: str
    timestamp: float
    partition: str | None = None
    metadata: tuple[dict[str, Any], ...] = ()

    @property
    def dagster_event(self) -> DagsterEvent:
        """The event that told of it."""
        data = {
            "asset_key": self.asset_key.path,
            "description": "",
            "partition": self.partition,
            "metadata": list(self.metadata),
        }
        event = Event(
            type=EventType.ASSET_MATERIALIZATION,
            timestamp=self.timestamp,
            message=f"Materialized {self.asset_key.to_user_string()}.",
            data=data,
        )
        return DagsterEvent(event, "")


class AssetSensorDefinition(SensorDefinition):
    """A sensor that is evaluated once for each new materialization of an asset;
    its function takes ``(context, AssetEvent)``.
    """

    kind = "asset"

    def __init__(self, name: str, asset_key: AssetKey, materialization_fn: Callable[..., Any], **options: Any) -> None:
        self.asset_key = asset_key
        self.materialization_fn = materialization_fn
        super().__init__(name, self._newest, **options)

    def _newest(self, context: SensorEvaluationContext) -> Any:
        instance = context.instance
        if instance is None:
            raise DagsterInvariantViolationError(
                f"the asset sensor {self.name!r} needs an instance to look for materializations of "
                f"{self.asset_key.to_user_string()}"
            )
        found = instance.latest_materialization(self.asset_key, after=context.cursor)
        if found is None:
            return None
        cursor, event = found
        answer = self.materialization_fn(context, event)
        items = list(answer) if inspect.isgenerator(answer) else answer
        context.update_cursor(str(cursor))
        return items


def asset_sensor(
    asset_key: Any, pipeline_name: str | None = None, name: str | None = None, **options: Any
) -> Callable[[Callable[..., Any]], AssetSensorDefinition]:
    """Decorator: a function ``(context, AssetEvent)`` becomes a sensor that is called for new materializations of
    an asset.
    """

    def decorate(function: Callable[..., Any]) -> AssetSensorDefinition:
        return AssetSensorDefinition(
            name or function.__name__,
            AssetKey.of(asset_key),
            function,
            pipeline_name=pipeline_name,
            description=options.pop("description", None) or inspect.getdoc(function),
            **options,
        )

    return decorate
