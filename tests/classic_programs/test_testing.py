"""How people test their solids, resources, hooks and sensors: by hand, alone, within their pipeline, as an iterator."""

from __future__ import annotations

import logging

import pytest

from jupyter_orch import (
    AssetMaterialization,
    DagsterEventType,
    DagsterInstance,
    DagsterInvalidConfigError,
    DagsterInvalidInvocationError,
    DagsterStepOutputNotFoundError,
    DagsterTypeCheckDidNotPass,
    ExpectationResult,
    Field,
    InputDefinition,
    Int,
    ModeDefinition,
    Output,
    OutputDefinition,
    PipelineRunStatus,
    PresetDefinition,
    ResourceDefinition,
    RunRequest,
    SkipReason,
    build_init_logger_context,
    build_init_resource_context,
    build_run_status_sensor_context,
    build_sensor_context,
    build_solid_context,
    colored_console_logger,
    execute_pipeline,
    execute_pipeline_iterator,
    execute_solid,
    execute_solid_within_pipeline,
    execute_solids_within_pipeline,
    get_dagster_logger,
    logger,
    pipeline,
    pipeline_failure_sensor,
    resource,
    run_status_sensor,
    sensor,
    solid,
)


@solid
def basic():
    return 5


@solid
def with_inputs(_, x, y=10):
    return x + y


@solid(config_schema={"factor": Field(int, default_value=1)}, required_resource_keys={"db"})
def full(context, x: int) -> int:
    context.log.info("working")
    return x * context.solid_config["factor"] + context.resources.db


@solid(output_defs=[OutputDefinition(int, "a"), OutputDefinition(int, "b", is_required=False)])
def generator(context):
    yield AssetMaterialization("thing")
    yield ExpectationResult(success=True)
    yield Output(1, "a")


@solid(output_defs=[OutputDefinition(int, "a"), OutputDefinition(int, "b")])
def lazy(_):
    yield Output(1, "a")


@resource(config_schema={"value": int})
def db(init_context):
    yield init_context.resource_config["value"]


@resource(required_resource_keys={"db"})
def on_top(init_context):
    return init_context.resources.db + 1


def test_solids_are_functions() -> None:
    assert basic() == 5
    assert with_inputs(None, 1) == 11
    assert with_inputs(None, x=1, y=2) == 3
    context = build_solid_context(config={"factor": 3}, resources={"db": 100})
    assert full(context, 2) == 106
    with build_solid_context(resources={"db": db.configured({"value": 7})}) as opened:
        assert full(opened, 1) == 8
    assert [type(item).__name__ for item in generator(build_solid_context())] == [
        "AssetMaterialization",
        "ExpectationResult",
        "Output",
    ]
    with pytest.raises(DagsterInvalidInvocationError, match="db"):
        full(build_solid_context(), 1)
    with pytest.raises(DagsterInvalidConfigError):
        full(build_solid_context(config={"factor": "x"}, resources={"db": 1}), 1)
    with pytest.raises(DagsterTypeCheckDidNotPass):
        full(context, "x")
    with pytest.raises(DagsterInvalidInvocationError):
        with_inputs()


def test_resources_and_loggers_are_functions() -> None:
    assert on_top(build_init_resource_context(resources={"db": 4})) == 5
    with pytest.raises(Exception, match="value"):
        db(build_init_resource_context(config={}))
    made = colored_console_logger(build_init_logger_context(logger_config={"name": "x", "log_level": "DEBUG"}))
    assert isinstance(made, logging.Logger)


def test_a_solid_runs_alone() -> None:
    mode = ModeDefinition(resource_defs={"db": ResourceDefinition.hardcoded_resource(10)})
    result = execute_solid(
        full, mode_def=mode, input_values={"x": 2}, run_config={"solids": {"full": {"config": {"factor": 4}}}}
    )
    assert result.success and result.output_value() == 18
    result = execute_solid(generator)
    assert result.output_values == {"a": 1}
    assert len(result.materializations_during_compute) == len(result.expectation_results_during_compute) == 1
    failed = execute_solid(lazy, raise_on_error=False)
    assert not failed.success and failed.failure_data.error.cls_name == "DagsterStepOutputNotFoundError"
    with pytest.raises(DagsterStepOutputNotFoundError):
        execute_solid(lazy)


@pipeline(
    mode_defs=[
        ModeDefinition("a", resource_defs={"db": db}),
        ModeDefinition("b", resource_defs={"db": ResourceDefinition.hardcoded_resource(1)}),
    ],
    preset_defs=[PresetDefinition("seven", {"resources": {"db": {"config": {"value": 7}}}}, mode="a")],
)
def calculation():
    full.alias("last")(full(with_inputs(basic())))


def test_a_solid_runs_within_its_pipeline() -> None:
    config = {"resources": {"db": {"config": {"value": 7}}}}
    result = execute_solid_within_pipeline(calculation, "last", inputs={"x": 3}, mode="a", run_config=config)
    assert result.output_value() == 10
    both = execute_solids_within_pipeline(calculation, {"full", "last"}, {"full": {"x": 1}, "last": {"x": 2}}, mode="b")
    assert {name: r.output_value() for name, r in both.items()} == {"full": 2, "last": 3}
    assert execute_solid_within_pipeline(calculation, "full", {"x": 1}, preset="seven").output_value() == 8


def test_events_come_one_by_one() -> None:
    kinds = [event.event_type for event in execute_pipeline_iterator(calculation, mode="b")]
    assert kinds[0] is DagsterEventType.PIPELINE_START and kinds[-1] is DagsterEventType.PIPELINE_SUCCESS
    assert kinds.count(DagsterEventType.STEP_SUCCESS) == 4


def test_a_part_of_a_pipeline_runs() -> None:
    result = execute_pipeline(calculation, mode="b", solid_selection=["*full"])
    assert result.success and {r.solid.name for r in result.solid_result_list} == {"basic", "with_inputs", "full"}
    instance = DagsterInstance.ephemeral()
    whole = execute_pipeline(calculation, mode="b", instance=instance, tags={"who": "me"})
    run = instance.get_run_by_id(whole.run_id)
    assert run.tags["who"] == "me" and run.status == PipelineRunStatus.SUCCESS and run.is_success
    assert instance.get_runs()[0].run_id == whole.run_id


LINES: list[str] = []


class Keep(logging.Handler):
    def emit(self, record):
        LINES.append(f"{record.levelname} {record.getMessage()}")


@logger(
    {
        "log_level": Field(str, is_required=False, default_value="INFO"),
        "name": Field(str, is_required=False, default_value="dagster"),
    }
)
def keeping_logger(init_context):
    made = logging.getLogger("keeping")
    made.setLevel(init_context.logger_config["log_level"])
    made.handlers = [Keep()]
    made.propagate = False
    return made


def look_up() -> int:
    get_dagster_logger("lookup").debug("deep inside")
    get_dagster_logger().warning("deep %s", "below")
    return 1


@solid
def talks(context):
    context.log.debug("quiet")
    context.log.error("loud")
    try:
        raise ValueError("x")
    except ValueError:
        context.log.exception("caught")
    return look_up()


@pipeline(mode_defs=[ModeDefinition(logger_defs={"keeping": keeping_logger, "console": colored_console_logger})])
def talking():
    talks()


def test_loggers_hear_what_is_said() -> None:
    LINES.clear()
    result = execute_pipeline(talking, {"loggers": {"keeping": {"config": {"log_level": "WARNING"}}}})
    said = [line for line in LINES if "talks" in line]
    assert any(line.startswith("ERROR") and "loud" in line for line in said)
    assert any("ValueError: x" in line for line in said) and not any("quiet" in line for line in said)
    logged = [(e.event.level, e.message, e.step_key) for e in result.event_list if e.event_type_value == "LOG"]
    assert ("DEBUG", "deep inside", "talks") in logged and ("WARNING", "deep below", "talks") in logged


@sensor(pipeline_name="calculation", mode="b")
def one_or_none(context):
    if not context.last_run_key:
        return RunRequest(run_key="first", run_config={})
    return SkipReason("nothing new")


SEEN: list[str] = []


@run_status_sensor(pipeline_run_status=PipelineRunStatus.SUCCESS, pipeline_selection=["calculation"])
def on_success(context):
    SEEN.append(f"{context.pipeline_run.pipeline_name} {context.sensor_name}")


@pipeline_failure_sensor
def on_failure(context):
    SEEN.append(context.failure_event.message)


def test_sensors_are_functions() -> None:
    assert one_or_none(build_sensor_context()).run_key == "first"
    instance = DagsterInstance.ephemeral()
    result = execute_pipeline(calculation, mode="b", instance=instance)
    run = instance.get_run_by_id(result.run_id)
    event = result.event_list[-1]
    context = build_run_status_sensor_context(
        sensor_name="on_success", dagster_run=run, dagster_event=event, dagster_instance=instance
    )
    on_success(context)
    on_failure(context.for_pipeline_failure())
    assert SEEN == ["calculation on_success", event.message]


def test_an_input_may_come_from_config() -> None:
    @solid(input_defs=[InputDefinition("n", Int)])
    def plus(_, n):
        return n + 1

    assert execute_solid(plus, run_config={"solids": {"plus": {"inputs": {"n": 4}}}}).output_value() == 5
    assert execute_solid(plus, run_config={"solids": {"plus": {"inputs": {"n": {"value": 4}}}}}).output_value() == 5
