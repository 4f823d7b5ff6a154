"""The later words, op, graph and job, beside assets that outputs are, with lineage and partitions; async ops; pandas."""

from __future__ import annotations

import asyncio
from typing import Dict, List, Optional, Tuple, Union

import pandas as pd
import pytest

from jupyter_orch import (
    AssetKey,
    AssetMaterialization,
    AssetObservation,
    DagsterInstance,
    DagsterTypeCheckDidNotPass,
    DynamicOut,
    DynamicOutput,
    EventMetadata,
    Field,
    GraphOut,
    In,
    InputDefinition,
    IOManager,
    ModeDefinition,
    Nothing,
    Out,
    Output,
    OutputDefinition,
    RetryPolicy,
    RunRequest,
    ScheduleDefinition,
    SourceHashVersionStrategy,
    MEMOIZED_RUN_TAG,
    build_op_context,
    build_schedule_from_partitioned_job,
    config_mapping,
    daily_partitioned_config,
    dynamic_partitioned_config,
    execute_pipeline,
    graph,
    in_process_executor,
    io_manager,
    job,
    multiprocess_executor,
    op,
    pipeline,
    reconstructable,
    repository,
    resource,
    schedule,
    sensor,
    solid,
    static_partitioned_config,
    success_hook,
    versioned_filesystem_io_manager,
)


@op(out={"a": Out(int), "b": Out(str, is_required=False)}, tags={"kind": "test"})
def two_outs():
    yield Output(1, output_name="a")


@op(ins={"x": In(int, description="a number")}, out=Out(int), retry_policy=RetryPolicy(max_retries=1))
def plus_one(x):
    return x + 1


@op(config_schema={"name": str}, required_resource_keys={"greeter"})
def greet(context, n: int) -> str:
    return context.resources.greeter(context.op_config["name"]) * n


@op(out=DynamicOut(int))
def spread() -> List[DynamicOutput[int]]:
    return [DynamicOutput(n, mapping_key=str(n)) for n in range(3)]


@op
def merge(xs: List[int]) -> int:
    return sum(xs)


@resource(config_schema={"word": Field(str, default_value="Hi")})
def greeter(init_context):
    return lambda name: f"{init_context.resource_config['word']} {name} "


@graph(out=GraphOut())
def inner(x):
    return plus_one(plus_one(x))


@graph
def all_of_it():
    a, _b = two_outs()
    greet(inner(a))
    merge(spread().map(plus_one).collect())


CONFIG = {"ops": {"greet": {"config": {"name": "Ann"}}}}
simple_job = all_of_it.to_job(
    resource_defs={"greeter": greeter},
    config=CONFIG,
    executor_def=in_process_executor,
    name="simple_job",
    tags={"x": "y"},
)


@config_mapping(config_schema={"who": str})
def only_who(config):
    return {"ops": {"greet": {"config": {"name": config["who"]}}}}


mapped_job = all_of_it.to_job(name="mapped_job", resource_defs={"greeter": greeter}, config=only_who)


@job(resource_defs={"greeter": greeter})
def decorated_job():
    greet(plus_one.alias("begin")(two_outs()[0]))


def test_jobs_run_themselves() -> None:
    result = simple_job.execute_in_process()
    assert result.success
    assert result.output_for_node("greet") == "Hi Ann " * 3
    assert result.output_for_node("merge") == 6
    assert result.output_for_node("inner.plus_one") == 2
    assert mapped_job.execute_in_process(run_config={"who": "Bob"}).output_for_node("greet") == "Hi Bob " * 3
    assert decorated_job.execute_in_process(run_config=CONFIG).success
    assert (
        all_of_it.execute_in_process(run_config=CONFIG, resources={"greeter": lambda name: name}).output_for_node(
            "greet"
        )
        == "AnnAnnAnn"
    )
    assert greet(build_op_context(config={"name": "x"}, resources={"greeter": str}), 2) == "xx"


@static_partitioned_config(partition_keys=["de", "at"])
def by_country(partition_key: str):
    return {"ops": {"greet": {"config": {"name": partition_key}}}}


@daily_partitioned_config(start_date="2021-01-01", minute_offset=15)
def by_day(start, _end):
    return {"ops": {"greet": {"config": {"name": start.strftime("%Y-%m-%d")}}}}


@dynamic_partitioned_config(partition_fn=lambda _now=None: ["x", "y"])
def by_anything(key):
    return {"ops": {"greet": {"config": {"name": key}}}}


country_job = all_of_it.to_job("country_job", config=by_country, resource_defs={"greeter": greeter})
day_job = all_of_it.to_job("day_job", config=by_day, resource_defs={"greeter": greeter})
any_job = all_of_it.to_job("any_job", config=by_anything, resource_defs={"greeter": greeter})


@schedule(cron_schedule="@daily", job=country_job)
def for_every_country(context):
    for key in by_country.get_partition_keys():
        yield RunRequest(
            run_key=key, run_config=by_country.get_run_config_for_partition_key(key), tags={"country": key}
        )


@sensor(job=simple_job)
def always(_context):
    return RunRequest(run_key=None, run_config=CONFIG)


@repository
def later_words():
    return [
        simple_job,
        country_job,
        day_job,
        any_job,
        for_every_country,
        always,
        build_schedule_from_partitioned_job(day_job),
        ScheduleDefinition(job=simple_job, cron_schedule="0 0 * * *"),
    ]


def test_partitioned_jobs() -> None:
    assert country_job.execute_in_process(partition_key="at").output_for_node("greet") == "Hi at " * 3
    assert by_day.get_partition_keys()[0] == "2021-01-01"
    assert day_job.execute_in_process(partition_key="2021-01-02").output_for_node("greet").startswith("Hi 2021-01-02")
    assert by_anything.get_partition_keys() == ["x", "y"]
    assert len(for_every_country.evaluate_tick(None).run_requests) == 2
    assert {s.name for s in later_words.schedule_defs} == {
        "for_every_country",
        "day_job_schedule",
        "simple_job_schedule",
    }
    assert later_words.get_schedule_def("day_job_schedule").cron_schedule == "15 0 * * *"
    assert later_words.get_job("day_job") is day_job


class Stored(IOManager):
    values: dict = {}

    def handle_output(self, context, obj):
        self.values[context.asset_key] = obj

    def load_input(self, context):
        return self.values[context.upstream_output.asset_key]


@io_manager
def stored():
    return Stored()


@solid(
    output_defs=[
        OutputDefinition(asset_key=AssetKey("raw"), asset_partitions={"2020", "2021"}, io_manager_key="stored")
    ]
)
def make_raw(context):
    return Output([1, 2], metadata={"rows": 2})


@solid(
    output_defs=[
        OutputDefinition(asset_key=AssetKey(["tables", "clean"]), io_manager_key="stored", metadata={"a": "b"})
    ]
)
def make_clean(context, raw):
    context.log_event(AssetObservation("raw", metadata={"seen": len(raw)}))
    yield AssetMaterialization(
        asset_key=["side", "effect"], metadata={"url": EventMetadata.url("https://example.org")}, tags={"t": "1"}
    )
    yield Output(sum(raw), metadata={"sum": EventMetadata.float(3.0)})


@pipeline(mode_defs=[ModeDefinition(resource_defs={"stored": stored})])
def assets():
    make_clean(make_raw())


def test_outputs_are_assets_with_lineage() -> None:
    instance = DagsterInstance.ephemeral()
    result = execute_pipeline(assets, instance=instance)
    assert set(instance.all_asset_keys()) == {
        AssetKey("raw"),
        AssetKey(["tables", "clean"]),
        AssetKey(["side", "effect"]),
    }
    assert [e.partition for e in result.event_list if e.is_step_materialization and e.asset_key == AssetKey("raw")] == [
        "2020",
        "2021",
    ]
    (clean,) = (
        e for e in result.event_list if e.is_step_materialization and e.asset_key == AssetKey(["tables", "clean"])
    )
    assert clean.step_materialization_data.asset_lineage == [AssetKey("raw")]
    assert clean.step_materialization_data.materialization.metadata_entries[0].entry_data.value == 3.0
    (seen,) = (e for e in result.event_list if e.is_asset_observation)
    assert seen.asset_observation_data.asset_observation.asset_key == AssetKey("raw")


@solid
async def fetch(_, n: int = 2) -> int:
    await asyncio.sleep(0)
    return n


@solid
def frame(_, n: int) -> pd.DataFrame:
    return pd.DataFrame({"n": range(n)})


@solid
def typed(
    _, frame: pd.DataFrame, maybe: Optional[int] = None, mixed: Union[int, str] = "x", pair: Tuple[int, str] = (1, "a")
) -> Dict[str, int]:
    return {"rows": len(frame), "pair": pair[0], "maybe": maybe or 0}


@pipeline
def frames():
    typed(frame(fetch()))


def test_async_frames_and_typing() -> None:
    result = execute_pipeline(frames)
    assert result.output_for_solid("typed") == {"rows": 2, "pair": 1, "maybe": 0}
    bad = {"solids": {"fetch": {"inputs": {"n": 3}}, "typed": {"inputs": {"maybe": 4}}}}
    assert execute_pipeline(frames, bad).output_for_solid("typed") == {"rows": 3, "pair": 1, "maybe": 4}

    @pipeline
    def wrong():
        typed(fetch())

    with pytest.raises(DagsterTypeCheckDidNotPass, match="frame"):
        execute_pipeline(wrong)


COUNTS: Dict[str, int] = {}


@solid(version="1")
def expensive(_):
    COUNTS["expensive"] = COUNTS.get("expensive", 0) + 1
    return 1


@solid(version="2", config_schema={"by": Field(int, default_value=1)})
def derived(context, x):
    COUNTS["derived"] = COUNTS.get("derived", 0) + 1
    return x + context.solid_config["by"]


@pipeline(
    mode_defs=[ModeDefinition(resource_defs={"io_manager": versioned_filesystem_io_manager})],
    tags={MEMOIZED_RUN_TAG: "true"},
)
def memoized():
    derived(expensive())


@op
def one_more():
    return 1


@job(
    version_strategy=SourceHashVersionStrategy(),
    resource_defs={"io_manager": versioned_filesystem_io_manager},
    tags={MEMOIZED_RUN_TAG: "true"},
)
def by_source():
    plus_one(one_more())


def test_only_what_changed_runs(tmp_path) -> None:
    base = {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path)}}}}
    for _ in range(2):
        assert execute_pipeline(memoized, base).success
    execute_pipeline(memoized, {**base, "solids": {"derived": {"config": {"by": 2}}}})
    assert COUNTS == {"expensive": 1, "derived": 2}
    instance = DagsterInstance.ephemeral()
    first = execute_pipeline(by_source, base, instance=instance)
    second = execute_pipeline(by_source, base, instance=instance)
    assert {e.step_key for e in first.event_list if e.is_step_success} == {"one_more", "plus_one"}
    assert [e for e in second.event_list if e.is_step_success] == []


RUNG: List[str] = []


@success_hook
def ring(context):
    RUNG.append(context.op.name)


@job(hooks={ring}, executor_def=multiprocess_executor)
def everywhere():
    plus_one(two_outs()[0])


@solid(input_defs=[InputDefinition("after", Nothing)])
def last(_):
    return 1


def test_steps_in_processes_of_their_own() -> None:
    with DagsterInstance.local_temp() as instance:
        result = execute_pipeline(reconstructable(everywhere), instance=instance)
        assert result.success and result.output_for_solid("plus_one") == 2
    assert RUNG == []  # the hooks ran where the steps ran
