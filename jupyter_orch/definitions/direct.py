"""Checking what a solid takes and gives when it is called directly."""

from __future__ import annotations

import inspect
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvariantViolationError, DagsterTypeCheckDidNotPass
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.output import DynamicOutput, Output


def check_inputs(node: Any, inputs: dict[str, Any], context: Any) -> None:
    """Check each value against the input that it is given to.

    Raises:
        DagsterTypeCheckDidNotPass: names the input.
    """
    for name, value in inputs.items():
        _check_type(f"input {name!r} of solid {node.name!r}", node.input_dict[name], value, context)


def checked_result(node: Any, result: Any, context: Any) -> Any:
    """What the function gave, with each output checked against its definition;
    generators and coroutines stay what they are.
    """
    if inspect.isgenerator(result):
        return _checked_items(node, result, context)
    if inspect.isasyncgen(result):
        return _checked_async_items(node, result, context)
    if inspect.iscoroutine(result):
        return _checked_coroutine(node, result, context)
    return _checked_value(node, result, context)


def _checked_items(node: Any, items: Any, context: Any) -> Any:
    given: set[str] = set()
    for item in items:
        _check_item(node, item, context, given)
        yield item
    _check_missing(node, given)


async def _checked_async_items(node: Any, items: Any, context: Any) -> Any:
    given: set[str] = set()
    async for item in items:
        _check_item(node, item, context, given)
        yield item
    _check_missing(node, given)


async def _checked_coroutine(node: Any, coroutine: Any, context: Any) -> Any:
    return _checked_value(node, await coroutine, context)


def _checked_value(node: Any, result: Any, context: Any) -> Any:
    if isinstance(result, (Output, DynamicOutput)):
        _check_item(node, result, context, set())
    elif len(node.output_defs) == 1 and not node.output_defs[0].is_dynamic:
        _check_type(f"output {node.output_defs[0].name!r} of solid {node.name!r}", node.output_defs[0], result, context)
    return result


def _check_item(node: Any, item: Any, context: Any, given: set[str]) -> None:
    if not isinstance(item, (Output, DynamicOutput)):
        return
    if not node.has_output(item.output_name):
        raise DagsterInvariantViolationError(
            unknown("output", item.output_name, node.output_dict, f"solid {node.name!r}")
        )
    definition = node.output_def_named(item.output_name)
    if definition.is_dynamic is not isinstance(item, DynamicOutput):
        wanted = "DynamicOutput" if definition.is_dynamic else "Output"
        raise DagsterInvariantViolationError(
            f"output {item.output_name!r} of solid {node.name!r} takes {wanted} objects"
        )
    if item.output_name in given and not definition.is_dynamic:
        raise DagsterInvariantViolationError(f"solid {node.name!r} gave its output {item.output_name!r} twice")
    given.add(item.output_name)
    _check_type(f"output {definition.name!r} of solid {node.name!r}", definition, item.value, context)


def _check_missing(node: Any, given: set[str]) -> None:
    for definition in node.output_defs:
        if (
            definition.is_required
            and not definition.is_dynamic
            and not definition.dagster_type.is_nothing
            and definition.name not in given
        ):
            raise DagsterInvariantViolationError(
                f"solid {node.name!r} ended without giving its output {definition.name!r}"
            )


def _check_type(place: str, definition: Any, value: Any, context: Any) -> None:
    verdict = definition.dagster_type.type_check(context, value)
    if not verdict.success:
        raise DagsterTypeCheckDidNotPass(f"{place}: {verdict.description or 'the type check did not pass'}")
