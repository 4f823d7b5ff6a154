"""The cereal story: CSV in, sorted rows out, with types, checks, expectations, materializations and a loader."""

from __future__ import annotations

import csv
import os

import pytest

from jupyter_orch import (
    AssetKey,
    AssetMaterialization,
    Bool,
    DagsterType,
    DagsterTypeCheckDidNotPass,
    EventMetadata,
    EventMetadataEntry,
    ExpectationResult,
    Field,
    InputDefinition,
    Int,
    List,
    Nothing,
    Optional,
    Output,
    OutputDefinition,
    Permissive,
    PythonObjectDagsterType,
    Selector,
    String,
    TypeCheck,
    check_dagster_type,
    composite_solid,
    dagster_type_loader,
    dagster_type_materializer,
    execute_pipeline,
    execute_solid,
    make_python_type_usable_as_dagster_type,
    pipeline,
    solid,
    usable_as_dagster_type,
)

ROWS = "name,mfr,calories\nAll-Bran,K,70\nCheerios,G,110\nMaypo,A,100\n"


@dagster_type_loader(Selector({"csv": {"path": str}, "rows": [Permissive()]}), required_resource_keys=set())
def less_simple_loader(context, config):
    kind, value = list(config.items())[0]
    if kind == "rows":
        return value
    with open(value["path"]) as file:
        return list(csv.DictReader(file))


@dagster_type_materializer({"path": Field(String)})
def less_simple_materializer(context, config, value):
    with open(config["path"], "w") as file:
        writer = csv.DictWriter(file, fieldnames=list(value[0]))
        writer.writeheader()
        writer.writerows(value)
    yield AssetMaterialization(
        asset_key="sorted_cereals", metadata_entries=[EventMetadataEntry.path(config["path"], "where")]
    )


def is_data_frame(_, value):
    if not isinstance(value, list):
        return TypeCheck(success=False, description=f"not a list but {type(value)}")
    if not all(isinstance(row, dict) for row in value):
        return TypeCheck(False, "rows must be dicts")
    return TypeCheck(
        success=True,
        description="a data frame",
        metadata_entries=[
            EventMetadataEntry.text(str(len(value)), "n_rows", "Number of rows seen"),
            EventMetadataEntry.text(str(list(value[0].keys()) if value else []), "column_names", "Keys of columns"),
        ],
    )


SimpleDataFrame = DagsterType(
    name="SimpleDataFrame",
    type_check_fn=is_data_frame,
    description="A naive representation of a data frame, e.g., as returned by csv.DictReader.",
    loader=less_simple_loader,
    materializer=less_simple_materializer,
)


@solid(
    config_schema={"delimiter": Field(String, default_value=",", is_required=False)},
    input_defs=[InputDefinition("csv_path", String)],
    output_defs=[OutputDefinition(SimpleDataFrame)],
)
def read_csv(context, csv_path):
    with open(csv_path) as fd:
        lines = [row for row in csv.DictReader(fd, delimiter=context.solid_config["delimiter"])]
    context.log.info(f"Read {len(lines)} lines")
    yield ExpectationResult(
        success=len(lines) > 0, label="has_rows", description="The file has rows", metadata_entries=[]
    )
    yield Output(lines)


@solid(
    input_defs=[InputDefinition("cereals", SimpleDataFrame)],
    output_defs=[
        OutputDefinition(SimpleDataFrame, name="hot", is_required=False),
        OutputDefinition(SimpleDataFrame, name="cold", is_required=False),
    ],
    config_schema={"process_hot": Field(Bool, is_required=False, default_value=True), "process_cold": Bool},
)
def split_cereals(context, cereals):
    if context.solid_config["process_hot"]:
        yield Output([c for c in cereals if c["mfr"] == "A"], "hot")
    if context.solid_config["process_cold"]:
        yield Output([c for c in cereals if c["mfr"] != "A"], "cold")


@solid(input_defs=[InputDefinition("cereals", SimpleDataFrame)], output_defs=[OutputDefinition(SimpleDataFrame)])
def sort_by_calories(context, cereals):
    rows = sorted(cereals, key=lambda cereal: int(cereal["calories"]))
    yield AssetMaterialization(
        asset_key=AssetKey(["cereals", context.solid.name]),
        description="Cereals sorted by calories",
        metadata={"rows": len(rows), "first": EventMetadata.json(rows[:1]), "doc": EventMetadata.md("**x**")},
    )
    yield Output(rows, metadata={"rows": len(rows)})


@solid(input_defs=[InputDefinition("start", Nothing)])
def announce(context):
    context.log.warn("done")


@composite_solid(
    config_fn=lambda cfg: {"split_cereals": {"config": {"process_cold": cfg["cold"], "process_hot": True}}},
    config_schema={"cold": Field(bool, default_value=True)},
    input_defs=[InputDefinition("rows", SimpleDataFrame)],
    output_defs=[OutputDefinition(SimpleDataFrame, "hot"), OutputDefinition(SimpleDataFrame, "cold")],
)
def split_and_sort(rows):
    hot, cold = split_cereals(cereals=rows)
    return {
        "hot": sort_by_calories.alias("sort_hot")(hot),
        "cold": sort_by_calories.alias("sort_cold")(cold),
    }


@pipeline
def cereal_pipeline():
    hot, cold = split_and_sort(read_csv())
    announce([hot, cold])


@pytest.fixture
def path(tmp_path):
    written = tmp_path / "cereal.csv"
    written.write_text(ROWS)
    return str(written)


def config(path, **more):
    return {
        "solids": {
            "read_csv": {"inputs": {"csv_path": {"value": path}}},
            "split_and_sort": {"config": {}},
            **more,
        }
    }


def test_the_whole_story(path, tmp_path) -> None:
    out = str(tmp_path / "out.csv")
    result = execute_pipeline(
        cereal_pipeline,
        {
            "solids": {
                "read_csv": {"inputs": {"csv_path": {"value": path}}, "outputs": [{"result": {"path": out}}]},
                "split_and_sort": {"config": {"cold": True}},
            }
        },
    )
    assert result.success
    inner = result.result_for_solid("split_and_sort").result_for_solid("sort_cold")
    assert [row["name"] for row in inner.output_value()] == ["All-Bran", "Cheerios"]
    assert result.output_for_solid("split_and_sort", "hot")[0]["name"] == "Maypo"
    (materialization,) = inner.materializations_during_compute
    assert materialization.asset_key == AssetKey(["cereals", "sort_cold"])
    assert materialization.metadata_entries[0].label == "rows"
    assert materialization.metadata_entries[0].entry_data.value == 2
    (expectation,) = result.result_for_solid("read_csv").expectation_results_during_compute
    assert expectation.success and expectation.label == "has_rows"
    assert os.path.exists(out)


def test_type_checks_stand_in_the_events(path) -> None:
    result = execute_pipeline(cereal_pipeline, config(path))
    (event,) = result.result_for_solid("read_csv").output_events_during_compute
    check = event.step_output_data.type_check_data
    assert check.success and check.metadata_entries[0].label == "n_rows"
    assert check.metadata_entries[0].entry_data.text == "3"


def test_what_stays_out_is_skipped(path) -> None:
    result = execute_pipeline(cereal_pipeline, config(path, split_and_sort={"config": {"cold": False}}))
    assert result.success
    assert result.result_for_solid("split_and_sort").result_for_solid("sort_cold").skipped
    assert result.result_for_solid("announce").success


def test_rows_may_be_written_into_the_run_config() -> None:
    result = execute_solid(
        sort_by_calories,
        run_config={
            "solids": {"sort_by_calories": {"inputs": {"cereals": {"rows": [{"name": "x", "calories": "1"}]}}}}
        },
    )
    assert result.output_value() == [{"name": "x", "calories": "1"}]
    result = execute_solid(sort_by_calories, input_values={"cereals": [{"calories": "2"}, {"calories": "1"}]})
    assert result.output_value()[0] == {"calories": "1"}


def test_a_bad_frame_fails_the_check() -> None:
    assert not check_dagster_type(SimpleDataFrame, "no").success
    assert check_dagster_type(Optional[Int], None).success
    assert not check_dagster_type(List[Int], ["1"]).success
    with pytest.raises(DagsterTypeCheckDidNotPass, match="rows must be dicts"):
        execute_solid(sort_by_calories, input_values={"cereals": [1]})


@usable_as_dagster_type
class Even:
    def __init__(self, number: int) -> None:
        self.number = number


@usable_as_dagster_type(name="OddNumber", description="odd")
class Odd:
    pass


class Plain:
    pass


DagsterPlain = PythonObjectDagsterType(Plain, name="DagsterPlain")
make_python_type_usable_as_dagster_type(python_type=Plain, dagster_type=DagsterPlain)


@solid
def make_even(_) -> Even:
    return Even(4)


@solid
def take_even(_, even: Even) -> Plain:
    assert isinstance(even, Even)
    return Plain()


@solid(input_defs=[InputDefinition("plain", DagsterPlain)], output_defs=[OutputDefinition(Odd)])
def wrong(_, plain):
    return plain


@pipeline
def own_types():
    wrong(take_even(make_even()))


def test_own_classes_are_types() -> None:
    with pytest.raises(DagsterTypeCheckDidNotPass, match="OddNumber"):
        execute_pipeline(own_types)
    assert take_even.output_defs[0].dagster_type.unique_name == "DagsterPlain"
    assert make_even.output_defs[0].dagster_type.unique_name == "Even"
