"""Run config of whole pipelines (case 30, R1-R14)."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

import jupyter_orch as orch
from jupyter_orch.plan.prepare import shape_for
from jupyter_orch.records.messages import ConfigError


@orch.solid(config_schema={"n": int})
def source(context: Any) -> int:
    return int(context.solid_config["n"])


@orch.solid(config_schema={"by": orch.Field(int, default_value=2)})
def times(context: Any, x: int) -> int:
    return int(x * context.solid_config["by"])


@orch.composite_solid
def inside(x: int) -> Any:
    return times(x)


@orch.resource(config_schema={"url": str})
def used(init_context: Any) -> str:
    return str(init_context.resource_config["url"])


@orch.pipeline(mode_defs=[orch.ModeDefinition(resource_defs={"unused": used})])
def nested() -> None:
    inside(source())


def errors_of(document: Any, pipeline: Any = nested, selection: Any = None) -> list[ConfigError]:
    return shape_for(pipeline, None, selection).check(document)[1]


def test_mistakes_at_every_depth_come_together_with_exact_paths() -> None:
    found = errors_of(
        {
            "solids": {
                "source": {"config": {"n": "1"}},
                "inside": {"solids": {"times": {"config": {"by": 1.5, "bye": 1}}}},
            },
            "execution": {"in_process": {}, "multiprocess": {}},
            "bogus": 1,
        }
    )
    assert {(e.kind, e.path) for e in found} == {
        ("UNDEFINED_FIELD", ()),
        ("TYPE_MISMATCH", ("solids", "source", "config", "n")),
        ("TYPE_MISMATCH", ("solids", "inside", "solids", "times", "config", "by")),
        ("UNDEFINED_FIELD", ("solids", "inside", "solids", "times", "config")),
        ("SELECTOR", ("execution",)),
    }


def test_the_sample_of_a_missing_section_validates() -> None:
    (error,) = errors_of({})
    assert error.kind == "MISSING_FIELD"
    assert errors_of(error.sample) == []


@pytest.mark.parametrize("document", [[], "text", 3])
def test_a_document_is_a_dict(document: Any) -> None:
    assert errors_of(document)[0].kind == "TYPE_MISMATCH"


def test_config_of_unselected_solids_and_unused_resources_is_accepted_and_ignored() -> None:
    document = {
        "solids": {"source": {"config": {"n": 1}}, "inside": {"what": "ever"}},
        "resources": {"unused": {"config": {}}},
    }
    assert errors_of(document, selection=["source"]) == []
    assert orch.execute_pipeline(nested, document, solid_selection=["source"]).success


def test_documents_that_are_too_large_are_refused_before_anything_else() -> None:
    deep: Any = 1
    for _ in range(70):
        deep = {"a": deep}
    for document in (deep, {"a": list(range(100_001))}, {"a": "x" * 1_100_000}):
        (error,) = errors_of(document)
        assert error.message.startswith("CONFIG_TOO_LARGE")


@pytest.mark.parametrize("key", ["a\0b", "\ud800", "a\nb"])
def test_keys_with_control_characters_are_refused(key: str) -> None:
    assert errors_of({"solids": {key: 1}})[0].kind == "VALUE"


def test_huge_integers_and_nan_are_refused_with_their_path() -> None:
    found = errors_of(
        {"solids": {"source": {"config": {"n": 10**1300}}}, "resources": {"unused": {"config": {"url": float("nan")}}}}
    )
    assert {e.path for e in found} == {("solids", "source", "config", "n"), ("resources", "unused", "config", "url")}


def test_at_most_fifty_mistakes_are_raised() -> None:
    with pytest.raises(orch.DagsterInvalidConfigError) as raised:
        orch.execute_pipeline(nested, {f"k{index}": 1 for index in range(80)})
    assert len(raised.value.errors) == 50


def test_the_scaffold_and_the_schema_agree() -> None:
    root = shape_for(nested, None).root
    scaffold = root.scaffold()
    assert scaffold == {"solids": {"source": {"config": {"n": 0}}}}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **root.json_schema()}
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(scaffold)
    assert errors_of(scaffold) == []


def test_a_composite_may_map_its_config_and_errors_of_the_mapping_are_placed() -> None:
    @orch.composite_solid(
        config_schema={"factor": int}, config_fn=lambda config: {"times": {"config": {"by": config["factor"]}}}
    )
    def mapped(x: int) -> Any:
        return times(x)

    @orch.composite_solid(config_schema={"factor": int}, config_fn=lambda config: {"times": {"config": {"by": "no"}}})
    def wrong(x: int) -> Any:
        return times(x)

    @orch.pipeline
    def good() -> None:
        mapped(source())

    @orch.pipeline
    def bad() -> None:
        wrong(source())

    document = {"solids": {"source": {"config": {"n": 2}}, "mapped": {"config": {"factor": 5}}}}
    assert orch.execute_pipeline(good, document).output_for_solid("mapped.times") == 10
    (error,) = errors_of({"solids": {"source": {"config": {"n": 2}}, "wrong": {"config": {"factor": 5}}}}, bad)
    assert "config function of composite 'wrong'" in error.message


def test_ops_is_another_name_of_solids() -> None:
    assert errors_of({"ops": {"source": {"config": {"n": 1}}}}) == []


def test_validate_run_config_fills_in_defaults() -> None:
    resolved = orch.validate_run_config(nested, {"solids": {"source": {"config": {"n": 1}}}})
    assert resolved["solids"]["inside"]["solids"]["times"]["config"] == {"by": 2}
    assert list(resolved["execution"]) == ["in_process"]


def test_unknown_modes_and_presets_name_the_known() -> None:
    with pytest.raises(orch.DagsterInvariantViolationError, match="no mode 'defualt'.*'default'"):
        orch.execute_pipeline(nested, mode="defualt")
    with pytest.raises(orch.DagsterInvariantViolationError, match="no preset 'x'"):
        orch.execute_pipeline(nested, preset="x")


def test_presets_bring_config_mode_selection_and_tags(tmp_path: Any) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.json"
    first.write_text("solids: {source: {config: {n: 1}}}")
    second.write_text('{"solids": {"inside": {"solids": {"times": {"config": {"by": 7}}}}}}')
    preset = orch.PresetDefinition.from_files("both", [str(first), str(second)], tags={"a": "b"})

    @orch.pipeline(
        preset_defs=[
            preset,
            preset.with_additional_config({"solids": {"source": {"config": {"n": 1}}}}).__class__(
                "only", preset.run_config, ["source"]
            ),
        ]
    )
    def with_presets() -> None:
        inside(source())

    assert orch.execute_pipeline(with_presets, preset="both").output_for_solid("inside.times") == 7
    assert orch.execute_pipeline(with_presets, preset="only").output_for_solid("source") == 1
    with pytest.raises(orch.DagsterInvariantViolationError, match="brings its own run_config"):
        orch.execute_pipeline(with_presets, {"solids": {}, "x": 1}, preset="both")
