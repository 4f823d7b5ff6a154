"""Mistakes; the comment behind each says what the type checker must complain about."""

from jupyter_orch import (
    Field,
    ModeDefinition,
    OutputDefinition,
    PresetDefinition,
    RetryPolicy,
    SolidExecutionContext,
    execute_pipeline,
    pipeline,
    solid,
)


@solid(config_shema={"times": int})  # call-overload
def misspelled() -> int:
    return 1


@solid(tags=["a"])  # call-overload
def tagged() -> int:
    return 1


@solid
def logs(context: SolidExecutionContext) -> None:
    context.logg.info("hello")  # attr-defined


@pipeline
def flow() -> None:
    logs()


RetryPolicy(max_retries="three")  # arg-type
Field(int, descripton="how many")  # call-arg
OutputDefinition(int, is_required="no")  # arg-type
ModeDefinition(resource_defs=["warehouse"])  # arg-type
PresetDefinition(run_config={})  # call-arg
execute_pipeline(flow).sucess  # attr-defined
execute_pipeline(flow, solid_selection="logs")  # arg-type
logs.input_defs.push  # attr-defined
flow.mode_definition = 3  # attr-defined
