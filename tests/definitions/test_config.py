"""Config types: every mistake at once, each with its place (case 30)."""

from __future__ import annotations

import enum
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jupyter_orch as orch
from jupyter_orch.definitions.config import checked, config_type
from jupyter_orch.definitions.config_scalars import ConfigType
from jupyter_orch.records.messages import ConfigError


def mistakes(schema: Any, value: Any) -> list[ConfigError]:
    errors: list[ConfigError] = []
    config_type(schema).check(value, (), errors)
    return errors


def test_all_mistakes_are_found_together_each_with_kind_path_and_value() -> None:
    schema = {"a": int, "deep": {"b": [str], "c": orch.Noneable(float)}, "missing_one": str, "missing_two": bool}
    found = mistakes(schema, {"a": "1", "deep": {"b": ["x", 2], "c": "y", "extra": 1}, "unknown": 0})
    places = {(error.kind, error.path) for error in found}
    assert places == {
        ("TYPE_MISMATCH", ("a",)),
        ("TYPE_MISMATCH", ("deep", "b", 1)),
        ("TYPE_MISMATCH", ("deep", "c")),
        ("UNDEFINED_FIELD", ("deep",)),
        ("UNDEFINED_FIELD", ()),
        ("MISSING_FIELD", ()),
    }
    assert sorted(error.value for error in found if error.kind == "MISSING_FIELD") == ["missing_one", "missing_two"]


def test_a_missing_field_brings_a_sample_that_validates() -> None:
    schema = {"need": {"host": str, "port": int, "tags": [str], "opt": orch.Field(int, default_value=3)}}
    (error,) = mistakes(schema, {})
    assert mistakes(schema, error.sample) == []


@pytest.mark.parametrize("value", [{"a": 1, "b": {}}, {}, None])
def test_a_selector_takes_exactly_one_key(value: Any) -> None:
    (error,) = mistakes(orch.Selector({"a": int, "b": {"x": str}}), value)
    assert error.kind == "SELECTOR"
    assert mistakes(orch.Selector({"a": int, "b": {"x": str}}), error.sample) == []


def test_a_selector_with_one_field_without_need_may_stay_empty() -> None:
    assert checked(orch.Selector({"only": orch.Field(int, default_value=4)}), {}, "x") == {"only": 4}


def test_a_wrong_enum_word_names_the_near_one() -> None:
    (error,) = mistakes(orch.Enum("colour", [orch.EnumValue("RED"), orch.EnumValue("GREEN")]), "GREN")
    assert error.kind == "ENUM"
    assert "'GREEN'" in error.message


def test_an_enum_gives_its_python_value() -> None:
    class Colour(enum.Enum):
        RED = 1

    assert checked(orch.Enum.from_python_enum(Colour), "RED", "x") is Colour.RED
    assert orch.Field(orch.Enum.from_python_enum(Colour), default_value=Colour.RED).default_value is Colour.RED


def test_two_names_of_one_key_collide() -> None:
    shape = orch.Shape({"solids": orch.Field(dict, is_required=False)}, field_aliases={"solids": "ops"})
    (error,) = mistakes(shape, {"solids": {}, "ops": {}})
    assert "two names of one key" in error.message


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_can_not_hold_are_refused(value: float) -> None:
    assert mistakes(float, value)[0].kind == "VALUE"


def test_true_is_no_integer_and_an_integer_is_a_number() -> None:
    assert mistakes(int, True)[0].kind == "TYPE_MISMATCH"
    assert checked(config_type(float), 3, "x") == 3.0


def test_a_source_is_read_from_the_environment_and_its_value_is_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_TEST_PORT", "s3cret")
    assert checked(orch.StringSource, {"env": "ORCH_TEST_PORT"}, "x") == "s3cret"
    (wrong,) = mistakes(orch.IntSource, {"env": "ORCH_TEST_PORT"})
    assert "s3cret" not in wrong.message
    monkeypatch.delenv("ORCH_TEST_PORT")
    (missing,) = mistakes(orch.StringSource, {"env": "ORCH_TEST_PORT"})
    assert "ORCH_TEST_PORT" in missing.message


def test_defaults_are_checked_where_they_are_written() -> None:
    with pytest.raises(orch.DagsterInvalidConfigError, match="the default of a field"):
        orch.Field(int, default_value="one")
    with pytest.raises(orch.DagsterInvalidConfigDefinitionError, match="can not have a default"):
        orch.Field(int, default_value=1, is_required=True)


def test_what_is_no_type_is_refused_with_its_key() -> None:
    with pytest.raises(orch.DagsterInvalidConfigDefinitionError, match="under the key 'b'"):
        orch.Shape({"a": int, "b": 3})


def test_defaults_fill_in_at_every_level_and_are_never_shared() -> None:
    shape = config_type({"outer": {"inner": orch.Field([str], default_value=["x"])}})
    first = checked(shape, {}, "x")
    first["outer"]["inner"].append("changed")
    assert checked(shape, None, "x") == {"outer": {"inner": ["x"]}}


def test_a_permissive_dict_keeps_what_it_does_not_know() -> None:
    assert checked(orch.Permissive({"a": int}), {"a": 1, "z": [2]}, "x") == {"a": 1, "z": [2]}


scalars = st.sampled_from([int, str, bool, float])


def schemas() -> st.SearchStrategy[Any]:
    keys = st.text("abcdef", min_size=1, max_size=3)
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.dictionaries(keys, inner, max_size=3).map(orch.Shape),
            inner.map(orch.Noneable),
            inner.map(orch.Array),
            st.dictionaries(keys, inner, min_size=1, max_size=3).map(orch.Selector),
        ),
        max_leaves=8,
    )


@given(schemas())
def test_property_the_scaffold_of_every_schema_validates_in_both_languages(schema: Any) -> None:
    kind: ConfigType = config_type(schema)
    assert mistakes(kind, kind.scaffold()) == []
    jsonschema.Draft202012Validator(kind.json_schema()).validate(kind.scaffold())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcdef", max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(schemas(), json_values)
def test_property_any_value_gives_mistakes_and_never_an_accident(schema: Any, value: Any) -> None:
    for error in mistakes(schema, value):
        assert error.message
        assert error.kind in {"UNDEFINED_FIELD", "MISSING_FIELD", "TYPE_MISMATCH", "SELECTOR", "ENUM", "VALUE"}
