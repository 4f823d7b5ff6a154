"""The vocabulary of config, its ground: what every type knows about itself, and the types without anything inside."""

from __future__ import annotations

import enum
import math
from abc import ABC, abstractmethod
from typing import Any as AnyValue

from jupyter_orch.definitions.errors import DagsterInvalidConfigDefinitionError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.shown import described, plain
from jupyter_orch.records.messages import ConfigError
from jupyter_orch.records.snapshot import JsonSchema

Path = tuple[str | int, ...]


Errors = list[ConfigError]


class _Nothing:
    """Stands for "no default was given", because None is a value."""

    def __repr__(self) -> str:
        return "<no default>"


NO_DEFAULT = _Nothing()


FIELD_NO_DEFAULT_PROVIDED = NO_DEFAULT


class ConfigType(ABC):
    """What a place in a config document may hold."""

    words: str = "any value"

    @abstractmethod
    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        """Compare a value with this type.

        Args:
            value: as it was written, or None when nothing was.
            path: where it stands.
            errors: every mistake is added here.

        Returns:
            The value with defaults filled in and sources read; meaningless when a mistake was added.
        """

    @abstractmethod
    def json_schema(self) -> JsonSchema:
        """This type as a JSON Schema (draft 2020-12)."""

    @abstractmethod
    def scaffold(self) -> AnyValue:
        """The smallest value that this type accepts, with placeholders where a person has to choose."""

    def accepts_absence(self) -> bool:
        """Whether this type has a value of its own when nothing is written."""
        return False

    def mismatch(self, value: AnyValue, path: Path, errors: Errors) -> None:
        """Add "this is not what belongs here"."""
        hint = "; dates must be quoted strings" if type(value).__module__ == "datetime" else ""
        errors.append(
            ConfigError(
                kind="TYPE_MISMATCH",
                path=path,
                expected=self.words,
                value=plain(value),
                message=f"found {described(value)}, expected {self.words}{hint}",
            )
        )


class AnyType(ConfigType):
    """Everything."""

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        return value

    def json_schema(self) -> JsonSchema:
        return {}

    def scaffold(self) -> AnyValue:
        return None

    def accepts_absence(self) -> bool:
        return True


class Scalar(ConfigType):
    """One plain value of a Python type."""

    def __init__(self, words: str, accepted: tuple[type, ...], schema_type: str, example: AnyValue) -> None:
        self.words = words
        self._accepted = accepted
        self._schema_type = schema_type
        self._example = example

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        if not isinstance(value, self._accepted) or (isinstance(value, bool) and bool not in self._accepted):
            self.mismatch(value, path, errors)
        elif isinstance(value, float) and not math.isfinite(value):
            errors.append(
                ConfigError(
                    kind="VALUE",
                    path=path,
                    value=str(value),
                    expected=self.words,
                    message=f"{value} is no number that JSON can hold",
                )
            )
        elif float in self._accepted and isinstance(value, int):
            return self._as_float(value, path, errors)
        return value

    def _as_float(self, value: int, path: Path, errors: Errors) -> AnyValue:
        try:
            return float(value)
        except OverflowError:
            errors.append(
                ConfigError(kind="VALUE", path=path, expected=self.words, message="the number is too large for a float")
            )
            return value

    def json_schema(self) -> JsonSchema:
        return {"type": self._schema_type}

    def scaffold(self) -> AnyValue:
        return self._example


class EnumValue:
    """One word of an :class:`Enum`.

    Args:
        config_value: the word in the document.
        python_value: what the solid sees; the word itself when left out.
        description: what choosing it means.
    """

    def __init__(self, config_value: str, python_value: AnyValue = None, description: str | None = None) -> None:
        self.config_value = config_value
        self.python_value = config_value if python_value is None else python_value
        self.description = description


class Enum(ConfigType):
    """One of a few words.

    Args:
        name: what the words are about, for messages.
        enum_values: the words; a plain string stands for ``EnumValue(string)``.
    """

    def __init__(self, name: str, enum_values: list[EnumValue | str]) -> None:
        self.name = name
        self.enum_values = [EnumValue(v) if isinstance(v, str) else v for v in enum_values]
        words = [v.config_value for v in self.enum_values]
        if len(set(words)) < len(words):
            twice = next(word for word in words if words.count(word) > 1)
            raise DagsterInvalidConfigDefinitionError(f"the enum {name!r} has the value {twice!r} twice")
        self._python_values = {v.config_value: v.python_value for v in self.enum_values}
        self.words = "one of " + ", ".join(repr(word) for word in self._python_values)

    @classmethod
    def from_python_enum(cls, python_enum: type[enum.Enum], name: str | None = None) -> Enum:
        """An enum of config whose words are the member names of a Python enum and whose values are the members."""
        return cls(name or python_enum.__name__, [EnumValue(member.name, member) for member in python_enum])

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        if isinstance(value, str) and value in self._python_values:
            return self._python_values[value]
        if isinstance(value, str):
            errors.append(
                ConfigError(
                    kind="ENUM",
                    path=path,
                    value=value,
                    expected=self.words,
                    message=unknown(f"value of {self.name}", value, self._python_values),
                )
            )
        else:
            self.mismatch(value, path, errors)
        return value

    def json_schema(self) -> JsonSchema:
        return {"enum": list(self._python_values)}

    def scaffold(self) -> AnyValue:
        return self.enum_values[0].config_value if self.enum_values else ""


ANY = AnyType()


STRING = Scalar("a string", (str,), "string", "")


INT = Scalar("an integer", (int,), "integer", 0)


FLOAT = Scalar("a number", (float, int), "number", 0.0)


BOOL = Scalar("true or false", (bool,), "boolean", False)
