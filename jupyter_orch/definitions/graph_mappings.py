"""How the parameters and the return value of a graph function tie the outside to the inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.composition import Composer, OutputHandle
from jupyter_orch.definitions.dependency import MultiDependencyDefinition, OuterInput
from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.inout import InputDefinition, InputMapping, OutputDefinition, OutputMapping
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.output import DEFAULT_OUTPUT
from jupyter_orch.definitions.shown import described


def outer_mappings(
    composer: Composer,
    returned: Any,
    owner: str,
    input_defs: list[InputDefinition],
    output_defs: list[OutputDefinition] | None,
) -> tuple[list[InputMapping], list[OutputMapping]]:
    """How the parameters and the return value of a graph function tie the outside to the inside.

    Raises:
        DagsterInvalidDefinitionError: what is returned stands for no outputs, or fits none of those declared.
    """
    return _input_mappings(composer, {d.name: d for d in input_defs}), _output_mappings(
        returned, owner, output_defs, composer
    )


def _input_mappings(composer: Composer, definitions: Mapping[str, InputDefinition]) -> list[InputMapping]:
    mappings = []
    for name, inputs in composer.dependencies.items():
        for input_name, dependency in inputs.items():
            if isinstance(dependency, OuterInput):
                mappings.append(InputMapping(definitions[dependency.name], name, input_name))
            elif isinstance(dependency, MultiDependencyDefinition):
                mappings += [
                    InputMapping(definitions[item.name], name, input_name, index)
                    for index, item in enumerate(dependency.dependencies)
                    if isinstance(item, OuterInput)
                ]
    return mappings


def _output_mappings(
    returned: Any, owner: str, output_defs: list[OutputDefinition] | None, composer: Composer
) -> list[OutputMapping]:
    handles = _returned_handles(returned, owner, output_defs)
    if output_defs is None:
        made = []
        for name, handle in handles.items():
            inner = composer.invocations[handle.solid_name].definition.output_dict[handle.output_name]
            made.append(OutputMapping(type(inner)(inner.dagster_type, name), handle.solid_name, handle.output_name))
        return made
    known = {definition.name: definition for definition in output_defs}
    for name in handles:
        if name not in known:
            raise DagsterInvalidDefinitionError(f"{owner} returns {name!r}: {unknown('output', name, known)}")
    for name in known:
        if name not in handles:
            raise DagsterInvalidDefinitionError(
                f"{owner} declares the output {name!r}, but what its function returns has nothing for it"
            )
    return [OutputMapping(known[name], handle.solid_name, handle.output_name) for name, handle in handles.items()]


def _returned_handles(returned: Any, owner: str, output_defs: list[OutputDefinition] | None) -> dict[str, OutputHandle]:
    if returned is None:
        return {}
    if isinstance(returned, OutputHandle):
        single = output_defs[0].name if output_defs and len(output_defs) == 1 else DEFAULT_OUTPUT
        return {single: returned}
    items: dict[str, Any] | None = None
    if isinstance(returned, dict):
        items = returned
    elif hasattr(returned, "_asdict"):
        items = returned._asdict()
    elif isinstance(returned, tuple) and output_defs and len(output_defs) == len(returned):
        items = {definition.name: item for definition, item in zip(output_defs, returned, strict=True)}
    if items is None or not all(isinstance(item, OutputHandle) for item in items.values()):
        raise DagsterInvalidDefinitionError(
            f"{owner} returns {described(returned)}; return the output of a solid, a dict of output name → output of "
            "a solid, or nothing"
        )
    return items
