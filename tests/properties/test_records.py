"""Records: what goes out as JSON comes back as the same record, on either side of the line."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_orch import wire
from jupyter_orch.records import codec, event, failure, messages, run, snapshot, tick
from jupyter_orch.records.event import Event, EventType
from tests.properties import law

RECORDS = [
    cls
    for module in (event, failure, messages, run, snapshot, tick)
    for cls in vars(module).values()
    if dataclasses.is_dataclass(cls) and cls.__module__ == module.__name__
]
LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | NUMBERS | LETTERS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(LETTERS, inner, max_size=2),
    max_leaves=4,
)


def values_of(annotation: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a field, by its annotation; records in records end after a few levels."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return PLAIN
    if dataclasses.is_dataclass(annotation):
        return records_of(typing.cast(type, annotation), depth + 1)
    if origin in (typing.Union, types.UnionType):
        if type(None) in arguments and depth > 2:
            return st.none()
        return st.one_of([st.none() if a is type(None) else values_of(a, depth) for a in arguments])
    if origin is tuple:
        if depth > 2:
            return st.just(())
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return st.lists(values_of(arguments[0], depth), max_size=2).map(tuple)
        return st.tuples(*(values_of(a, depth) for a in arguments))
    if origin is dict:
        return st.dictionaries(LETTERS, values_of(arguments[1], depth), max_size=2)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    return {str: LETTERS, int: st.integers(-(2**63), 2**63 - 1), float: NUMBERS, bool: st.booleans()}[annotation]


def records_of(cls: type, depth: int = 0) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls)
    return st.deferred(
        lambda: st.builds(cls, **{f.name: values_of(hints[f.name], depth) for f in dataclasses.fields(cls)})  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("cls", RECORDS, ids=lambda cls: cls.__name__)
def test_a_record_survives_the_way_through_json_with_both_codecs(cls: type) -> None:
    @law(25)
    @given(records_of(cls))
    def check(record: Any) -> None:
        line = codec.dumps(record)
        assert codec.from_json(cls, json.loads(line)) == record
        assert msgspec.json.decode(line, type=cls) == record
        assert codec.from_json(cls, json.loads(msgspec.json.encode(record))) == record
        assert codec.from_json(cls, {**json.loads(line), "of a newer version": 1}) == record

    check()


@law(100)
@given(records_of(Event), st.lists(st.integers(1, 40), max_size=5))
def test_events_survive_the_line_in_whatever_pieces_they_arrive(record: Event, pieces: list[int]) -> None:
    assert record.plain() == codec.to_json(record)
    sent = wire.pack(record.plain()) * 3
    reader, found, at = wire.FrameReader(), [], 0
    for size in [*pieces, len(sent)]:
        found += list(reader.feed(sent[at : at + size]))
        at += size
    assert [codec.from_json(Event, plain) for plain in found] == [record] * 3
    assert list(wire.FrameReader().feed(wire.pack_events(record.written()))) == [{"k": "events", "v": [found[0]]}]


def test_there_are_records_of_every_room() -> None:
    assert {"Event", "Run", "Submission", "RunSpec", "Failure", "Tick", "PipelineSnapshot"} <= {
        c.__name__ for c in RECORDS
    }
    assert set(EventType) == {EventType(kind.value) for kind in EventType}
