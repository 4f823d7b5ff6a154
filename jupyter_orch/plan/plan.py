"""A plan: the steps of one run, and where each input of a step comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_orch.definitions.errors import DagsterExecutionStepNotFoundError
from jupyter_orch.definitions.hook import HookDefinition
from jupyter_orch.definitions.inout import InputDefinition
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.definitions.solid import SolidDefinition
from jupyter_orch.records.messages import PlanSnapshot, StepInputSnapshot, StepSnapshot
from jupyter_orch.records.snapshot import OutputRef

UNRESOLVED = "[?]"


@dataclass(frozen=True, slots=True)
class FromOutput:
    """One output of another step; with ``mapping_key``, that one of its values."""

    step_key: str
    output: str
    mapping_key: str | None = None


@dataclass(frozen=True, slots=True)
class FromCollect:
    """All values of a dynamic output, or of a step that ran once for each of them, as a list."""

    step_key: str
    output: str


@dataclass(frozen=True, slots=True)
class FromMany:
    """Several outputs as a list."""

    sources: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FromConfig:
    """Run config, through the loader of the type that declared the input (a composite may type it differently)."""

    value: Any
    loader: Any = None


@dataclass(frozen=True, slots=True)
class FromDefault:
    """The default of an input."""

    value: Any


@dataclass(frozen=True, slots=True)
class FromRootManager:
    """A root input manager, with the input's own config."""

    key: str
    config: Any = None


@dataclass(frozen=True, slots=True)
class FromNothing:
    """Nothing is connected and nothing is needed."""


InputSource = FromOutput | FromCollect | FromMany | FromConfig | FromDefault | FromRootManager | FromNothing


@dataclass(frozen=True, slots=True)
class StepInput:
    """An input of a step and its source."""

    definition: InputDefinition
    source: InputSource

    @property
    def name(self) -> str:
        """The input's name."""
        return self.definition.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One unit of a run.

    Attributes:
        key: unique in the plan.
        handle: names from the pipeline down to the solid.
        solid: the definition.
        inputs: with their sources.
        config: resolved config of the solid, before ``configured`` layers.
        output_config: what stands under ``outputs`` in the run config.
        tags: of the definition and of the invocation.
        hooks: of the pipeline, the enclosing composites and the invocation.
        retry_policy: the one that counts, or None.
        dynamic_source: (step, output) whose values this step runs once for each of; None for an ordinary step.
        mapping_key: which of those values, when it is known.
    """

    key: str
    handle: tuple[str, ...]
    solid: SolidDefinition
    inputs: tuple[StepInput, ...] = ()
    config: Any = None
    output_config: Any = None
    tags: dict[str, str] = field(default_factory=dict)
    hooks: frozenset[HookDefinition] = frozenset()
    retry_policy: RetryPolicy | None = None
    dynamic_source: tuple[str, str] | None = None
    mapping_key: str | None = None

    @property
    def is_unresolved(self) -> bool:
        """Whether it stands for steps that are only known while the run goes."""
        return self.dynamic_source is not None and self.mapping_key is None

    @property
    def collects(self) -> bool:
        """Whether an input takes all values of a dynamic output."""
        return any(isinstance(source, FromCollect) for source in sources_of(self))

    def resolved(self, mapping_key: str) -> Step:
        """The step for one value of its dynamic source."""
        inputs = tuple(
            StepInput(i.definition, _resolved_source(i.source, mapping_key, self.dynamic_source)) for i in self.inputs
        )
        return replace(self, key=mapped_key(self.key, mapping_key), inputs=inputs, mapping_key=mapping_key)


def mapped_key(unresolved: str, mapping_key: str) -> str:
    """``"double[?]"`` and ``"a"`` give ``"double[a]"``."""
    return f"{unresolved.removesuffix(UNRESOLVED)}[{mapping_key}]"


def _resolved_source(source: InputSource, mapping_key: str, dynamic_source: tuple[str, str] | None) -> InputSource:
    if not isinstance(source, FromOutput):
        return source
    if (source.step_key, source.output) == dynamic_source:
        return FromOutput(source.step_key, source.output, mapping_key)
    if source.step_key.endswith(UNRESOLVED):
        return FromOutput(mapped_key(source.step_key, mapping_key), source.output)
    return source


def sources_of(step: Step) -> list[FromOutput | FromCollect]:
    """Every output that feeds a step."""
    found: list[FromOutput | FromCollect] = []
    for item in step.inputs:
        parts = item.source.sources if isinstance(item.source, FromMany) else (item.source,)
        found += [part for part in parts if isinstance(part, (FromOutput, FromCollect))]
    return found


class ExecutionPlan:
    """The steps of one run, in an order in which they may run.

    Args:
        steps: each after those that feed it.
    """

    def __init__(self, steps: list[Step]) -> None:
        self.steps: dict[str, Step] = {step.key: step for step in steps}

    def step(self, key: str) -> Step:
        """The step of that key; ``name[key]`` finds the mapped step behind ``name[?]``.

        Raises:
            DagsterExecutionStepNotFoundError: lists near or known keys.
        """
        found = self.find(key)
        if found is None:
            raise DagsterExecutionStepNotFoundError(unknown("step", key, self.steps, "the plan"))
        return found

    def find(self, key: str) -> Step | None:
        """The step of that key, or None."""
        if key in self.steps:
            return self.steps[key]
        stem, bracket, rest = key.rpartition("[")
        unresolved = self.steps.get(stem + UNRESOLVED) if bracket and rest.endswith("]") else None
        return unresolved.resolved(rest[:-1]) if unresolved else None

    def feeders(self, key: str) -> set[str]:
        """Keys of the steps that feed a step."""
        step = self.step(key)
        keys = {source.step_key for source in sources_of(step)}
        return keys | ({step.dynamic_source[0]} if step.dynamic_source else set())

    def snapshot(self, only: Iterable[str] | None = None) -> PlanSnapshot:
        """The plan as a record; with ``only``, just those steps, mapped ones by their own keys."""
        if only is None:
            return PlanSnapshot(steps=tuple(_snapshot(step) for step in self.steps.values()))
        place = {key: index for index, key in enumerate(self.steps)}
        chosen = [step for key in only if (step := self.find(key)) is not None]
        chosen.sort(
            key=lambda step: place[step.key if step.key in place else mapped_key(step.key.rpartition("[")[0], "?")]
        )
        return PlanSnapshot(steps=tuple(_snapshot(step) for step in chosen))


def _snapshot(step: Step) -> StepSnapshot:
    kind = "UNRESOLVED_MAPPED" if step.is_unresolved else "UNRESOLVED_COLLECT" if step.collects else "COMPUTE"
    inputs = []
    for item in step.inputs:
        parts = item.source.sources if isinstance(item.source, FromMany) else (item.source,)
        refs = tuple(
            OutputRef(solid=p.step_key, output=p.output) for p in parts if isinstance(p, (FromOutput, FromCollect))
        )
        inputs.append(StepInputSnapshot(name=item.name, sources=refs))
    return StepSnapshot(
        key=step.key,
        solid=".".join(step.handle),
        kind=kind,
        inputs=tuple(inputs),
        outputs=tuple(o.name for o in step.solid.output_defs),
        tags=step.tags,
        max_retries=step.retry_policy.max_retries if step.retry_policy else 0,
    )
