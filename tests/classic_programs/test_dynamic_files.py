"""Work on each file of a folder, and on all of them together; retries, hooks and a failure that is looked at."""

from __future__ import annotations

import os

import pytest

from jupyter_orch import (
    Backoff,
    DagsterInstance,
    DynamicOutput,
    DynamicOutputDefinition,
    EventMetadataEntry,
    Failure,
    Field,
    HookContext,
    InputDefinition,
    Int,
    Jitter,
    List,
    ModeDefinition,
    ResourceDefinition,
    RetryPolicy,
    RetryRequested,
    String,
    build_hook_context,
    build_solid_context,
    composite_solid,
    execute_pipeline,
    execute_pipeline_iterator,
    failure_hook,
    file_relative_path,
    fs_io_manager,
    pipeline,
    reexecute_pipeline,
    resource,
    solid,
    success_hook,
)

MESSAGES: list[str] = []


class Slack:
    class chat:
        @staticmethod
        def post_message(text: str) -> None:
            MESSAGES.append(text)


@resource
def slack_resource(_):
    return Slack()


@success_hook(required_resource_keys={"slack"})
def slack_message_on_success(context: HookContext):
    context.resources.slack.chat.post_message(f"Solid {context.solid.name} finished successfully")


@failure_hook(required_resource_keys={"slack"})
def slack_message_on_failure(context):
    exc: BaseException = context.solid_exception
    context.resources.slack.chat.post_message(f"{context.solid.name}: {type(exc).__name__} {exc.args}")


def slack_on(channel):
    @failure_hook(name=f"to_{channel}", required_resource_keys={"slack"})
    def inner(context):
        context.resources.slack.chat.post_message(channel)

    return inner


@solid(
    config_schema={"path": Field(String, default_value=file_relative_path(__file__, "config"))},
    output_defs=[DynamicOutputDefinition(str, "files")],
)
def list_files(context):
    for name in sorted(os.listdir(context.solid_config["path"])):
        yield DynamicOutput(
            os.path.join(context.solid_config["path"], name), mapping_key=name.split(".")[0], output_name="files"
        )


@solid(config_schema=Field(str, is_required=False, default_value=""))
def size(context, path: str) -> int:
    if context.solid_config and context.solid_config in path and context.retry_number < 1:
        raise RetryRequested(max_retries=1, seconds_to_wait=0)
    assert context.get_mapping_key() in ("prod_resources", "prod_solids")
    return os.path.getsize(path)


@solid
def halve(_, number: int) -> int:
    return number // 2


@composite_solid(input_defs=[InputDefinition("path", str)])
def half_size(path):
    return halve(size(path))


@solid(input_defs=[InputDefinition("sizes", List[Int])])
def summarize(context, sizes):
    if not sizes:
        raise Failure("no files", metadata_entries=[EventMetadataEntry.int(0, "files")])
    return sum(sizes)


@pipeline(
    mode_defs=[
        ModeDefinition("dev", resource_defs={"slack": ResourceDefinition.mock_resource(), "io_manager": fs_io_manager}),
        ModeDefinition("prod", resource_defs={"slack": slack_resource}),
    ],
    hook_defs={slack_message_on_failure},
)
def sizes():
    results = list_files().map(lambda path: half_size(path))
    summarize.with_hooks({slack_message_on_success, slack_on("alarm")})(results.collect())


def test_each_file_is_a_step_of_its_own() -> None:
    MESSAGES.clear()
    result = execute_pipeline(sizes, mode="prod")
    values = result.result_for_solid("half_size").result_for_solid("halve").output_value()
    assert set(values) == {"prod_resources", "prod_solids"}
    assert result.output_for_solid("summarize") == sum(values.values())
    assert MESSAGES == ["Solid summarize finished successfully"]
    assert "half_size.size[prod_solids]" in result.events_by_step_key


def test_an_empty_folder_is_a_failure_that_says_so(tmp_path) -> None:
    MESSAGES.clear()
    (tmp_path / "empty").mkdir()
    config = {"solids": {"list_files": {"config": {"path": str(tmp_path / "empty")}}}}
    result = execute_pipeline(sizes, config, mode="prod", raise_on_error=False)
    assert not result.success
    data = result.result_for_solid("summarize").failure_data
    assert data.user_failure_data.description == "no files"
    assert data.user_failure_data.metadata_entries[0].label == "files"
    assert data.error.cls_name == "Failure" and "no files" in data.error.message
    assert sorted(MESSAGES) == ["alarm", "summarize: Failure ('no files',)"]
    with pytest.raises(Failure, match="no files"):
        execute_pipeline(sizes, config, mode="prod")


def test_one_mapped_step_is_tried_again_and_can_be_run_again() -> None:
    config = {"solids": {"half_size": {"solids": {"size": {"config": "prod_solids"}}}}}
    instance = DagsterInstance.ephemeral()
    result = execute_pipeline(sizes, config, mode="dev", instance=instance)
    assert result.success
    retried = [e.step_key for e in execute_pipeline_iterator(sizes, config, mode="dev") if e.is_step_up_for_retry]
    assert retried == ["half_size.size[prod_solids]"]
    again = reexecute_pipeline(
        sizes,
        parent_run_id=result.run_id,
        mode="dev",
        run_config=config,
        step_selection=["half_size.halve[prod_solids]*"],
        instance=instance,
    )
    assert {e.step_key for e in again.event_list if e.is_step_success} == {"half_size.halve[prod_solids]", "summarize"}


@solid(retry_policy=RetryPolicy(max_retries=2, delay=0.001, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS))
def unreliable(context):
    if context.retry_number < 2:
        raise ConnectionError(context.retry_number)
    return context.retry_number


@pipeline(solid_retry_policy=RetryPolicy())
def trying():
    unreliable()
    unreliable.with_retry_policy(RetryPolicy(max_retries=0)).alias("at_once")()


def test_policies_count() -> None:
    result = execute_pipeline(trying, raise_on_error=False)
    assert result.result_for_solid("unreliable").retry_attempts == 2
    assert result.result_for_solid("unreliable").output_value() == 2
    assert result.result_for_solid("at_once").failure_data.error.cls_name == "ConnectionError"


def test_hooks_and_solids_are_called_by_hand() -> None:
    MESSAGES.clear()
    context = build_hook_context(resources={"slack": Slack()}, solid=summarize)
    slack_message_on_success(context)
    assert MESSAGES == ["Solid summarize finished successfully"]
    assert halve(None, 4) == 2
    assert size(build_solid_context(config="", mapping_key="prod_solids"), __file__) > 1000
    assert summarize(build_solid_context(), [1, 2]) == 3
