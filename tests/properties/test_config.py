"""Config: what fits is accepted, what does not is explained, and what is missing can be filled in as told."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
from hypothesis import given

from jupyter_orch import Field, composite_solid, pipeline, solid
from jupyter_orch.definitions.config_scalars import ConfigType, Errors
from jupyter_orch.plan.prepare import shape_for
from tests.properties import law
from tests.properties.config_worlds import JSON, World, damaged_documents, fitting_documents, worlds

KINDS = {"UNDEFINED_FIELD", "MISSING_FIELD", "TYPE_MISMATCH", "SELECTOR", "ENUM", "VALUE"}
ABSENT = object()


def mistakes(kind: ConfigType, document: Any) -> Errors:
    errors: Errors = []
    kind.check(document, (), errors)
    return errors


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    """What stands at a path, or ABSENT."""
    for part in path:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return document


def assert_each_has_its_place(document: Any, errors: Errors) -> None:
    for error in errors:
        assert error.kind in KINDS and error.message
        found = at(document, error.path)
        assert found is not ABSENT, f"{error} speaks of a place that is not there"
        if error.kind == "UNDEFINED_FIELD":
            assert error.value in found
        if error.kind == "MISSING_FIELD":
            assert not found or error.value not in found


@law(300)
@given(fitting_documents())
def test_what_fits_is_accepted_here_and_by_the_json_schema(given_: tuple[World, Any]) -> None:
    world, document = given_
    before = copy.deepcopy(document)
    assert mistakes(world.kind, document) == []
    assert document == before, "checking must not change the document"
    schema = world.kind.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)


@law(300)
@given(damaged_documents())
def test_every_mistake_has_a_place_that_exists(given_: tuple[World, Any]) -> None:
    world, document = given_
    before = copy.deepcopy(document)
    assert_each_has_its_place(document, mistakes(world.kind, document))
    assert document == before


@law(300)
@given(worlds(), JSON)
def test_any_json_is_accepted_or_explained(world: World, document: Any) -> None:
    assert_each_has_its_place(document, mistakes(world.kind, document))


@law(300)
@given(damaged_documents())
def test_filling_in_the_samples_leaves_nothing_missing(given_: tuple[World, Any]) -> None:
    world, document = given_
    document = copy.deepcopy(document)
    before = mistakes(world.kind, document)
    for _ in range(4):  # a place that was null may become a dict and then miss more
        missing = [error for error in mistakes(world.kind, document) if error.kind == "MISSING_FIELD"]
        for error in missing:
            document = _filled(document, error.path, error.sample)
    after = mistakes(world.kind, document)
    assert [error for error in after if error.kind == "MISSING_FIELD"] == []
    assert _told(after) <= _told(before), "a sample must bring no mistake of its own"


def _told(errors: Errors) -> set[tuple[Any, ...]]:
    return {(error.kind, error.path, str(error.value)) for error in errors}


def _filled(document: Any, path: tuple[str | int, ...], sample: dict[str, Any]) -> Any:
    if not path:
        return {**(document or {}), **sample}
    document[path[0]] = _filled(document[path[0]], path[1:], sample)
    return document


@law(300)
@given(worlds())
def test_the_scaffold_fits(world: World) -> None:
    assert mistakes(world.kind, world.kind.scaffold()) == []


@solid(config_schema={"rows": int, "names": Field([str], default_value=[])})
def read(_context: Any) -> int:
    return 1


@solid(config_schema={"how": Field(str, default_value="well")})
def work(_context: Any, number: int, factor: int) -> int:
    return number * factor


@composite_solid
def inner() -> Any:
    return work(number=read())


@pipeline
def nested() -> None:
    inner()
    work.alias("other")(number=read())


WELL_FORMED = {
    "solids": {
        "inner": {
            "solids": {
                "read": {"config": {"rows": 1}},
                "work": {"inputs": {"factor": 2}},
            }
        },
        "read": {"config": {"rows": 2, "names": ["a"]}},
        "other": {"inputs": {"factor": 2}, "config": {"how": "badly"}},
    }
}


@law(300)
@given(JSON)
def test_a_pipeline_takes_or_explains_any_document(document: Any) -> None:
    _, errors = shape_for(nested, None).check(document)
    assert errors, "this pipeline needs config that no random document holds"
    assert_each_has_its_place(document, errors)


@law(100)
@given(JSON, JSON)
def test_mistakes_in_a_document_that_says_ops_are_placed_in_its_own_words(one: Any, two: Any) -> None:
    document = {"ops": {"inner": {"ops": {"read": one}}, "read": {"config": two}}}
    _, errors = shape_for(nested, None).check(document)
    assert any(error.path[:1] == ("ops",) for error in errors)
    assert_each_has_its_place(document, errors)


def test_the_scaffold_of_a_pipeline_fits_and_so_does_what_a_person_would_write() -> None:
    shape = shape_for(nested, None)
    assert shape.check(WELL_FORMED)[1] == []
    assert shape.check(shape.root.scaffold())[1] == []


@law(60)
@given(JSON)
def test_a_wrong_value_is_reported_at_its_own_place_and_nowhere_else(value: Any) -> None:
    if isinstance(value, int) and not isinstance(value, bool):
        return
    document = copy.deepcopy(WELL_FORMED)
    document["solids"]["inner"]["solids"]["read"]["config"]["rows"] = value  # type: ignore[index]
    _, errors = shape_for(nested, None).check(document)
    assert [(error.kind, error.path) for error in errors] in (
        [("TYPE_MISMATCH", ("solids", "inner", "solids", "read", "config", "rows"))],
        [("VALUE", path) for path in _bad_keys(value, ("solids", "inner", "solids", "read", "config", "rows"))],
    )


def _bad_keys(value: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        own = [path for key in value if any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in key)]
        return own + [found for key, item in value.items() for found in _bad_keys(item, (*path, key))]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _bad_keys(item, (*path, index))]
    return []
