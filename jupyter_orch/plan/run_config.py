"""The shape of a pipeline's run config, and what a written one comes down to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_orch.definitions.config import Array, Field, Permissive, Shape
from jupyter_orch.definitions.config_choices import Selector
from jupyter_orch.definitions.config_scalars import ANY, ConfigType, Errors, Path
from jupyter_orch.definitions.errors import (
    DagsterConfigMappingFunctionError,
    DagsterInvalidConfigError,
    DagsterInvalidSubsetError,
)
from jupyter_orch.definitions.graph import GraphDefinition
from jupyter_orch.definitions.inout import InputDefinition
from jupyter_orch.definitions.io_manager import IOManagerDefinition, RootInputManagerDefinition, fs_io_manager
from jupyter_orch.definitions.mode import ModeDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.resource import ResourceDefinition, dependency_order
from jupyter_orch.definitions.solid import SolidDefinition
from jupyter_orch.plan.document_bounds import MAX_ERRORS, refused
from jupyter_orch.records.messages import ConfigError


@dataclass(frozen=True, kw_only=True)
class ResolvedConfig:
    """A run config with defaults filled in.

    Attributes:
        solids: name → ``{"config", "inputs", "outputs", "solids"}`` as far as written or defaulted.
        resources: key → config.
        executor: name of the chosen executor; ``executor_config`` is its config.
        loggers: key → config of those that were written, None when none was.
    """

    solids: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=dict)
    executor: str = ""
    executor_config: dict[str, Any] = field(default_factory=dict)
    loggers: dict[str, Any] | None = None


class RunConfigShape:
    """The run config of one pipeline (or part of one) in one mode.

    Args:
        pipeline: what will run; a subset accepts and ignores config of the solids left out.
        mode: its mode.
    """

    def __init__(self, pipeline: PipelineDefinition, mode: ModeDefinition) -> None:
        self.pipeline = pipeline
        self.mode = mode
        self._node_fields: dict[Any, Field] = {}
        self.resource_defs: dict[str, ResourceDefinition] = {"io_manager": fs_io_manager, **mode.resource_defs}
        self.root = Shape(
            {
                "solids": self._solids_field(),
                "resources": self._resources_type(),
                "execution": Field(
                    Selector(
                        {
                            e.name: Field(Shape({"config": e.config_field or Field(ANY, is_required=False)}))
                            for e in mode.executor_defs
                        }
                    ),
                    is_required=False,
                    description="how the steps are run",
                ),
                "loggers": Field(
                    Shape(
                        {
                            key: Field(
                                Shape({"config": d.config_field or Field(ANY, is_required=False)}), is_required=False
                            )
                            for key, d in mode.logger_defs.items()
                        }
                    ),
                    is_required=False,
                ),
                "intermediate_storage": Field(
                    Permissive(),
                    is_required=False,
                    description="accepted for older documents; IO managers took its place",
                ),
                "storage": Field(
                    Permissive(),
                    is_required=False,
                    description="accepted for older documents; IO managers took its place",
                ),
            },
            field_aliases={"solids": "ops"},
        )

    def check(self, written: Any) -> tuple[ResolvedConfig, Errors]:
        """Compare a document with the shape.

        Returns:
            What it comes down to (of no use when there are mistakes), and every mistake.
        """
        errors = refused(written)
        if errors:
            return ResolvedConfig(), errors
        mapping = self.pipeline.document_mapping
        if mapping is not None:
            written = self._mapped_document(mapping, written, errors)
            if errors:
                return ResolvedConfig(), errors
        document = self.root.check(written or {}, (), errors)
        if errors:
            self._say_where_own_config_belongs(written, errors)
            return ResolvedConfig(), errors
        return self._resolved(document, written or {}, errors), errors

    def _say_where_own_config_belongs(self, written: Any, errors: Errors) -> None:
        """Config of the whole pipeline, written at the top, belongs under ``solids.config``."""
        graph = self.pipeline.graph
        if graph.config_mapping is None or graph.config_field is None:
            return
        own = getattr(graph.config_field.config_type, "fields", {})
        for index, error in enumerate(errors):
            if error.kind == "UNDEFINED_FIELD" and error.path == () and error.value in own:
                place = f"solids: {{config: {{{error.value}: …}}}}"
                message = f"{error.value!r} is config of the whole pipeline; write it as {place}"
                errors[index] = replace(error, message=message)

    def _mapped_document(self, mapping: Any, written: Any, errors: Errors) -> Any:
        kind = mapping.config_field.config_type if mapping.config_field else ANY
        resolved = kind.check(written or {}, (), errors)
        if errors:
            return {}
        try:
            return mapping.config_fn(resolved)
        except Exception as error:
            errors.append(
                ConfigError(
                    kind="VALUE", path=(), message=f"the config mapping function raised {type(error).__name__}: {error}"
                )
            )
            return {}

    def _resolved(self, document: dict[str, Any], written: Mapping[str, Any], errors: Errors) -> ResolvedConfig:
        execution = document.get("execution") or {self.mode.executor_defs[0].name: None}
        executor = next(iter(execution))
        config = (execution[executor] or {}).get("config")
        if config is None:
            definition = self.mode.executor_named(executor)
            config = definition.schema_type.check(None, (), []) if definition.has_config else {}
        graph = self.pipeline.graph
        solids = document.get("solids") or {}
        if graph.config_mapping is not None:
            solids = self._mapped_solids(graph, solids.get("config"), ("solids", "config"), errors)
        else:
            self._apply_mappings(graph, solids, ("solids",), errors)
        return ResolvedConfig(
            solids=solids,
            resources={key: (entry or {}).get("config") for key, entry in (document.get("resources") or {}).items()},
            executor=executor,
            executor_config=config or {},
            loggers={key: ((document["loggers"].get(key) or {}).get("config")) for key in written["loggers"]}
            if written.get("loggers")
            else None,
        )

    def _apply_mappings(self, graph: GraphDefinition, solids: dict[str, Any], path: Path, errors: Errors) -> None:
        """Replace the config of every composite that maps it by what its function gives."""
        for name, invocation in graph.invocations.items():
            definition = invocation.definition
            if not isinstance(definition, GraphDefinition):
                continue
            entry = solids.setdefault(name, {})
            here: Path = (*path, name)
            if definition.config_mapping is not None:
                entry["solids"] = self._mapped_solids(definition, entry.get("config"), (*here, "config"), errors)
            else:
                self._apply_mappings(definition, entry.setdefault("solids", {}), (*here, "solids"), errors)

    def _mapped_solids(self, graph: GraphDefinition, config: Any, path: Path, errors: Errors) -> dict[str, Any]:
        assert graph.config_mapping is not None
        try:
            given = graph.config_mapping.config_fn(graph.apply_config(config))
        except (DagsterConfigMappingFunctionError, DagsterInvalidConfigError) as error:
            errors.append(ConfigError(kind="VALUE", path=path, message=error.message))
            return {}
        except Exception as error:
            errors.append(
                ConfigError(
                    kind="VALUE",
                    path=path,
                    message=f"the config function of {graph.noun} {graph.name!r} raised "
                    f"{type(error).__name__}: {error}",
                )
            )
            return {}
        inner: Errors = []
        solids: dict[str, Any] = Shape(self._solid_fields(graph)).check(given, path, inner)
        errors += [
            ConfigError(
                kind=e.kind,
                path=e.path,
                value=e.value,
                expected=e.expected,
                sample=e.sample,
                message=f"the config function of {graph.noun} {graph.name!r} gave something "
                f"that does not fit: {e.message}",
            )
            for e in inner
        ]
        if not inner:
            self._apply_mappings(graph, solids, path, errors)
        return solids

    def _solids_field(self) -> Field:
        graph = self.pipeline.graph
        if graph.config_mapping is not None:
            return Field(Shape({"config": graph.config_field or Field(ANY, is_required=False)}))
        fields = self._solid_fields(graph)
        words = Shape(fields).words
        for name in self.pipeline.whole.graph.invocations:
            if name not in fields:
                fields[name] = Field(ANY, is_required=False, description="not selected; ignored")
        made = Shape(fields)
        made.words = words
        return Field(made)

    def _solid_fields(self, graph: GraphDefinition) -> dict[str, Field]:
        mapped = {(m.solid_name, m.input_name) for m in graph.input_mappings}
        fields = {}
        for name, invocation in graph.invocations.items():
            definition = invocation.definition
            connected = graph.dependencies.get(name, ())
            loose = tuple(
                i.name for i in definition.input_defs if i.name not in connected and (name, i.name) not in mapped
            )
            key = (id(definition), loose)
            if key not in self._node_fields:
                self._node_fields[key] = self._node_field(definition, loose)
            fields[name] = self._node_fields[key]
        return fields

    def _node_field(self, definition: Any, loose: tuple[str, ...]) -> Field:
        entry: dict[str, Any] = {}
        if isinstance(definition, GraphDefinition):
            if definition.config_mapping is not None:
                entry["config"] = definition.config_field or Field(ANY, is_required=False)
            else:
                entry["solids"] = Field(Shape(self._solid_fields(definition)))
        else:
            entry["config"] = definition.config_field or Field(ANY, is_required=False)
            outputs = self._outputs_type(definition)
            if outputs is not None:
                entry["outputs"] = Field(outputs, is_required=False)
        inputs = {
            name: made
            for name in loose
            if (made := self._input_field(definition, definition.input_dict[name])) is not None
        }
        if inputs:
            entry["inputs"] = Field(Shape(inputs))
        return Field(
            Shape(entry, field_aliases={"solids": "ops"} if "solids" in entry else None),
            description=definition.description,
        )

    def _input_field(self, owner: Any, definition: InputDefinition) -> Field | None:
        if definition.dagster_type.is_nothing:
            return None
        if definition.root_manager_key:
            manager = self.resource_defs.get(definition.root_manager_key)
            own = (
                manager.input_config_field
                if isinstance(manager, (RootInputManagerDefinition, IOManagerDefinition))
                else None
            )
            return own or Field(ANY, is_required=False)
        loader = definition.dagster_type.loader
        if loader is not None:
            is_required = not definition.has_default_value and not _inner_defaults(owner, definition.name)
            return Field(loader.schema_type, is_required=is_required, description=definition.description)
        if definition.has_default_value or _inner_defaults(owner, definition.name):
            return None
        raise DagsterInvalidSubsetError(
            f"nothing feeds input {definition.name!r} of {owner.noun} {owner.name!r} in pipeline "
            f"{self.pipeline.name!r}, and its type "
            f"{definition.dagster_type.display_name!r} can not be loaded from run config; connect it, give it a "
            "default or a root_manager_key"
        )

    def _outputs_type(self, definition: SolidDefinition) -> ConfigType | None:
        managed = {}
        for output in definition.output_defs:
            manager = self.resource_defs.get(output.io_manager_key)
            if isinstance(manager, IOManagerDefinition) and manager.output_config_field is not None:
                managed[output.name] = manager.output_config_field
        if managed:
            return Shape(managed)
        written = {
            o.name: Field(o.dagster_type.materializer.schema_type)
            for o in definition.output_defs
            if o.dagster_type.materializer
        }
        return Array(Selector(written)) if written else None

    def _resources_type(self) -> Field:
        needed = set(dependency_order(self.resource_defs, self.needed_resources(), f"pipeline {self.pipeline.name!r}"))
        fields = {}
        for key, definition in self.resource_defs.items():
            kind = Shape(
                {"config": definition.config_field or Field(ANY, is_required=False)}, description=definition.description
            )
            fields[key] = (
                Field(kind)
                if key in needed
                else Field(Permissive(), is_required=False, description="not used by what runs; ignored")
            )
        return Field(Shape(fields))

    def needed_resources(self) -> set[str]:
        """Keys that the solids, types, hooks and IO managers of what runs use themselves."""
        keys = {key for hook in self.pipeline.hook_defs for key in hook.required_resource_keys}
        seen: set[int] = set()
        waiting = [self.pipeline.graph]
        while waiting:
            for invocation in waiting.pop().invocations.values():
                keys |= {key for hook in invocation.hook_defs for key in hook.required_resource_keys}
                definition = invocation.definition
                if id(definition) in seen:
                    continue
                seen.add(id(definition))
                if isinstance(definition, GraphDefinition):
                    waiting.append(definition)
                else:
                    keys |= solid_resources(definition)
        return {key for key in keys if key in self.resource_defs}


def solid_resources(definition: SolidDefinition) -> set[str]:
    """Keys that one solid, its types and its IO managers use."""
    keys = set(definition.required_resource_keys)
    for place in definition.input_defs:
        keys |= place.dagster_type.required_resource_keys | getattr(
            place.dagster_type.loader, "required_resource_keys", frozenset()
        )
        if place.root_manager_key:
            keys.add(place.root_manager_key)
    for output in definition.output_defs:
        keys |= output.dagster_type.required_resource_keys | getattr(
            output.dagster_type.materializer, "required_resource_keys", frozenset()
        )
        if not output.dagster_type.is_nothing:
            keys.add(output.io_manager_key)
    return keys


def _inner_defaults(owner: Any, outer: str) -> bool:
    """Whether a composite's input may stay open because all that it feeds can do without."""
    if not isinstance(owner, GraphDefinition):
        return False
    inside = [(owner.invocations[m.solid_name].definition, m.input_name) for m in owner.mapped_inside(outer)]
    return bool(inside) and all(
        node.input_dict[name].has_default_value
        or node.input_dict[name].root_manager_key
        or node.input_dict[name].dagster_type.is_nothing
        or _inner_defaults(node, name)
        for node, name in inside
    )


def checked_run_config(shape: RunConfigShape, written: Any) -> ResolvedConfig:
    """What a document comes down to.

    Raises:
        DagsterInvalidConfigError: holds every mistake, at most fifty.
    """
    resolved, errors = shape.check(written)
    if errors:
        raise DagsterInvalidConfigError(
            f"the run config of pipeline {shape.pipeline.name!r} (mode {shape.mode.name!r})",
            errors[:MAX_ERRORS],
            written,
        )
    return resolved


def order_of_opening(shape: RunConfigShape, keys: Iterable[str]) -> list[str]:
    """Resources with all they need, each after the ones it needs."""
    return dependency_order(
        shape.resource_defs, {key for key in keys if key in shape.resource_defs}, f"pipeline {shape.pipeline.name!r}"
    )
