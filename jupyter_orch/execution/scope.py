"""All that is fixed while a run goes on in this process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_orch.definitions.errors import DagsterError, DagsterRunSetupError
from jupyter_orch.definitions.init_contexts import InitLoggerContext, InitResourceContext
from jupyter_orch.definitions.logger import LEVELS, DagsterLogManager
from jupyter_orch.definitions.mode import ModeDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.resource import ResourceDefinition
from jupyter_orch.definitions.resource_scope import ResourceScope, ScopedResources
from jupyter_orch.definitions.run import PipelineRun
from jupyter_orch.execution import events
from jupyter_orch.execution.failures import failure_of
from jupyter_orch.execution.interrupt import leavable
from jupyter_orch.execution.time_box import time_box
from jupyter_orch.plan.plan import ExecutionPlan
from jupyter_orch.plan.run_config import ResolvedConfig, RunConfigShape, solid_resources
from jupyter_orch.records.codec import to_json
from jupyter_orch.records.event import Event
from jupyter_orch.records.messages import KnownState, LocationTarget, PipelineSelector

TEARDOWN_SECONDS = 30.0
Emit = Callable[[Event], None]


@dataclass(kw_only=True)
class RunScope:
    """What every step of a run shares.

    Attributes:
        pipeline, mode, shape, config, plan: what runs and how.
        run: the run as user code sees it.
        emit: takes what is not yielded, i.e. what user code logs.
        instance: the instance that user code sees, or None.
        storage_directory: the instance's folder for values; empty when there is none.
        log_dir: folder for captured output; empty captures nothing.
        spool_file: keeps what the run has begun and said in case its processes are killed; empty keeps nothing.
        known: earlier work to build on.
        default_io_manager: used when the mode brings none.
        target, selector: how another process can load the same code, or None.
        loggers: what events are also told to.
        raised: step key → what was raised, as far as this process saw it.
        python_loggers, python_log_level: standard library loggers whose lines become events.
        owns_process: whether this process exists for the run alone.
        kept: (step, output, mapping key) → value, collected when it is a dict; for results in memory.
        grace_seconds: how long step processes may take to end; None leaves it to the executor.
    """

    pipeline: PipelineDefinition
    mode: ModeDefinition
    shape: RunConfigShape
    config: ResolvedConfig
    plan: ExecutionPlan
    run: PipelineRun
    emit: Emit
    default_io_manager: ResourceDefinition
    instance: Any = None
    storage_directory: str = ""
    log_dir: str = ""
    spool_file: str = ""
    known: KnownState = field(default_factory=KnownState)
    target: LocationTarget | None = None
    selector: PipelineSelector | None = None
    loggers: tuple[logging.Logger, ...] = ()
    raised: dict[str, BaseException] = field(default_factory=dict)
    grace_seconds: float | None = None
    owns_process: bool = False
    python_loggers: tuple[str, ...] = ()
    python_log_level: str = "INFO"
    kept: dict[tuple[str, str, str | None], Any] | None = None

    def __post_init__(self) -> None:
        self.resource_defs: dict[str, ResourceDefinition] = {
            "io_manager": self.default_io_manager,
            **self.mode.resource_defs,
        }
        self._uses: dict[int, frozenset[str]] = {}
        self._seen_configs: dict[str, Any] = {}

    def log(self, step_key: str | None = None) -> DagsterLogManager:
        """``context.log`` for a step or for the whole run."""

        def sink(level: str, message: str, name: str) -> None:
            self.emit(events.log_line(step_key, level, message, name))

        return DagsterLogManager(sink)

    def uses(self, steps: Iterable[Any]) -> set[str]:
        """Keys of the resources that these steps, their hooks and IO managers use."""
        keys: set[str] = set()
        for step in steps:
            solid = step.solid
            if id(solid) not in self._uses:
                self._uses[id(solid)] = frozenset(solid_resources(solid))
            keys |= self._uses[id(solid)]
            for hook in step.hooks:
                keys |= hook.required_resource_keys
            keys |= self._managers_before(step)
        return {key for key in keys if key in self.resource_defs}

    def _managers_before(self, step: Any) -> set[str]:
        keys = set()
        for item in step.inputs:
            parts = getattr(item.source, "sources", (item.source,))
            for part in parts:
                key = getattr(part, "step_key", None)
                feeder = self.plan.find(key) if key else None
                if feeder is not None:
                    keys.add(feeder.solid.output_dict[part.output].io_manager_key)
        return keys

    def resource_scope(self) -> ResourceScope:
        """A scope in which the run's resources can be opened."""

        def make_context(
            _key: str, definition: ResourceDefinition, config: Any, needed: ScopedResources
        ) -> InitResourceContext:
            return InitResourceContext(
                config, needed, definition, self.instance, self.run, self.log(), self.storage_directory or None
            )

        return ResourceScope(self.resource_defs, self._resource_configs(), make_context)

    def resource_config(self, key: str) -> Any:
        """The config of a resource as its function sees it: with defaults, passed through ``configured``."""
        if key not in self._seen_configs:
            definition = self.resource_defs.get(key)
            written = self._resource_configs().get(key)
            self._seen_configs[key] = written if definition is None else definition.apply_config(written)
        return self._seen_configs[key]

    def _resource_configs(self) -> Mapping[str, Any]:
        configs = dict(self.config.resources)
        for key, definition in self.resource_defs.items():
            if configs.get(key) is None and definition.has_config:
                configs[key] = definition.schema_type.check(None, (), [])
        return configs

    def open_resources(self, opened: ResourceScope, keys: set[str], step_key: str | None = None) -> Iterator[Event]:
        """Open what is needed and say so; trivial ones (the default IO manager) are opened silently.

        Raises:
            DagsterResourceFunctionError: one could not be opened.
        """
        order = opened.order(keys, f"pipeline {self.pipeline.name!r}")
        said = [key for key in order if self.resource_defs[key] is not self.default_io_manager]
        if said:
            yield events.engine(f"Opening resources {', '.join(said)}.", step_key, resources=said)
        for key in order:
            with leavable():
                opened.open(key)
        if said:
            yield events.engine(f"Opened resources {', '.join(said)}.", step_key, resources=said)

    def close_resources(self, opened: ResourceScope, step_key: str | None = None) -> Iterator[Event]:
        """Close all in reverse order, each within its time; failures become events."""
        if opened.needs_closing:
            closed: list[str] = []
            while opened.needs_closing:
                try:
                    with time_box(TEARDOWN_SECONDS, "closing a resource"):
                        closed.append(str(opened.close_next()))
                except Exception as error:
                    yield events.engine(
                        f"A resource could not be closed: {error}",
                        step_key,
                        "ERROR",
                        failure=to_json(failure_of(error)),
                    )
            yield events.engine(f"Closed resources {', '.join(closed)}.", step_key, resources=closed)
        opened.values.clear()

    def tell_loggers(self, event: Event) -> None:
        """Pass an event on to the loggers of the mode."""
        where = f" - {event.step_key}" if event.step_key else ""
        kind = "" if event.type == "LOG" else f" - {event.type.value}"
        for logger in self.loggers:
            level = LEVELS[event.level] if event.type == "LOG" or LEVELS[event.level] > 20 else LEVELS["DEBUG"]
            logger.log(level, "%s", f"{self.pipeline.name} - {self.run.run_id}{where}{kind} - {event.message}")


def opened_loggers(
    pipeline: PipelineDefinition, mode: ModeDefinition, config: ResolvedConfig, run_id: str, with_default: bool
) -> tuple[logging.Logger, ...]:
    """The loggers of a run.

    Args:
        pipeline, mode, config: what runs.
        run_id: the run.
        with_default: use the mode's loggers also when the run config speaks of none.

    Raises:
        DagsterRunSetupError: the function of one raised; the original is the cause.
    """
    chosen = config.loggers
    if chosen is None:
        if not with_default:
            return ()
        chosen = {
            key: definition.schema_type.check(None, (), []) if definition.has_config else None
            for key, definition in mode.logger_defs.items()
        }
    return tuple(_opened_logger(key, value, pipeline, mode, run_id) for key, value in chosen.items())


def _opened_logger(
    key: str, written: Any, pipeline: PipelineDefinition, mode: ModeDefinition, run_id: str
) -> logging.Logger:
    definition = mode.logger_defs[key]
    try:
        return definition.logger_fn(InitLoggerContext(definition.apply_config(written), pipeline, definition, run_id))
    except DagsterError:
        raise
    except Exception as error:
        raise DagsterRunSetupError(f"logger {key!r} could not be created: {type(error).__name__}: {error}") from error
