"""What is said between the server wing and the user wing: requests, answers, and the order to run a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jupyter_orch.records.failure import Failure
from jupyter_orch.records.snapshot import JsonSchema, OutputRef

HELD = "held"
"""Kind of the target of a run whose code only the process that asked for it has; that process also executes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationTarget:
    """Where a location's code is and how to load it.

    Attributes:
        name: the location's name in the workspace.
        kind: ``"python_file"``, ``"python_module"``, ``"python_package"`` or ``"notebook"``; ``HELD`` for code that is
            nowhere but in a process.
        path: absolute path of the file or notebook; empty for modules and packages.
        module: dotted name for modules and packages; empty otherwise.
        attribute: the one repository, pipeline or function returning one to take; None takes all that is found.
        working_directory: absolute folder that is put first on ``sys.path`` and made the current folder.
    """

    name: str
    kind: str
    path: str = ""
    module: str = ""
    attribute: str | None = None
    working_directory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSelector:
    """One pipeline of a repository, or the part of it that a selection names."""

    repository: str
    pipeline: str
    mode: str = "default"
    solid_selection: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigError:
    """One mistake in a run config.

    Attributes:
        kind: one of UNDEFINED_FIELD, MISSING_FIELD, TYPE_MISMATCH, SELECTOR, ENUM and VALUE.
        path: keys (str) and indices (int) from the root to the offending place, e.g. ``("solids", "load", "config")``.
        message: a sentence that says what was found and what was expected.
        value: the offending value or key, JSON.
        expected: the expected type in words.
        sample: for a missing field, a minimal value that would validate.
    """

    kind: str
    path: tuple[str | int, ...]
    message: str
    value: Any = None
    expected: str = ""
    sample: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigVerdict:
    """The answer to "is this run config right?"; ``errors`` holds every mistake, not only the first."""

    valid: bool
    errors: tuple[ConfigError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSchema:
    """The shape of one pipeline's run config for one mode: its JSON Schema and the smallest document that validates."""

    schema: JsonSchema
    scaffold: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInputSnapshot:
    """An input of a step and the outputs of other steps that feed it (``OutputRef.solid`` holds the *step key*)."""

    name: str
    sources: tuple[OutputRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSnapshot:
    """A step of a plan.

    Attributes:
        key: unique in the plan, e.g. ``"outer.inner"``; a step that will be mapped has ``"[?]"`` at its end.
        solid: path of solid names from the pipeline down, joined by dots.
        kind: ``"COMPUTE"``, ``"UNRESOLVED_MAPPED"`` or ``"UNRESOLVED_COLLECT"``.
        max_retries: how often its retry policy lets it run again; 0 without one.
    """

    key: str
    solid: str
    kind: str = "COMPUTE"
    inputs: tuple[StepInputSnapshot, ...] = ()
    outputs: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    max_retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSnapshot:
    """The steps of a run, in an order in which they may run."""

    steps: tuple[StepSnapshot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequestRecord:
    """A run that a schedule or sensor asks for.

    Attributes:
        config_errors: every mistake in its run config; with any, the run can not run.
    """

    run_key: str | None = None
    run_config: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pipeline: str | None = None
    config_errors: tuple[ConfigError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TickVerdict:
    """What evaluating a schedule or sensor gave: requests, or a reason to skip, or a failure of the user's function.

    Attributes:
        cursor: a sensor's memory from now on.
        output: what the function printed and logged, the newest part of it.
    """

    requests: tuple[RunRequestRecord, ...] = ()
    skip_reason: str | None = None
    cursor: str | None = None
    failure: Failure | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownState:
    """What earlier work a run may build on (resume after a lost worker, or a re-execution).

    Attributes:
        source_run_ids: for each finished step the id of the run that holds its outputs.
        outputs: for each finished step the names of the outputs it gave (absent optional outputs are not named).
        mapping_keys: for a dynamic output ``"step.output"`` the mapping keys it gave, in order.
        attempts: for each step the number of attempts that were already used up in this run.
        failed: steps that have failed in this run already: they do not run again, nor does what depends on them.
    """

    source_run_ids: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    mapping_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """The order that a worker gives to a runner: run this plan, report every fact.

    Attributes:
        run_id: id of the run.
        target: how to load the code; a forked runner has loaded it already.
        selector: repository, pipeline, mode and selection.
        run_config, tags: as submitted.
        step_keys: run only these steps of the plan; None for all of it.
        known: earlier work to build on.
        parent_run_id, root_run_id: of a re-execution.
        python_loggers: names of standard library loggers whose lines become events; ``"root"`` is all of them.
        python_log_level: least severe level of these that is taken.
        home: folder of the instance that the run belongs to; empty without one.
        artifact_dir: folder of the instance for values and notebooks (``…/storage``).
        log_dir: folder of this run's captured output; ``<step key>.out`` and ``.err`` go here.
        spool_file: keeps what the run has begun and said in case its processes are killed; empty keeps nothing.
        code_version: of the code by which the run was submitted; empty when nobody knows.
    """

    run_id: str
    target: LocationTarget
    selector: PipelineSelector
    run_config: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    step_keys: tuple[str, ...] | None = None
    known: KnownState = field(default_factory=KnownState)
    parent_run_id: str | None = None
    root_run_id: str | None = None
    python_loggers: tuple[str, ...] = ("root",)
    python_log_level: str = "WARNING"
    home: str = ""
    artifact_dir: str = ""
    log_dir: str = ""
    spool_file: str = ""
    code_version: str = ""
