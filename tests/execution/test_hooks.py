"""Hooks (case 32)."""

from __future__ import annotations

from typing import Any

import pytest

import jupyter_orch as orch
from tests.execution.quiet import inc, kinds, one, run


@orch.solid
def boom(x: int) -> int:
    raise ValueError(f"no {x}")


def test_hooks_on_solid_composite_and_pipeline_fire_once_per_matching_step() -> None:
    fired: list[tuple[str, str]] = []

    def hook(name: str, make: Any) -> Any:
        @make(name=name)
        def made(context: Any) -> None:
            fired.append((name, context.step_key))

        return made

    on_solid = hook("on_solid", orch.success_hook)
    on_composite = hook("on_composite", orch.success_hook)
    everywhere = hook("everywhere", orch.failure_hook)

    @orch.composite_solid
    def both(x: int) -> Any:
        return boom(inc(x))

    @everywhere
    @orch.pipeline
    def hooked() -> None:
        both.with_hooks({on_composite})(one.with_hooks({on_solid})())

    result = run(hooked)
    assert not result.success
    assert sorted(fired) == [("everywhere", "both.boom"), ("on_composite", "both.inc"), ("on_solid", "one")]
    assert kinds(result, "both.boom").count("HOOK_SKIPPED") == 1
    assert kinds(result, "one").count("HOOK_COMPLETED") == 1


def test_a_raising_hook_is_recorded_and_changes_nothing() -> None:
    @orch.success_hook
    def broken(_context: Any) -> None:
        raise RuntimeError("hook")

    @broken
    @orch.pipeline
    def hooked() -> None:
        inc(one())

    result = run(hooked)
    assert result.success
    assert kinds(result, "one")[-1] == "HOOK_ERRORED"
    (event,) = [e for e in result.event_list if e.event_type_value == "HOOK_ERRORED" and e.step_key == "one"]
    assert event.event.data["failure"]["message"] == "hook"


def test_hooks_see_outputs_exception_and_resources() -> None:
    seen: dict[str, Any] = {}

    @orch.success_hook(required_resource_keys={"channel"})
    def good(context: Any) -> None:
        seen["outputs"] = context.solid_output_values
        seen["channel"] = context.resources.channel

    @orch.failure_hook
    def bad(context: Any) -> None:
        seen["error"] = context.solid_exception

    @orch.pipeline(
        mode_defs=[orch.ModeDefinition(resource_defs={"channel": orch.ResourceDefinition.hardcoded_resource("#ops")})]
    )
    def hooked() -> None:
        boom.with_hooks({bad})(one.with_hooks({good})())

    run(hooked)
    assert seen["outputs"] == {"result": 1}
    assert seen["channel"] == "#ops"
    assert isinstance(seen["error"], ValueError)


def test_a_missing_resource_of_a_hook_is_an_error_of_the_definition() -> None:
    @orch.success_hook(required_resource_keys={"channel"})
    def wants(_context: Any) -> None:
        pass

    with pytest.raises(orch.DagsterInvalidDefinitionError, match="hook 'wants' .* needs the resource 'channel'"):

        @wants
        @orch.pipeline
        def hooked() -> None:
            one()

        orch.execute_pipeline(hooked)


def test_a_hook_can_be_called_by_hand() -> None:
    @orch.success_hook(required_resource_keys={"channel"})
    def shout(context: Any) -> str:
        return str(context.resources.channel)

    assert shout(orch.build_hook_context(resources={"channel": "x"})) == "x"
    with pytest.raises(orch.DagsterInvalidInvocationError):
        shout(3)


def test_a_hook_is_told_which_resources_it_declared() -> None:
    seen: list[Any] = []

    @orch.success_hook(required_resource_keys={"channel"})
    def tells(context: Any) -> None:
        seen.append(context.required_resource_keys)

    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"channel": orch.ResourceDefinition.none_resource()})])
    def told() -> None:
        one.with_hooks({tells})()

    assert run(told).success
    assert seen == [frozenset({"channel"})]
