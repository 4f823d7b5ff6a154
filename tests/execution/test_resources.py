"""Resources and IO managers: order, teardown, errors."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from typing import Any

import pytest

import jupyter_orch as orch
from tests.execution.quiet import inc, one, run


def traced(name: str, seen: list[str], needs: set[str] | None = None, fails: bool = False) -> orch.ResourceDefinition:
    @orch.resource(required_resource_keys=needs or set())
    def made(_init_context: Any) -> Any:
        if fails:
            raise OSError("no connection")
        seen.append(f"open {name}")
        try:
            yield name
        finally:
            seen.append(f"close {name}")

    return made  # type: ignore[no-any-return]


def piped(resources: dict[str, Any], solid: Any) -> orch.PipelineDefinition:
    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs=resources)])
    def with_resources() -> None:
        solid()

    return with_resources  # type: ignore[no-any-return]


@pytest.mark.parametrize("fails", [False, True])
def test_resources_open_in_order_of_need_and_close_in_reverse_also_after_a_failure(fails: bool) -> None:
    seen: list[str] = []

    @orch.solid(required_resource_keys={"top"})
    def uses(context: Any) -> str:
        seen.append("run")
        if fails:
            raise ValueError
        return str(context.resources.top)

    definitions = {
        "top": traced("top", seen, {"middle"}),
        "middle": traced("middle", seen, {"ground"}),
        "ground": traced("ground", seen),
        "idle": traced("idle", seen),
    }
    assert run(piped(definitions, uses)).success is not fails
    assert seen == ["open ground", "open middle", "open top", "run", "close top", "close middle", "close ground"]


def test_what_can_not_be_opened_starts_no_step_and_closes_what_was_open() -> None:
    seen: list[str] = []

    @orch.solid(required_resource_keys={"bad"})
    def uses() -> None:
        seen.append("run")

    result = run(piped({"bad": traced("bad", seen, {"good"}, fails=True), "good": traced("good", seen)}, uses))
    assert not result.success
    assert seen == ["open good", "close good"]
    said = [e.message for e in result.event_list if e.is_engine_event]
    assert any("resource 'bad' could not be opened: OSError: no connection" in message for message in said)


def test_a_teardown_that_raises_is_said_and_the_others_close() -> None:
    seen: list[str] = []

    @orch.resource
    def sulky(_init_context: Any) -> Any:
        yield 1
        raise RuntimeError("will not close")

    @orch.solid(required_resource_keys={"sulky", "good"})
    def uses() -> None:
        pass

    result = run(piped({"sulky": sulky, "good": traced("good", seen)}, uses))
    assert result.success
    assert seen == ["open good", "close good"]
    assert any("will not close" in e.message for e in result.event_list if e.is_engine_event)


def test_a_context_manager_is_a_resource_as_well() -> None:
    seen: list[str] = []

    @orch.resource
    @contextlib.contextmanager
    def managed(_init_context: Any) -> Any:
        yield 3
        seen.append("closed")

    @orch.solid(required_resource_keys={"managed"})
    def uses(context: Any) -> int:
        return int(context.resources.managed)

    assert run(piped({"managed": managed}, uses)).output_for_solid("uses") == 3
    assert seen == ["closed"]


def test_resources_that_need_each_other_and_missing_ones_are_refused() -> None:
    seen: list[str] = []

    @orch.solid(required_resource_keys={"a"})
    def uses() -> None:
        pass

    with pytest.raises(orch.DagsterInvalidDefinitionError, match="circle"):
        piped({"a": traced("a", seen, {"b"}), "b": traced("b", seen, {"a"})}, uses)
    with pytest.raises(
        orch.DagsterInvalidDefinitionError, match="solid 'uses' .* needs the resource 'a'.*did you mean 'aa'"
    ):
        piped({"aa": traced("aa", seen)}, uses)


def test_an_undeclared_resource_is_named() -> None:
    @orch.solid(required_resource_keys={"known"})
    def uses(context: Any) -> None:
        context.resources.unknown

    result = run(
        piped(
            {
                "known": orch.ResourceDefinition.hardcoded_resource(1),
                "unknown": orch.ResourceDefinition.hardcoded_resource(1),
            },
            uses,
        )
    )
    message = result.result_for_solid("uses").failure_data.failure["message"]
    assert "no resource 'unknown'" in message and "required_resource_keys of solid 'uses'" in message


def test_stored_values_are_private_files_and_loads_refuse_links(tmp_path: Any) -> None:
    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"io_manager": orch.fs_io_manager})])
    def stored() -> None:
        inc(one())

    config = {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path / "values")}}}}
    result = run(stored, config)
    assert result.output_for_solid("inc") == 2
    file = tmp_path / "values" / result.run_id / "one" / "result"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [name for name in os.listdir(file.parent)] == ["result"]
    manager = orch.fs_io_manager(orch.build_init_resource_context({"base_dir": str(tmp_path / "values")}))
    context = orch.build_input_context(upstream_output=orch.build_output_context("one", run_id=result.run_id))
    assert manager.load_input(context) == 1
    file.rename(file.parent / "moved")
    file.symlink_to(file.parent / "moved")
    with pytest.raises(orch.DagsterInvariantViolationError, match="is not at"):
        manager.load_input(context)


def test_u11_an_output_that_can_not_be_pickled_names_output_type_and_way_out(tmp_path: Any) -> None:
    @orch.solid
    def closure() -> Any:
        return lambda: 1

    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"io_manager": orch.fs_io_manager})])
    def stored() -> None:
        closure()

    result = run(stored, {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path)}}}})
    message = result.result_for_solid("closure").failure_data.failure["message"]
    assert "output 'result' of step 'closure' is a function that can not be pickled" in message
    assert "io_manager_key" in message
    assert not any(name.endswith(".tmp") for _, _, names in os.walk(tmp_path) for name in names)


class _Unloadable:
    def __setstate__(self, _state: Any) -> None:
        raise RuntimeError("changed class")

    def __getstate__(self) -> dict[str, int]:
        return {"a": 1}


def test_u12_an_output_that_does_not_load_names_both_steps(tmp_path: Any) -> None:
    @orch.solid
    def gives() -> Any:
        return _Unloadable()

    @orch.solid
    def takes(x: Any) -> Any:
        return x

    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"io_manager": orch.fs_io_manager})])
    def stored() -> None:
        takes(gives())

    result = run(stored, {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path)}}}})
    message = result.result_for_solid("takes").failure_data.failure["message"]
    assert "step 'gives'" in message and "step 'takes'" in message and "changed class" in message


def test_own_io_managers_and_root_input_managers_get_their_contexts() -> None:
    seen: list[Any] = []

    class Recording(orch.IOManager):
        def handle_output(self, context: Any, obj: Any) -> Any:
            seen.append(
                ("out", context.step_key, context.name, context.metadata, context.config, context.resource_config, obj)
            )
            yield orch.EventMetadataEntry("bytes", None, 3)
            yield orch.AssetMaterialization("kept")

        def load_input(self, context: Any) -> Any:
            seen.append(("in", context.name, context.upstream_output.step_key, context.dagster_type.display_name))
            return 41

    @orch.io_manager(config_schema={"where": str}, output_config_schema={"as": str})
    def recording(_init_context: Any) -> Recording:
        return Recording()

    @orch.root_input_manager(input_config_schema={"start": int})
    def from_config(context: Any) -> int:
        return int(context.config["start"])

    @orch.solid(
        input_defs=[orch.InputDefinition("x", int, root_manager_key="root")],
        output_defs=[orch.OutputDefinition(int, metadata={"m": 1}, io_manager_key="keep")],
    )
    def first(x: int) -> int:
        return x

    @orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"keep": recording, "root": from_config})])
    def managed() -> None:
        inc(first())

    result = run(
        managed,
        {
            "resources": {"keep": {"config": {"where": "here"}}},
            "solids": {"first": {"inputs": {"x": {"start": 7}}, "outputs": {"result": {"as": "json"}}}},
        },
    )
    assert result.output_for_solid("inc") == 42
    assert seen == [
        ("out", "first", "result", {"m": 1}, {"as": "json"}, {"where": "here"}, 7),
        ("in", "x", "first", "Int"),
    ]
    (handled,) = [e for e in result.event_list if e.event_type_value == "HANDLED_OUTPUT" and e.step_key == "first"]
    assert handled.event.data["metadata"] == [{"label": "bytes", "description": "", "kind": "int", "value": 3}]
    assert result.result_for_solid("first").materializations_during_compute[0].asset_key == orch.AssetKey("kept")


def test_failing_io_managers_are_named() -> None:
    class Broken(orch.IOManager):
        def handle_output(self, context: Any, obj: Any) -> None:
            if context.step_key == "one":
                raise OSError("disk full")

        def load_input(self, context: Any) -> Any:
            raise OSError("gone")

    @orch.pipeline(
        mode_defs=[
            orch.ModeDefinition(resource_defs={"io_manager": orch.IOManagerDefinition.hardcoded_io_manager(Broken())})
        ]
    )
    def broken() -> None:
        inc(one())
        inc.alias("second")(one.alias("other")())

    result = run(broken)
    first = result.result_for_solid("one").failure_data.failure
    assert first["cls"] == "DagsterExecutionHandleOutputError" and first["cause"]["message"] == "disk full"
    second = result.result_for_solid("second").failure_data.failure
    assert second["cls"] == "DagsterExecutionLoadInputError" and "of step 'other'" in second["message"]


def test_u25_a_teardown_that_hangs_is_left_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_orch.execution.scope.TEARDOWN_SECONDS", 0.1)
    seen: list[str] = []

    @orch.resource
    def hangs(_init_context: Any) -> Any:
        yield 1
        time.sleep(30)

    @orch.solid(required_resource_keys={"hangs", "good"})
    def uses() -> None:
        pass

    began = time.monotonic()
    result = run(piped({"hangs": hangs, "good": traced("good", seen)}, uses))
    assert result.success and time.monotonic() - began < 10
    assert seen == ["open good", "close good"]
    assert any("closing a resource took longer than 0.1 s" in e.message for e in result.event_list if e.is_engine_event)


def test_an_error_raised_by_a_resource_names_it_and_keeps_the_users_error_as_cause() -> None:
    @orch.resource
    def warehouse(_: Any) -> Any:
        raise ValueError("boom")

    @orch.solid(required_resource_keys={"warehouse"})
    def ask(_: Any) -> None: ...

    refused = piped({"warehouse": warehouse}, ask)
    threads = {"execution": {"in_process": {"config": {"max_threads": 2}}}}
    for config in ({}, threads):
        with pytest.raises(orch.DagsterResourceFunctionError, match="resource 'warehouse'.*ValueError: boom") as caught:
            orch.execute_pipeline(refused, config)
        assert isinstance(caught.value.__cause__, ValueError)


def test_an_error_of_an_io_manager_a_logger_or_an_executor_names_it() -> None:
    def fails(_: Any) -> Any:
        raise ValueError("boom")

    def refusal(mode: orch.ModeDefinition, config: dict[str, Any]) -> BaseException:
        @orch.pipeline(mode_defs=[mode])
        def refused() -> None:
            one()

        with pytest.raises(orch.DagsterUserCodeExecutionError) as caught:
            orch.execute_pipeline(refused, config)
        assert isinstance(caught.value.__cause__, ValueError)
        return caught.value

    managed = orch.ModeDefinition(resource_defs={"io_manager": orch.IOManagerDefinition(fails)})
    assert "resource 'io_manager'" in str(refusal(managed, {}))
    logged = orch.ModeDefinition(logger_defs={"mine": orch.LoggerDefinition(fails)})
    assert "logger 'mine'" in str(refusal(logged, {"loggers": {"mine": {}}}))
    executed = orch.ModeDefinition(executor_defs=[orch.ExecutorDefinition("own", executor_creation_fn=fails)])
    assert "executor 'own'" in str(refusal(executed, {"execution": {"own": {}}}))


def test_a_type_loader_and_a_materializer_get_their_resources_though_the_solid_does_not_name_them() -> None:
    @orch.dagster_type_loader(int, required_resource_keys={"offset"})
    def load(context: Any, value: int) -> int:
        return int(context.resources.offset + value)

    seen = []

    @orch.dagster_type_materializer({"name": str}, required_resource_keys={"offset"})
    def write(context: Any, config: Any, value: int) -> Any:
        seen.append((config["name"], value, context.resources.offset))
        return orch.AssetMaterialization(config["name"])

    number = orch.DagsterType(lambda _, v: isinstance(v, int), name="Number", loader=load, materializer=write)

    @orch.solid(input_defs=[orch.InputDefinition("x", number)], output_defs=[orch.OutputDefinition(number)])
    def same(context: Any, x: int) -> int:
        with pytest.raises(orch.DagsterUnknownResourceError):
            context.resources.offset
        return x

    offset = orch.ResourceDefinition.hardcoded_resource(3)
    config = {"solids": {"same": {"inputs": {"x": 4}, "outputs": [{"result": {"name": "seven"}}]}}}
    result = run(piped({"offset": offset}, same), config)
    assert result.success
    assert result.output_for_solid("same") == 7
    assert seen == [("seven", 7, 3)]

    @orch.solid(output_defs=[orch.OutputDefinition(number)])
    def give(_: Any) -> int:
        return 1

    with pytest.raises(orch.DagsterInvalidDefinitionError, match="solid 'give' .* needs the resource 'offset'"):
        piped({}, give)
