"""A small language to say what a settings file may hold; one description gives check, JSON Schema and documentation.

The ``jsonschema`` library would do the check, but costs a second to import and tells mistakes in its own terms.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from jupyter_orch.names import did_you_mean
from jupyter_orch.settings.classic import counterpart, is_classic
from jupyter_orch.settings.model import ClassChoice
from jupyter_orch.yaml_text import Path

ENVIRONMENT: dict[str, Any] = {
    "type": "object",
    "properties": {"env": {"type": "string", "description": "Name of an environment variable."}},
    "required": ["env"],
    "additionalProperties": False,
}


LARGEST = 1e9
"""Of a number that says nothing else; in seconds 30 years."""
MOST_SHOWN = 100


class FromEnvironment(str):
    """Text that came from an environment variable, where numbers and switches are text as well."""


class Reader(Protocol):
    """Collects mistakes while a file is read."""

    def mistake(self, path: Path, sentence: str) -> None:
        """Note what is wrong at a path."""

    def place(self, path: Path) -> str:
        """``file:line:column: a › b`` of a path."""


class Kind(ABC):
    """What may stand at one place of the file."""

    description: str

    @abstractmethod
    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        """The value as the program uses it; mistakes go to the reader, and a harmless value comes back."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of what is accepted."""


@dataclass(frozen=True, kw_only=True)
class Text(Kind):
    """Text, perhaps one of some choices."""

    description: str = ""
    choices: Sequence[str] = ()
    expected: str = "text"

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        if not isinstance(value, str) or not value or (self.choices and value not in self.choices):
            expected = f"one of {', '.join(self.choices)}" if self.choices else self.expected
            reader.mistake(path, f"expected {expected}, {found(value)}")
            return self.choices[0] if self.choices else ""
        return str(value)

    def schema(self) -> dict[str, Any]:
        choices = {"enum": list(self.choices)} if self.choices else {"minLength": 1}
        return _or_env({"type": "string", **choices}, self.description)


@dataclass(frozen=True, kw_only=True)
class Number(Kind):
    """A number, or null where nothing is limited by it."""

    description: str = ""
    least: float = 0
    most: float = LARGEST
    whole: bool = False
    or_null: bool = False
    minus_one: str = ""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        if value is None and self.or_null:
            return None
        number = _number_of(value)
        if number is None or not self.least <= number <= self.most or (self.whole and number != int(number)):
            kind = "a whole number" if self.whole else "a number"
            least = f"from {self.least:g} ({self.minus_one}) on" if self.minus_one else f"of at least {self.least:g}"
            most = f" and at most {self.most:,.0f}" if number is not None and number > self.most else ""
            null = " or null" if self.or_null else ""
            reader.mistake(path, f"expected {kind} {least}{most}{null}, {found(value)}")
            return None if self.or_null else self.least
        return int(number) if self.whole else number

    def schema(self) -> dict[str, Any]:
        kinds = ["integer" if self.whole else "number", *(["null"] if self.or_null else [])]
        bounds = {"minimum": self.least, "maximum": self.most}
        return _or_env({"type": kinds if len(kinds) > 1 else kinds[0], **bounds}, self.description)


@dataclass(frozen=True, kw_only=True)
class Switch(Kind):
    """true or false."""

    description: str = ""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        if isinstance(value, FromEnvironment) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            reader.mistake(path, f"expected true or false, {found(value)}")
            return False
        return value

    def schema(self) -> dict[str, Any]:
        return _or_env({"type": "boolean"}, self.description)


@dataclass(frozen=True, kw_only=True)
class ListOf(Kind):
    """A list of one kind."""

    item: Kind
    description: str = ""
    expected: str = "a list"

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        if not isinstance(value, list):
            reader.mistake(path, f"expected {self.expected}, {found(value)}")
            return []
        return [self.item.read(item, (*path, number), reader) for number, item in enumerate(value)]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), "description": self.description}


@dataclass(frozen=True, kw_only=True)
class MapOf(Kind):
    """A mapping from any names to one kind; without a kind, to anything."""

    item: Kind | None = None
    description: str = ""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        if value is None:
            return {}
        if not isinstance(value, dict):
            reader.mistake(path, f"expected a mapping, {found(value)}")
            return {}
        return {k: self.item.read(v, (*path, k), reader) if self.item else v for k, v in value.items()}

    def schema(self) -> dict[str, Any]:
        more = {"additionalProperties": self.item.schema()} if self.item else {}
        return {"type": "object", "description": self.description, **more}


@dataclass(frozen=True, kw_only=True)
class Ignored(Kind):
    """Anything at all; nobody looks at it."""

    description: str = ""

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        return None

    def schema(self) -> dict[str, Any]:
        return {"description": self.description}


@dataclass(frozen=True, kw_only=True)
class Group(Kind):
    """A mapping with known keys, each with its kind. What is left out is left out of the result.

    Attributes:
        required: keys that must be there, each with an example for the message.
    """

    fields: Mapping[str, Kind]
    description: str = ""
    required: Mapping[str, str] = field(default_factory=dict)
    expected: str = "a mapping"

    def read(self, value: Any, path: Path, reader: Reader) -> Any:
        if value is None:
            value = {}
        if not isinstance(value, dict):
            reader.mistake(path, f"expected {self.expected}, {found(value)}")
            return {}
        if "class" in value and "class" not in self.fields:
            known = ", ".join(self.fields)
            reader.mistake((*path, "class"), f"there is no class to choose here; write what it is told: {known}")
            return {}
        for key in value:
            if key not in self.fields:
                reader.mistake((*path, key), f"unknown key {key!r}{self._hint(key)}")
        for key, example in self.required.items():
            if value.get(key) is None:
                reader.mistake(path, f"the key {key!r} is missing, e.g. {example}")
        return {key: self.fields[key].read(value[key], (*path, key), reader) for key in value if key in self.fields}

    def _hint(self, key: str) -> str:
        """Where a key that is unknown here belongs, which it may be meant to be, or which there are."""
        homes = sorted(_homes_of(key, self), key=len)[:4]
        if homes:
            return f", which belongs in {' or '.join(' › '.join(home) for home in homes)}"
        return did_you_mean(key, self.fields) or f"; there {'are' if len(self.fields) > 1 else 'is'} {_listed(self)}"

    def schema(self) -> dict[str, Any]:
        return {
            "type": ["object", "null"],
            "description": self.description,
            "properties": {key: kind.schema() for key, kind in self.fields.items()},
            "additionalProperties": False,
            **({"required": list(self.required)} if self.required else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Part(Kind):
    """A part of the deployment: a shipped one by its short name, or somebody's class.

    Attributes:
        shipped: what each shipped one can be told.
    """

    shipped: Mapping[str, Group]
    description: str = ""

    def read(self, value: Any, path: Path, reader: Reader) -> ClassChoice | None:
        if value is None:
            return None
        if isinstance(value, dict) and ("class" in value or "module" in value):
            return self._custom(value, path, reader)
        is_short = isinstance(value, str)
        if not is_short and (not isinstance(value, dict) or len(value) != 1):
            known = ", ".join(self.shipped)
            reader.mistake(path, f"expected one of {known}, or module, class and config, {found(value)}")
            return None
        name, config = (str(value), {}) if is_short else next(iter(value.items()))
        place = path if is_short else (*path, name)
        if name not in self.shipped:
            near = did_you_mean(name, self.shipped)
            reader.mistake(place, f"unknown kind {name!r}{near}; there are {', '.join(self.shipped)}")
            return None
        told = self.shipped[name].read(config, (*path, name), reader)
        return ClassChoice(name=name, config=told, place=reader.place((*path, name)))

    def _custom(self, value: dict[str, Any], path: Path, reader: Reader) -> ClassChoice | None:
        """A class of somebody else's; whether it can be imported shows when the deployment is composed."""
        module, cls = value.get("module"), value.get("class")
        if is_classic(module):
            reader.mistake((*path, "class"), counterpart(path[-1], f"{module}.{cls}", self.shipped))
            return None
        for key in value:
            if key not in ("module", "class", "config"):
                reader.mistake((*path, key), f"unknown key {key!r}{did_you_mean(key, ('module', 'class', 'config'))}")
        for name in ("module", "class"):
            if not isinstance(value.get(name), str) or not value[name]:
                reader.mistake((*path, name), f"expected the name of a {name}, {found(value.get(name))}")
        return ClassChoice(
            name="custom",
            module=str(module),
            cls=str(cls),
            config=MapOf().read(value.get("config") or {}, (*path, "config"), reader),
            place=reader.place((*path, "class")),
            locate=partial(_below, reader, path),
        )

    def schema(self) -> dict[str, Any]:
        custom = {
            "type": "object",
            "properties": {"module": {"type": "string"}, "class": {"type": "string"}, "config": {"type": "object"}},
            "required": ["module", "class"],
            "additionalProperties": False,
        }
        named = [
            {"type": "object", "properties": {name: group.schema()}, "required": [name], "additionalProperties": False}
            for name, group in self.shipped.items()
        ]
        return {
            "description": self.description,
            "anyOf": [{"enum": [*self.shipped]}, {"type": "null"}, *named, custom],
        }


def found(value: Any) -> str:
    """``found …``, however long the value is."""
    if isinstance(value, dict):  # its values may be secret
        return f"found a mapping with {', '.join(map(str, value))[:MOST_SHOWN] or 'nothing in it'}"
    text = repr(value)
    return f"found {text if len(text) <= MOST_SHOWN else f'{text[:MOST_SHOWN]} …'}"


def _below(reader: Reader, path: Path, keys: Path) -> str:
    return reader.place((*path, *keys))


def _homes_of(key: str, group: Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The groups below this one that know a key."""
    for name, kind in group.fields.items():
        parts = kind.shipped if isinstance(kind, Part) else {"": kind}
        for short_name, inner in parts.items():
            if isinstance(inner, Group):
                home = (*above, name, *([short_name] if short_name else []))
                if key in inner.fields:
                    yield home
                yield from _homes_of(key, inner, home)


def _listed(group: Group) -> str:
    return ", ".join(group.fields) or "none"


def _number_of(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, FromEnvironment)):
        return None
    try:
        return float(value)
    except ValueError:
        return None
    except OverflowError:
        return math.inf


def _or_env(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"anyOf": [schema, {"$ref": "#/$defs/env"}], **({"description": description} if description else {})}
