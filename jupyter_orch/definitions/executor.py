"""Which way the steps of a plan get done; chosen per run among those of the mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from jupyter_orch.definitions.config import Field, Noneable
from jupyter_orch.definitions.config_choices import Selector
from jupyter_orch.definitions.configurable import ConfigurableDefinition
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.names import valid_name


class Executor:
    """A way to get the steps of a plan done, for those who write their own.

    ``execute`` is given the plan that is being worked off (``jupyter_orch.execution.work.Work``) and yields every
    event.
    """

    retries_enabled = True

    def execute(self, plan_context: Any) -> Iterator[Any]:
        """Work the plan off.

        Args:
            plan_context: ``take_ready(limit)`` gives steps that may run, ``run_step(step)`` runs one in this process
                and gives its events,
                ``is_done`` says when nothing is left.
        """
        raise NotImplementedError(f"{type(self).__name__} must define execute(plan_context)")


@dataclass(frozen=True)
class InProcessSettings:
    """One step after the other in the run's own process.

    Attributes:
        retries_enabled: whether failed steps may be tried again.
        max_threads: above 1, light steps run side by side in threads.
    """

    retries_enabled: bool = True
    max_threads: int = 1


@dataclass(frozen=True)
class MultiprocessSettings:
    """Each step in a child process.

    Attributes:
        max_concurrent: how many at once; 0 means the number of processors.
        retries_enabled: whether failed steps may be tried again.
        start_method: ``"fork"``, ``"spawn"``, or ``""`` for fork where it is safe.
        grace_seconds: how long a child may take to end after it was asked to.
        tag_limits: ``(key, value or None, limit)``: at most so many steps with the tag at once.
        step_limits: how much of the machine one step may take: ``memory_bytes``, ``open_files``, ``processes``.
    """

    max_concurrent: int = 0
    retries_enabled: bool = True
    start_method: str = ""
    grace_seconds: float = 10.0
    tag_limits: tuple[tuple[str, str | None, int], ...] = field(default=())
    step_limits: Mapping[str, int] = field(default_factory=dict)


class ExecutorRequirement(Enum):
    """What an executor needs of a run; told to whoever reads the definition."""

    RECONSTRUCTABLE_PIPELINE = "RECONSTRUCTABLE_PIPELINE"
    RECONSTRUCTABLE_JOB = "RECONSTRUCTABLE_PIPELINE"
    NON_EPHEMERAL_INSTANCE = "NON_EPHEMERAL_INSTANCE"
    PERSISTENT_OUTPUTS = "PERSISTENT_OUTPUTS"


def multiple_process_executor_requirements() -> list[ExecutorRequirement]:
    """What an executor needs whose steps run in several processes: for ``@executor(requirements=…)``."""
    return list(ExecutorRequirement)


@dataclass(frozen=True)
class InitExecutorContext:
    """What an executor's function sees: ``executor_config``, ``executor_def``, ``pipeline_def``, ``instance``."""

    executor_config: dict[str, Any]
    executor_def: ExecutorDefinition
    pipeline_def: Any = None
    instance: Any = None


class ExecutorDefinition(ConfigurableDefinition):
    """A named executor.

    Args:
        name: the key under ``execution`` in the run config.
        config_schema: what may stand under ``execution.<name>.config``.
        requirements: what it needs of the run; informative.
        executor_creation_fn: ``(init_context)`` → :class:`Executor` or settings.
        description: how it works.
    """

    noun = "executor"
    needs_name_when_configured = True

    def __init__(
        self,
        name: str,
        config_schema: Any = None,
        requirements: Any = None,
        executor_creation_fn: Callable[[InitExecutorContext], Any] | None = None,
        description: str | None = None,
    ) -> None:
        super().__init__(config_schema)
        self.name = valid_name(name, "executor")
        self.requirements = requirements
        self.executor_creation_fn = executor_creation_fn
        self.description = description

    def create(self, config: Any, pipeline_def: Any = None, instance: Any = None) -> Any:
        """Make the executor for one run."""
        if self.executor_creation_fn is None:
            raise NotImplementedError(f"executor {self.name!r} has no function that makes it")
        return self.executor_creation_fn(
            InitExecutorContext(self.apply_config(config) or {}, self, pipeline_def, instance)
        )


@makes(ExecutorDefinition)
def executor(name: Any = None, config_schema: Any = None, requirements: Any = None) -> Any:
    """Decorator: a function ``(init_context)`` → :class:`Executor` becomes an executor definition."""
    if callable(name):
        return ExecutorDefinition(name.__name__, None, None, name, name.__doc__)
    return lambda creation_fn: ExecutorDefinition(
        name or creation_fn.__name__, config_schema, requirements, creation_fn, creation_fn.__doc__
    )


def _retries() -> Field:
    return Field(
        Selector({"enabled": {}, "disabled": {}}),
        default_value={"enabled": {}},
        description="whether failed steps may be tried again",
    )


def _in_process(init_context: InitExecutorContext) -> InProcessSettings:
    config = init_context.executor_config
    return InProcessSettings("enabled" in config.get("retries", {"enabled": {}}), config.get("max_threads", 1))


def _multiprocess(init_context: InitExecutorContext) -> MultiprocessSettings:
    config = init_context.executor_config
    limits = tuple((item["key"], item.get("value"), item["limit"]) for item in config.get("tag_concurrency_limits", ()))
    start = config.get("start_method") or {}
    return MultiprocessSettings(
        config.get("max_concurrent", 0),
        "enabled" in config.get("retries", {"enabled": {}}),
        next(iter(start), ""),
        config.get("termination_grace_seconds", 10.0),
        limits,
        {name: value for name, value in config.get("step_limits", {}).items() if value is not None},
    )


def _either(init_context: InitExecutorContext) -> InProcessSettings | MultiprocessSettings:
    name, config = next(iter(init_context.executor_config.items()), ("multiprocess", {}))
    definition = in_process_executor if name == "in_process" else multiprocess_executor
    made: InProcessSettings | MultiprocessSettings = definition.create(
        config, init_context.pipeline_def, init_context.instance
    )
    return made


in_process_executor = ExecutorDefinition(
    "in_process",
    {
        "retries": _retries(),
        "max_threads": Field(int, default_value=1, description="above 1: light steps side by side in threads"),
    },
    executor_creation_fn=_in_process,
    description="One step after the other in the run's own process.",
)

multiprocess_executor = ExecutorDefinition(
    "multiprocess",
    {
        "max_concurrent": Field(
            int, default_value=0, description="how many steps at once; 0 means the number of processors"
        ),
        "retries": _retries(),
        "start_method": Field(
            Noneable(
                Selector({"fork": {}, "spawn": {}, "forkserver": {"preload_modules": Field([str], is_required=False)}})
            ),
            description="how a child is started; the fast way that is safe when null",
        ),
        "termination_grace_seconds": Field(
            float, default_value=10.0, description="how long a child may take to end when the run is canceled"
        ),
        "tag_concurrency_limits": Field(
            [{"key": str, "value": Field(str, is_required=False), "limit": int}],
            default_value=[],
            description="at most so many steps with a tag at once",
        ),
        "step_limits": Field(
            {
                "memory_bytes": Field(Noneable(int), description="more makes the step fail with MemoryError"),
                "open_files": Field(Noneable(int), description="descriptors at once"),
                "processes": Field(Noneable(int), description="processes and threads of this user at once"),
            },
            description="how much of the machine one step may take; null: no limit of ours",
        ),
    },
    requirements=multiple_process_executor_requirements(),
    executor_creation_fn=_multiprocess,
    description="Each step in a child process of its own, several at once.",
)

multi_or_in_process_executor = ExecutorDefinition(
    "multi_or_in_process_executor",
    Field(
        Selector({"multiprocess": multiprocess_executor.schema_type, "in_process": in_process_executor.schema_type}),
        default_value={"multiprocess": {}},
    ),
    executor_creation_fn=_either,
    description="Each step in a child process of its own, unless the run config chooses in_process.",
)

default_executors = [in_process_executor, multiprocess_executor]
