"""The JSON-able shadow of definitions: all that the server may know of user code.

The user wing makes these (``definitions.describe``), the server stores and shows them. Config schemas travel as JSON
Schema documents (draft 2020-12) derived from the one config vocabulary, so editor, form and API share them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where something is written down: absolute file and 1-based line; for a notebook also the 0-based cell."""

    file: str
    line: int
    cell: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRef:
    """An output of a solid in the same graph."""

    solid: str
    output: str = "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSnapshot:
    """An input and where its value comes from; several ``sources`` are a fan-in, none means config or a default.

    ``asset_key``: the asset that it reads, where the definition says one.
    """

    name: str
    type: str = "Any"
    description: str = ""
    sources: tuple[OutputRef, ...] = ()
    collects: bool = False
    has_default: bool = False
    asset_key: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSnapshot:
    """An output of a solid; ``asset_key`` is the asset that it is, where the definition says one."""

    name: str
    type: str = "Any"
    description: str = ""
    is_required: bool = True
    is_dynamic: bool = False
    asset_key: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSnapshot:
    """How a composite's outer input or output (``outer``) is tied to one of an inner solid."""

    outer: str
    solid: str
    inner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SolidSnapshot:
    """One solid as it stands in a graph.

    Attributes:
        name: the name in this graph (the alias if there is one).
        definition: the definition's own name.
        kind: ``"solid"``, ``"composite"`` or ``"notebook"``.
        notebook_path: absolute path of the notebook for the kind ``"notebook"``.
        solids, input_mappings, output_mappings: the inside of a composite.
    """

    name: str
    definition: str
    kind: str = "solid"
    description: str = ""
    inputs: tuple[InputSnapshot, ...] = ()
    outputs: tuple[OutputSnapshot, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    config_schema: JsonSchema | None = None
    required_resource_keys: tuple[str, ...] = ()
    source: Source | None = None
    notebook_path: str | None = None
    solids: tuple[SolidSnapshot, ...] = ()
    input_mappings: tuple[MappingSnapshot, ...] = ()
    output_mappings: tuple[MappingSnapshot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceSnapshot:
    """A resource or logger of a mode."""

    key: str
    description: str = ""
    config_schema: JsonSchema | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSnapshot:
    """A named bundle of resources, loggers and executors."""

    name: str
    description: str = ""
    resources: tuple[ResourceSnapshot, ...] = ()
    loggers: tuple[ResourceSnapshot, ...] = ()
    executors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetSnapshot:
    """A named run config."""

    name: str
    mode: str = "default"
    run_config: dict[str, Any] = field(default_factory=dict)
    solid_selection: tuple[str, ...] | None = None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSnapshot:
    """A pipeline: its graph, modes and presets."""

    name: str
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    solids: tuple[SolidSnapshot, ...] = ()
    modes: tuple[ModeSnapshot, ...] = ()
    presets: tuple[PresetSnapshot, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSnapshot:
    """A schedule: when it is due and which pipeline it starts."""

    name: str
    pipeline: str
    cron: str
    timezone: str = "UTC"
    mode: str = "default"
    description: str = ""
    default_running: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    solid_selection: tuple[str, ...] | None = None
    partition_set: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSnapshot:
    """A sensor: how often it may be asked and which pipelines it may start.

    Attributes:
        kind: ``"sensor"``, ``"asset"`` (asked about new materializations of ``asset_key``) or ``"run_status"`` (told of
            each run, of the pipelines in ``watched`` or of all, that came to ``run_status``).
    """

    name: str
    pipelines: tuple[str, ...] = ()
    mode: str = "default"
    minimum_interval_seconds: int = 30
    evaluation_timeout_seconds: float | None = None
    description: str = ""
    default_running: bool = False
    kind: str = "sensor"
    asset_key: tuple[str, ...] | None = None
    run_status: str | None = None
    watched: tuple[str, ...] | None = None
    solid_selection: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionSetSnapshot:
    """A partition set: named slices of one pipeline's runs."""

    name: str
    pipeline: str
    mode: str = "default"
    solid_selection: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositorySnapshot:
    """Everything a repository holds."""

    name: str
    description: str = ""
    pipelines: tuple[PipelineSnapshot, ...] = ()
    schedules: tuple[ScheduleSnapshot, ...] = ()
    sensors: tuple[SensorSnapshot, ...] = ()
    partition_sets: tuple[PartitionSetSnapshot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationSnapshot:
    """What one code location holds at one version of its code.

    Attributes:
        code_version: hash of the sources that were loaded; equal sources give an equal version on every replica.
        repositories: its repositories, at least one.
        python: version of the interpreter that loaded them.
        load_seconds: how long the user's code took to import.
        sources: the files that were loaded, absolute paths on the machine that loaded them.
        executable: the interpreter that loaded them.
    """

    code_version: str
    repositories: tuple[RepositorySnapshot, ...] = ()
    python: str = ""
    load_seconds: float = 0.0
    sources: tuple[str, ...] = ()
    executable: str = ""
