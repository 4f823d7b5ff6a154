"""A word count with a development and a production mode, presets from files, and a repository of lazy entries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from jupyter_orch import (
    DagsterInvalidConfigError,
    DagsterInvariantViolationError,
    Field,
    InputDefinition,
    ModeDefinition,
    OutputDefinition,
    PresetDefinition,
    RepositoryData,
    ResourceDefinition,
    String,
    StringSource,
    execute_pipeline,
    file_relative_path,
    make_values_resource,
    pipeline,
    repository,
    resource,
    solid,
    validate_run_config,
)


class Warehouse:
    def __init__(self, url: str) -> None:
        self.url = url
        self.rows: dict[str, int] = {}

    def store(self, rows: dict[str, int]) -> str:
        self.rows.update(rows)
        return f"{self.url}/counts"


@resource(config_schema={"url": StringSource, "timeout": Field(int, default_value=30, is_required=False)})
def warehouse_resource(init_context):
    return Warehouse(init_context.resource_config["url"])


@resource(String)
def prefix_resource(init_context):
    return init_context.resource_config


warehouse_in_memory = ResourceDefinition.hardcoded_resource(Warehouse("memory://"))


@solid(
    config_schema={"text": Field(String, is_required=False, default_value="a b a")},
    output_defs=[OutputDefinition(dagster_type=list, name="words")],
)
def split(context):
    context.log.info("splitting %s characters" % len(context.solid_config["text"]))
    return context.solid_config["text"].split()


@solid(input_defs=[InputDefinition("words", list)], output_defs=[OutputDefinition(dict)])
def count(_, words):
    return {word: words.count(word) for word in words}


@solid(required_resource_keys={"warehouse", "prefix", "globals"})
def store(context, counts: dict) -> str:
    assert context.resources.globals["retries"] == 3
    return context.resources.prefix + context.resources.warehouse.store(counts)


MODES = [
    ModeDefinition(
        name="unittest",
        resource_defs={
            "warehouse": warehouse_in_memory,
            "prefix": ResourceDefinition.string_resource(),
            "globals": make_values_resource(retries=Field(int, default_value=3)),
        },
    ),
    ModeDefinition(
        "prod",
        description="the real one",
        resource_defs={
            "warehouse": warehouse_resource,
            "prefix": prefix_resource.configured("prod:"),
            "globals": make_values_resource(retries=int),
        },
    ),
]


@pipeline(
    mode_defs=MODES,
    preset_defs=[
        PresetDefinition(
            "unittest", run_config={"resources": {"prefix": {"config": "test:"}}}, mode="unittest", tags={"team": "x"}
        ),
        PresetDefinition.from_files(
            "prod",
            mode="prod",
            config_files=[
                file_relative_path(__file__, "config/prod_*.yaml"),
            ],
        ),
    ],
    tags={"owner": "counting"},
    description="Counts words.",
)
def word_count():
    store(count(split()))


def test_the_unittest_preset_runs() -> None:
    result = execute_pipeline(word_count, preset="unittest")
    assert result.success
    assert result.output_for_solid("store") == "test:memory:///counts"
    assert result.result_for_solid("count").output_value() == {"a": 2, "b": 1}
    assert result.result_for_solid("split").output_values == {"words": ["a", "b", "a"]}


def test_files_of_a_preset_are_merged_and_sources_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_URL", "pg://prod")
    preset = word_count.get_preset("prod")
    assert preset.run_config["solids"] == {"split": {"config": {"text": "x y"}}}
    assert yaml.safe_load(preset.get_environment_yaml()) == preset.run_config
    result = execute_pipeline(word_count, preset="prod")
    assert result.output_for_solid("store") == "prod:pg://prod/counts"
    wider = preset.with_additional_config({"solids": {"split": {"config": {"text": "z"}}}})
    result = execute_pipeline(word_count, run_config=wider.run_config, mode="prod")
    assert result.result_for_solid("count").output_value() == {"z": 1}


def test_a_mode_is_wanted_where_there_are_several() -> None:
    with pytest.raises(DagsterInvariantViolationError, match="mode"):
        execute_pipeline(word_count)
    with pytest.raises(DagsterInvalidConfigError) as caught:
        execute_pipeline(word_count, mode="unittest", run_config={"solids": {"splitt": {}}})
    assert len(caught.value.errors) == 2
    assert "splitt" in str(caught.value) and "prefix" in str(caught.value)


def test_a_run_config_is_validated_without_running() -> None:
    assert validate_run_config(word_count, {"resources": {"prefix": {"config": "p"}}}, mode="unittest")
    with pytest.raises(DagsterInvalidConfigError):
        validate_run_config(word_count, {}, mode="unittest")


@repository
def lazy_repository():
    return {"pipelines": {"word_count": lambda: word_count}, "schedules": {}}


class Everything(RepositoryData):
    def get_all_pipelines(self):
        return [word_count]


@repository(description="made by a class")
def data_repository():
    return Everything()


def test_repositories_find_their_pipelines() -> None:
    assert lazy_repository.get_pipeline("word_count").name == "word_count"
    assert lazy_repository.has_pipeline("word_count") and not lazy_repository.has_pipeline("other")
    assert [p.name for p in data_repository.get_all_pipelines()] == ["word_count"]
    assert data_repository.pipeline_names == ["word_count"]


def test_files_stand_beside_the_program() -> None:
    assert os.path.isdir(file_relative_path(__file__, "config"))
    assert Path(file_relative_path(__file__, "config")).parent == Path(__file__).parent
