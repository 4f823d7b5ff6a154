"""Config types, each with the documents that it must accept; and any JSON at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from jupyter_orch import Enum, EnumValue, Field, Map, Noneable, Permissive, ScalarUnion, Selector, Shape
from jupyter_orch.definitions.config import Array, config_type
from jupyter_orch.definitions.config_scalars import ConfigType

KEYS = st.sampled_from(["alpha", "beta", "gamma", "delta", "env", "solids", "config"])
FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=32)
INTEGERS = st.integers(-(2**53), 2**53)
TEXT = st.text(max_size=8)
SCALARS = st.none() | st.booleans() | INTEGERS | FLOATS | TEXT
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXT, inner, max_size=4),
    max_leaves=12,
)


@dataclass(frozen=True)
class World:
    """A config type and the documents that fit it."""

    kind: ConfigType
    fitting: st.SearchStrategy[Any]

    def __repr__(self) -> str:
        return f"World({self.kind.json_schema()})"


@dataclass(frozen=True)
class Place:
    """A field and the documents that fit it; one that may be left out says so."""

    field: Field
    fitting: st.SearchStrategy[Any]
    may_be_absent: bool


def scalars() -> st.SearchStrategy[World]:
    words = ["red", "green", "blue"]
    return st.sampled_from(
        [
            World(config_type(int), INTEGERS),
            World(config_type(float), FLOATS | INTEGERS),
            World(config_type(str), TEXT),
            World(config_type(bool), st.booleans()),
            World(Enum("colour", [EnumValue(word, index) for index, word in enumerate(words)]), st.sampled_from(words)),
        ]
    )


@st.composite
def _nested(draw: st.DrawFn, inner: st.SearchStrategy[World]) -> World:
    form = draw(st.sampled_from(["array", "noneable", "shape", "permissive", "selector", "map", "union"]))
    if form in ("array", "noneable", "map"):
        world = draw(inner)
        if form == "array":
            return World(Array(world.kind), st.lists(world.fitting, max_size=3))
        if form == "noneable":
            return World(Noneable(world.kind), st.none() | world.fitting)
        return World(Map(str, world.kind), st.dictionaries(TEXT, world.fitting, max_size=3))
    places = draw(st.dictionaries(KEYS, _places(inner), min_size=1, max_size=4))
    if form == "selector":
        chosen = st.one_of([st.fixed_dictionaries({key: place.fitting}) for key, place in places.items()])
        return World(Selector({key: place.field for key, place in places.items()}), chosen)
    fields = {key: place.field for key, place in places.items()}
    documents = st.fixed_dictionaries(
        {key: place.fitting for key, place in places.items() if not place.may_be_absent},
        optional={key: place.fitting for key, place in places.items() if place.may_be_absent},
    )
    if form == "shape":
        return World(Shape(fields), documents)
    if form == "union":
        return World(ScalarUnion(str, Shape(fields)), TEXT | documents)
    others = st.dictionaries(TEXT.filter(lambda key: key not in fields), JSON, max_size=2)
    return World(Permissive(fields), st.builds(lambda more, own: {**more, **own}, others, documents))


@st.composite
def _places(draw: st.DrawFn, inner: st.SearchStrategy[World]) -> Place:
    world = draw(inner)
    if draw(st.booleans()):
        return Place(Field(world.kind, default_value=draw(world.fitting)), world.fitting, True)
    if draw(st.booleans()):
        return Place(Field(world.kind, is_required=False), world.fitting, True)
    field = Field(world.kind)
    return Place(field, world.fitting, not field.is_required)


def worlds() -> st.SearchStrategy[World]:
    """Config types up to a few levels deep."""
    return st.recursive(scalars(), _nested, max_leaves=6)


@st.composite
def fitting_documents(draw: st.DrawFn) -> tuple[World, Any]:
    """A config type and one document that fits it."""
    world = draw(worlds())
    return world, draw(world.fitting)


@st.composite
def damaged_documents(draw: st.DrawFn) -> tuple[World, Any]:
    """A config type and a document that fitted it, with keys taken away and values put in."""
    world = draw(worlds())
    return world, _damaged(draw, draw(world.fitting))


def _damaged(draw: st.DrawFn, value: Any) -> Any:
    what = draw(st.sampled_from(["keep", "keep", "keep", "replace"]))
    if what == "replace":
        return draw(JSON)
    if isinstance(value, dict):
        kept = {key: _damaged(draw, item) for key, item in value.items() if draw(st.integers(0, 4)) > 0}
        return {**kept, draw(KEYS | TEXT): draw(JSON)} if draw(st.integers(0, 4)) == 0 else kept
    if isinstance(value, list):
        return [_damaged(draw, item) for item in value]
    return value
