"""Tables in and out: own IO managers with config per output, root inputs, per-output managers, asset keys."""

from __future__ import annotations

import json
import os
import pickle

import pytest

from jupyter_orch import (
    AssetKey,
    AssetMaterialization,
    DagsterInstance,
    DagsterInvalidDefinitionError,
    EventMetadataEntry,
    Field,
    InputDefinition,
    Int,
    IOManager,
    ModeDefinition,
    Output,
    OutputDefinition,
    build_init_resource_context,
    build_input_context,
    build_output_context,
    custom_path_fs_io_manager,
    execute_pipeline,
    fs_io_manager,
    io_manager,
    mem_io_manager,
    pipeline,
    reexecute_pipeline,
    root_input_manager,
    solid,
)


class JsonTables(IOManager):
    def __init__(self, base_dir: str) -> None:
        self.base_dir = base_dir

    def _path(self, context) -> str:
        return os.path.join(self.base_dir, *context.metadata.get("schema", "public").split("."), context.name + ".json")

    def handle_output(self, context, obj):
        path = self._path(context)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            json.dump(obj[: context.config.get("limit") or None] if context.config else obj, file)
        yield EventMetadataEntry.int(len(obj), "number of rows")
        yield EventMetadataEntry.text(context.dagster_type.display_name, label="type")
        yield AssetMaterialization(asset_key=AssetKey(["tables", context.name]))

    def load_input(self, context):
        with open(self._path(context.upstream_output)) as file:
            rows = json.load(file)
        columns = (context.metadata or {}).get("columns")
        return [{key: row[key] for key in columns} for row in rows] if columns else rows

    def get_output_asset_key(self, context):
        return AssetKey(["warehouse", context.step_key, context.name])


@io_manager(
    config_schema={"base_dir": str}, output_config_schema={"limit": Field(Int, is_required=False, default_value=0)}
)
def json_tables(init_context):
    return JsonTables(init_context.resource_config["base_dir"])


@root_input_manager(input_config_schema={"rows": Field(int, default_value=3)}, config_schema={"factor": int})
def made_up_rows(context):
    return [{"id": n * context.resource_config["factor"], "name": str(n)} for n in range(context.config["rows"])]


@solid(
    input_defs=[InputDefinition("rows", root_manager_key="made_up")],
    output_defs=[
        OutputDefinition(name="table", io_manager_key="warehouse", metadata={"schema": "raw.things"}),
        OutputDefinition(Int, name="count"),
    ],
)
def ingest(_, rows):
    yield Output(rows, "table")
    yield Output(len(rows), "count")


@solid(input_defs=[InputDefinition("table", metadata={"columns": ["id"]}), InputDefinition("count", Int)])
def check(context, table, count):
    context.log.debug("checking")
    assert all(set(row) == {"id"} for row in table), table
    return len(table), count


@pipeline(
    mode_defs=[
        ModeDefinition(
            "local",
            resource_defs={"warehouse": json_tables, "made_up": made_up_rows, "io_manager": fs_io_manager},
        ),
        ModeDefinition(
            "test",
            resource_defs={
                "warehouse": mem_io_manager,
                "made_up": made_up_rows.configured({"factor": 10}),
            },
        ),
    ]
)
def tables():
    check(*ingest())


def test_values_go_where_their_manager_puts_them(tmp_path) -> None:
    config = {
        "resources": {
            "warehouse": {"config": {"base_dir": str(tmp_path)}},
            "made_up": {"config": {"factor": 2}},
            "io_manager": {"config": {"base_dir": str(tmp_path / "pickles")}},
        },
        "solids": {"ingest": {"inputs": {"rows": {"rows": 4}}, "outputs": {"table": {"limit": 2}}}},
    }
    result = execute_pipeline(tables, run_config=config, mode="local")
    assert result.output_for_solid("check") == (2, 4)
    assert json.loads((tmp_path / "raw" / "things" / "table.json").read_text())[1] == {"id": 2, "name": "1"}
    handled = [e for e in result.event_list if e.event_type_value == "HANDLED_OUTPUT" and e.step_key == "ingest"]
    assert handled[0].event_specific_data.manager_key == "warehouse"
    assert [entry.label for entry in handled[0].event_specific_data.metadata_entries] == ["number of rows", "type"]
    keys = [e.asset_key for e in result.step_event_list if e.event_type_value == "ASSET_MATERIALIZATION"]
    assert keys == [AssetKey(["tables", "table"]), AssetKey(["warehouse", "ingest", "table"])]
    path = tmp_path / "pickles" / result.run_id / "ingest" / "count"
    assert pickle.loads(path.read_bytes()) == 4


def test_the_test_mode_needs_no_folder() -> None:
    with pytest.raises(AssertionError):
        execute_pipeline(tables, mode="test")  # columns are a matter of the JSON manager


def test_a_manager_is_tested_by_hand(tmp_path) -> None:
    manager = json_tables(build_init_resource_context(config={"base_dir": str(tmp_path)}))
    output = build_output_context(
        name="t", step_key="s", metadata={"schema": "a"}, dagster_type=ingest.output_dict["table"].dagster_type
    )
    entries = list(manager.handle_output(output, [{"x": 1, "y": 0}, {"x": 2, "y": 0}]))
    assert entries[0] == EventMetadataEntry.int(2, "number of rows")
    loaded = manager.load_input(build_input_context(upstream_output=output, metadata={"columns": ["x"]}))
    assert loaded == [{"x": 1}, {"x": 2}]


@solid(output_defs=[OutputDefinition(io_manager_key="by_path", metadata={"path": "deep/numbers"})])
def numbers(_):
    return [1, 2, 3]


@solid(output_defs=[OutputDefinition(io_manager_key="by_path", metadata={"path": "sum"})])
def add(_, numbers):
    return sum(numbers)


@pipeline(mode_defs=[ModeDefinition(resource_defs={"by_path": custom_path_fs_io_manager})])
def by_path():
    add(numbers())


def test_paths_may_be_given_by_metadata(tmp_path) -> None:
    config = {"resources": {"by_path": {"config": {"base_dir": str(tmp_path)}}}}
    with DagsterInstance.ephemeral() as instance:
        first = execute_pipeline(by_path, run_config=config, instance=instance)
        assert pickle.loads((tmp_path / "deep" / "numbers").read_bytes()) == [1, 2, 3]
        again = reexecute_pipeline(
            by_path, parent_run_id=first.run_id, run_config=config, step_selection=["add"], instance=instance
        )
        assert again.success and again.output_for_solid("add") == 6
        assert len(first.result_for_solid("add").materializations_during_compute) == 1


def test_a_manager_that_is_not_there_is_named() -> None:
    with pytest.raises(DagsterInvalidDefinitionError, match="by_path"):

        @pipeline
        def lacking():
            add(numbers())
