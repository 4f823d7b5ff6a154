"""Records ↔ plain JSON values, with the standard library alone.

``to_json`` leaves out nothing and adds nothing: field names are the keys. ``from_json`` builds a record from such a
value by the field annotations. The server wing uses msgspec on the same classes, which also validates.
"""

from __future__ import annotations

import json
import types
import typing
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """The plain JSON form of a record, or of a list, tuple or dict of records."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def dumps(value: Any) -> bytes:
    """A record as compact UTF-8 JSON."""
    return json.dumps(to_json(value), separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def from_json(cls: type[T], plain: Any) -> T:
    """Build the record ``cls`` from its plain JSON form. Unknown keys are ignored: an older side can read a newer.

    Raises:
        TypeError: a field without a default is missing.
    """
    reader: Any = _reader(typing.cast(Any, cls))
    return typing.cast(T, reader(plain))


@cache
def _reader(annotation: Any) -> Any:
    if is_dataclass(annotation):
        return _record_reader(typing.cast(type, annotation))
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        inner = [_reader(a) for a in arguments if a is not types.NoneType]
        return (lambda plain: None if plain is None else inner[0](plain)) if len(inner) == 1 else _as_it_is
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda plain: tuple(item(x) for x in plain)
    if origin is dict:
        item = _reader(arguments[1])
        return _as_it_is if item is _as_it_is else (lambda plain: {k: item(v) for k, v in plain.items()})
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation
    return _as_it_is


def _as_it_is(plain: Any) -> Any:
    return plain


def _record_reader(cls: type) -> Any:
    hints = typing.get_type_hints(cls)
    readers: dict[str, Any] = {}

    def read(plain: dict[str, Any]) -> Any:
        if not readers:  # filled late: records may contain themselves
            readers.update({f.name: _reader(hints[f.name]) for f in fields(cls)})
        return cls(**{name: reader(plain[name]) for name, reader in readers.items() if name in plain})

    return read
