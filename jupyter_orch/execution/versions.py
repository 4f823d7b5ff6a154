"""Versions of steps and outputs: what a value was made by, so that an equal one need not be made again."""

from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace
from typing import Any

from jupyter_orch.definitions.io_manager import fs_io_manager
from jupyter_orch.plan.plan import FromConfig, FromDefault, FromMany, FromOutput, Step
from jupyter_orch.plan.prepare import Prepared


def output_version(scope: Any, step: Step, output: str) -> str | None:
    """The version of an output, or None when the solid or something before it has none."""
    if step.solid.version is None and scope.pipeline.version_strategy is None:
        return None
    return VersionBook(scope).output(step.key, output)


class VersionBook:
    """Computes the versions of all steps of a plan, each once.

    Args:
        scope: anything with ``plan``, ``pipeline``, ``config`` and ``resource_defs``.
    """

    def __init__(self, scope: Any) -> None:
        self._scope = scope
        self._steps: dict[str, str | None] = {}

    def output(self, key: str, output: str) -> str | None:
        """The version of one output of a step."""
        step_version = self.step(key)
        if step_version is None:
            return None
        own = self._scope.plan.step(key).solid.output_dict[output].version
        return _joined(step_version, output, own or "")

    def step(self, key: str) -> str | None:
        """The version of a step: of its solid, its config, its resources and all that feeds it."""
        waiting = [key]
        while waiting:
            current = waiting[-1]
            if current in self._steps:
                waiting.pop()
                continue
            before = [feeder for feeder in sorted(self._scope.plan.feeders(current)) if feeder not in self._steps]
            if before:
                waiting.extend(before)
                continue
            self._steps[current] = self._computed(self._scope.plan.step(current))
            waiting.pop()
        return self._steps[key]

    def _computed(self, step: Step) -> str | None:
        own = step.solid.version or self._by_strategy("get_solid_version", step.solid)
        if own is None:
            return None
        parts = [own, json.dumps(step.config, sort_keys=True, default=str)]
        for item in step.inputs:
            version = self._source(item.source)
            if version is None:
                return None
            parts += [item.name, version]
        for key in sorted(step.solid.required_resource_keys):
            definition = self._scope.resource_defs[key]
            version = definition.version or self._by_strategy("get_resource_version", definition)
            if version is None:
                return None
            parts += [key, version, json.dumps(self._scope.config.resources.get(key), sort_keys=True, default=str)]
        return _joined(*parts)

    def _by_strategy(self, method: str, definition: Any) -> str | None:
        strategy = self._scope.pipeline.version_strategy
        function = getattr(strategy, method, None) or getattr(strategy, method.replace("solid", "op"), None)
        return None if function is None else function(definition)

    def _source(self, source: Any) -> str | None:
        if isinstance(source, FromMany):
            versions = [self._source(part) for part in source.sources]
            return None if None in versions else _joined(*map(str, versions))
        if isinstance(source, FromOutput):
            feeder = self._steps.get(source.step_key)
            own = self._scope.plan.step(source.step_key).solid.output_dict[source.output].version
            return None if feeder is None else _joined(feeder, source.output, own or "")
        if isinstance(source, (FromConfig, FromDefault)):
            return _joined(repr(source.value))
        return "-" if getattr(source, "step_key", None) is None else None


def versions_of(prepared: Prepared) -> list[dict[str, Any]]:
    """For each step of a plan its version and those of its outputs; None for what has none."""
    default = {"io_manager": fs_io_manager}
    book = VersionBook(
        SimpleNamespace(
            plan=prepared.plan,
            pipeline=prepared.pipeline,
            config=prepared.config,
            resource_defs={**default, **prepared.mode.resource_defs},
        )
    )
    return [
        {
            "step_key": step.key,
            "version": book.step(step.key),
            "outputs": {made.name: book.output(step.key, made.name) for made in step.solid.output_defs},
        }
        for step in prepared.plan.steps.values()
    ]


def _joined(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
