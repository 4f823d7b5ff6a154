"""A program that a careful author would write; every line of it is right."""

from collections.abc import Iterator
from datetime import datetime
from typing import reveal_type

from jupyter_orch import (
    AssetMaterialization,
    DagsterType,
    DynamicOutput,
    DynamicOutputDefinition,
    EventMetadata,
    Field,
    HookContext,
    InitResourceContext,
    InputContext,
    InputDefinition,
    IOManager,
    ModeDefinition,
    Output,
    OutputContext,
    OutputDefinition,
    PresetDefinition,
    RetryPolicy,
    RunRequest,
    ScheduleEvaluationContext,
    SensorEvaluationContext,
    SolidExecutionContext,
    build_solid_context,
    composite_solid,
    configured,
    daily_schedule,
    execute_pipeline,
    execute_solid,
    failure_hook,
    io_manager,
    pipeline,
    repository,
    resource,
    schedule,
    sensor,
    solid,
    success_hook,
    usable_as_dagster_type,
)

Even = DagsterType(lambda _context, value: isinstance(value, int) and value % 2 == 0, name="Even")


@usable_as_dagster_type
class Apple:
    weight = 3


@usable_as_dagster_type(name="RipePear", description="ready to eat")
class Pear:
    def __init__(self, weight: int) -> None:
        self.weight = weight


weights: int = Apple().weight + Pear(4).weight


@solid
def one(context: SolidExecutionContext) -> int:
    context.log.info("one")
    return 1


@solid(config_schema={"times": Field(int, default_value=2)}, retry_policy=RetryPolicy(max_retries=2))
def repeat(context: SolidExecutionContext, number: int) -> int:
    return number * int(context.solid_config["times"])


@solid(input_defs=[InputDefinition("number", Even)], output_defs=[OutputDefinition(str, "text")])
def tell(context: SolidExecutionContext, number: int) -> Iterator[AssetMaterialization | Output[str]]:
    yield AssetMaterialization("told", metadata={"n": EventMetadata.int(number)})
    yield Output(str(number), "text")


@solid(output_defs=[DynamicOutputDefinition(int)])
def many() -> Iterator[DynamicOutput[int]]:
    yield DynamicOutput(1, mapping_key="a")


@composite_solid
def twice(number: int) -> int:
    result: int = repeat(number)
    return result


thrice = configured(repeat, name="thrice")({"times": 3})


@resource(config_schema={"url": str})
def warehouse(context: InitResourceContext) -> Iterator[str]:
    yield str(context.resource_config["url"])


class Shelf(IOManager):
    def handle_output(self, context: OutputContext, obj: object) -> None:
        context.log.info(context.step_key)

    def load_input(self, context: InputContext) -> object:
        return context.name


@io_manager(config_schema={"folder": str})
def shelf(_context: InitResourceContext) -> Shelf:
    return Shelf()


@success_hook(required_resource_keys={"warehouse"})
def cheer(context: HookContext) -> None:
    context.log.info(context.step_key)


@failure_hook
def sigh(context: HookContext) -> None:
    context.log.error("oh")


@pipeline(
    mode_defs=[ModeDefinition("real", resource_defs={"warehouse": warehouse, "io_manager": shelf})],
    preset_defs=[PresetDefinition("usual", mode="real")],
)
def flow() -> None:
    tell(twice(one()))
    many().map(repeat.alias("mapped"))


@schedule(cron_schedule="0 6 * * *", pipeline_name="flow", execution_timezone="Europe/Berlin")
def early(context: ScheduleEvaluationContext) -> RunRequest:
    return RunRequest(run_key=None, run_config={})


@daily_schedule(pipeline_name="flow", start_date=datetime(2026, 1, 1))
def daily(date: datetime) -> dict[str, object]:
    return {"day": date.isoformat()}


@sensor(pipeline_name="flow")
def watch(context: SensorEvaluationContext) -> Iterator[RunRequest]:
    yield RunRequest(run_key=context.cursor)


@repository
def everything() -> list[object]:
    return [flow, early, daily, watch]


result = execute_pipeline(flow, mode="real", raise_on_error=False)
reveal_type(one)
reveal_type(repeat)
reveal_type(thrice)
reveal_type(twice)
reveal_type(flow)
reveal_type(warehouse)
reveal_type(shelf)
reveal_type(cheer)
reveal_type(sigh)
reveal_type(early)
reveal_type(daily)
reveal_type(watch)
reveal_type(everything)
reveal_type(result)
reveal_type(result.success)
reveal_type(result.result_for_solid("one"))
reveal_type(execute_solid(one).success)
reveal_type(one.alias("other"))
reveal_type(build_solid_context())
reveal_type(Even)
reveal_type(Pear)
reveal_type(Apple)
