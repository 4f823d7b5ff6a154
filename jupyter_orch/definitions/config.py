"""The one vocabulary of config: what may stand at a place of a document.

Each type knows four things about itself: how to check a value (all mistakes, none hidden behind another), which value
it stands for when nothing is written, its JSON Schema, and the smallest document that it accepts.
"""

from __future__ import annotations

import enum
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any as AnyValue

from jupyter_orch.definitions.errors import DagsterInvalidConfigDefinitionError, DagsterInvalidConfigError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.shown import described as described
from jupyter_orch.definitions.shown import is_json as is_json
from jupyter_orch.definitions.shown import plain as plain
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


class Noneable(ConfigType):
    """Null, or a value of the inner type; null when nothing is written.

    Args:
        inner_type: any config type, Python scalar type, dict or list that describes one.
    """

    def __init__(self, inner_type: AnyValue) -> None:
        self.inner = config_type(inner_type)
        self.words = f"null or {self.inner.words}"

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        return None if value is None else self.inner.check(value, path, errors)

    def json_schema(self) -> JsonSchema:
        return {"anyOf": [self.inner.json_schema(), {"type": "null"}]}

    def scaffold(self) -> AnyValue:
        return None

    def accepts_absence(self) -> bool:
        return True


class Array(ConfigType):
    """A list whose items all have the inner type."""

    def __init__(self, inner_type: AnyValue) -> None:
        """Args:
        inner_type: any config type, Python scalar type, dict or list that describes one.
        """
        self.inner = config_type(inner_type)
        self.words = f"a list of {self.inner.words}"

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        if not isinstance(value, (list, tuple)):
            self.mismatch(value, path, errors)
            return value
        return [self.inner.check(item, (*path, index), errors) for index, item in enumerate(value)]

    def json_schema(self) -> JsonSchema:
        return {"type": "array", "items": self.inner.json_schema()}

    def scaffold(self) -> AnyValue:
        return []


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


class Shape(ConfigType):
    """A dict with these keys and no others.

    Args:
        fields: key → :class:`Field`, or anything that :class:`Field` accepts.
        description: what the dict is about.
        field_aliases: key in the code → key in the document.
    """

    closed = True

    def __init__(
        self,
        fields: Mapping[str, AnyValue],
        description: str | None = None,
        field_aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.fields: dict[str, Field] = {key: as_field(value, key) for key, value in fields.items()}
        self.description = description
        self.field_aliases = dict(field_aliases or {})
        self.words = (
            "a dict with the keys " + ", ".join(map(repr, list(self.fields)[:12])) if self.fields else "an empty dict"
        )
        self._implicit = not any(field.is_required for field in self.fields.values())

    def accepts_absence(self) -> bool:
        return self._implicit

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            self.mismatch(value, path, errors)
            return value
        written = self._unaliased(value, path, errors) if self.field_aliases else value
        resolved: dict[str, AnyValue] = {}
        before = len(errors)
        self._check_unknown_keys(written, path, errors, resolved)
        for key, field in self.fields.items():
            field.check_in(written, key, path, errors, resolved)
        if self.field_aliases:
            errors[before:] = [self._as_written(error, value, len(path)) for error in errors[before:]]
        return resolved

    def _as_written(self, error: ConfigError, value: Mapping[str, AnyValue], depth: int) -> ConfigError:
        """The mistake with its place in the words of the document, which may use an alias."""
        key = error.path[depth] if len(error.path) > depth else None
        alias = self.field_aliases.get(str(key))
        if alias is None or key in value or alias not in value:
            return error
        return replace(error, path=(*error.path[:depth], alias, *error.path[depth + 1 :]))

    def _check_unknown_keys(
        self, written: Mapping[str, AnyValue], path: Path, errors: Errors, resolved: dict[str, AnyValue]
    ) -> None:
        for key in written:
            if key not in self.fields:
                errors.append(
                    ConfigError(
                        kind="UNDEFINED_FIELD",
                        path=path,
                        value=plain(key),
                        expected=self.words,
                        message=unknown("key", key, self.fields),
                    )
                )

    def _unaliased(self, value: Mapping[str, AnyValue], path: Path, errors: Errors) -> dict[str, AnyValue]:
        written = dict(value)
        for key, alias in self.field_aliases.items():
            if alias in written and key in written:
                errors.append(
                    ConfigError(
                        kind="UNDEFINED_FIELD",
                        path=path,
                        value=alias,
                        message=f"{key!r} and {alias!r} are two names of one key; write only one of them",
                    )
                )
            elif alias in written:
                written[key] = written.pop(alias)
        return {
            key: item for key, item in written.items() if key not in self.field_aliases.values() or key in self.fields
        }

    def json_schema(self) -> JsonSchema:
        schema: JsonSchema = {
            "type": "object",
            "properties": {key: field.json_schema() for key, field in self.fields.items()},
            "additionalProperties": not self.closed,
        }
        required = [key for key, field in self.fields.items() if field.is_required]
        if required:
            schema["required"] = required
        if self.description:
            schema["description"] = self.description
        return schema

    def scaffold(self) -> AnyValue:
        return {key: field.config_type.scaffold() for key, field in self.fields.items() if field.is_required}


class Permissive(Shape):
    """A dict with these keys and any others; without argument, any dict at all."""

    closed = False

    def __init__(self, fields: Mapping[str, AnyValue] | None = None, description: str | None = None) -> None:
        super().__init__(fields or {}, description)
        self.words = "a dict"

    def _check_unknown_keys(
        self, written: Mapping[str, AnyValue], path: Path, errors: Errors, resolved: dict[str, AnyValue]
    ) -> None:
        for key, value in written.items():
            if key not in self.fields:
                resolved[key] = value


class Map(ConfigType):
    """A dict with any keys of one scalar type, all values of one type."""

    def __init__(self, key_type: AnyValue, inner_type: AnyValue, key_label_name: str | None = None) -> None:
        self.key_type = config_type(key_type)
        self.inner = config_type(inner_type)
        self.words = f"a dict of {self.inner.words}"

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        if not isinstance(value, Mapping):
            self.mismatch(value, path, errors)
            return value
        for key in value:
            self.key_type.check(key, (*path, key), errors)
        return {key: self.inner.check(item, (*path, key), errors) for key, item in value.items()}

    def json_schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": self.inner.json_schema()}

    def scaffold(self) -> AnyValue:
        return {}


class Selector(ConfigType):
    """A dict that holds exactly one of these keys.

    Args:
        fields: key → :class:`Field`, or anything that :class:`Field` accepts.
        description: what is being chosen.
    """

    def __init__(self, fields: Mapping[str, AnyValue], description: str | None = None) -> None:
        self.fields: dict[str, Field] = {key: as_field(value, key) for key, value in fields.items()}
        self.description = description
        self.words = "a dict with exactly one of the keys " + ", ".join(map(repr, self.fields))

    def accepts_absence(self) -> bool:
        return len(self.fields) == 1 and next(iter(self.fields.values())).can_stand_alone

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        if isinstance(value, str) and value in self.fields and self.fields[value].can_stand_alone:
            value = {value: None}
        if not value and self.accepts_absence():
            value = {next(iter(self.fields)): None}
        if value is not None and not isinstance(value, Mapping):
            self.mismatch(value, path, errors)
            return value
        if not value or len(value) != 1:
            found = "nothing was chosen" if not value else f"{len(value)} were chosen ({', '.join(map(repr, value))})"
            errors.append(
                ConfigError(
                    kind="SELECTOR",
                    path=path,
                    value=plain(value),
                    expected=self.words,
                    sample=self.scaffold(),
                    message=f"{found}; write exactly one of {', '.join(map(repr, self.fields))}",
                )
            )
            return value
        key, item = next(iter(value.items()))
        if key not in self.fields:
            errors.append(
                ConfigError(
                    kind="UNDEFINED_FIELD",
                    path=path,
                    value=plain(key),
                    expected=self.words,
                    message=unknown("choice", key, self.fields),
                )
            )
            return value
        field = self.fields[key]
        if item is None and field.has_default:
            return {key: field.default_value}
        return {key: field.config_type.check(item, (*path, key), errors)}

    def json_schema(self) -> JsonSchema:
        return {
            "type": "object",
            "properties": {key: field.json_schema() for key, field in self.fields.items()},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }

    def scaffold(self) -> AnyValue:
        key = next(iter(self.fields), None)
        return {} if key is None else {key: self.fields[key].config_type.scaffold()}


class ScalarUnion(ConfigType):
    """Either a scalar or something with structure, told apart by what is written.

    Args:
        scalar_type: the scalar, e.g. ``str``.
        non_scalar_schema: the dict, list or selector that may stand there instead.
    """

    def __init__(self, scalar_type: AnyValue, non_scalar_schema: AnyValue) -> None:
        self.scalar = config_type(scalar_type)
        self.structured = config_type(non_scalar_schema)
        self.words = f"{self.scalar.words}, or {self.structured.words}"

    def check(self, value: AnyValue, path: Path, errors: Errors) -> AnyValue:
        chosen = self.structured if isinstance(value, (Mapping, list, tuple)) else self.scalar
        return chosen.check(value, path, errors)

    def json_schema(self) -> JsonSchema:
        return {"anyOf": [self.scalar.json_schema(), self.structured.json_schema()]}

    def scaffold(self) -> AnyValue:
        return self.scalar.scaffold()


class Field:
    """A config type with what is known about the place where it stands.

    Args:
        config: the type: a config type, ``int``/``str``/``float``/``bool``/``dict``/``list``, a dict of fields or a
            one-item list.
        default_value: what stands there when nothing is written; it must itself fit the type.
        is_required: whether something must be written; derived from type and default when left out.
        description: what it is for.
        is_secret: the value must not be shown to people.

    Raises:
        DagsterInvalidConfigDefinitionError: ``config`` is no type.
        DagsterInvalidConfigError: the default does not fit.
    """

    def __init__(
        self,
        config: AnyValue,
        default_value: AnyValue = NO_DEFAULT,
        is_required: bool | None = None,
        description: str | None = None,
        is_secret: bool = False,
    ) -> None:
        self.config_type = config_type(config)
        self.description = description
        self.is_secret = is_secret
        if default_value is not NO_DEFAULT and is_required:
            raise DagsterInvalidConfigDefinitionError(
                "a field that is required can not have a default; leave one of the two out"
            )
        absent_is_fine = default_value is not NO_DEFAULT or self.config_type.accepts_absence()
        self.is_required = (not absent_is_fine) if is_required is None else is_required
        self._given_default = default_value
        if default_value is not NO_DEFAULT:
            self._default = checked(self.config_type, _config_word(default_value), "the default of a field")
        elif is_required is None and absent_is_fine and not isinstance(self.config_type, AnyType):
            self._default = checked(self.config_type, None, "the default of a field")
        else:
            self._default = NO_DEFAULT

    @property
    def default_provided(self) -> bool:
        """Whether the author gave a default."""
        return self._given_default is not NO_DEFAULT

    @property
    def has_default(self) -> bool:
        """Whether a value stands here when nothing is written."""
        return self._default is not NO_DEFAULT

    @property
    def can_stand_alone(self) -> bool:
        """Whether the key may be written without a value behind it."""
        return not self.is_required and (self.has_default or self.config_type.accepts_absence())

    @property
    def default_value(self) -> AnyValue:
        """The value that stands here when nothing is written; a fresh copy of dicts and lists."""
        return _copied(self._default)

    def check_in(
        self, written: Mapping[str, AnyValue], key: str, path: Path, errors: Errors, resolved: dict[str, AnyValue]
    ) -> None:
        """Check what a dict holds under a key, or fill in the default, or add that it is missing."""
        if key in written:
            resolved[key] = self.config_type.check(written[key], (*path, key), errors)
        elif self._default is not NO_DEFAULT:
            resolved[key] = _copied(self._default)
        elif self.is_required:
            sample = self.config_type.scaffold()
            errors.append(
                ConfigError(
                    kind="MISSING_FIELD",
                    path=path,
                    value=key,
                    expected=self.config_type.words,
                    sample={key: sample},
                    message=f"the key {key!r} is missing; expected {self.config_type.words}, e.g. {key}: {sample!r}",
                )
            )

    def json_schema(self) -> JsonSchema:
        """The type's JSON Schema with description and default."""
        schema = dict(self.config_type.json_schema())
        if self.description:
            schema["description"] = self.description
        if self.default_provided and is_json(self._given_default):
            schema["default"] = self._given_default
        if self.is_secret:
            schema["writeOnly"] = True
        return schema


ANY = AnyType()
STRING = Scalar("a string", (str,), "string", "")
INT = Scalar("an integer", (int,), "integer", 0)
FLOAT = Scalar("a number", (float, int), "number", 0.0)
BOOL = Scalar("true or false", (bool,), "boolean", False)
_PYTHON_TYPES: dict[AnyValue, ConfigType] = {
    str: STRING,
    int: INT,
    float: FLOAT,
    bool: BOOL,
    AnyValue: ANY,
    object: ANY,
}


def config_type(described_type: AnyValue) -> ConfigType:
    """Turn any of the accepted ways to describe a config type into the type.

    Raises:
        DagsterInvalidConfigDefinitionError: it is none of them.
    """
    if isinstance(described_type, ConfigType):
        return described_type
    if isinstance(described_type, Field):
        return described_type.config_type
    if isinstance(described_type, Mapping):
        return _mapping_type(described_type)
    if isinstance(described_type, list) and len(described_type) == 1:
        return Array(described_type[0])
    if described_type is dict:
        return Permissive()
    if described_type is list:
        return Array(ANY)
    if described_type is None:
        return Noneable(ANY)
    try:
        known = _PYTHON_TYPES.get(described_type)
    except TypeError:
        known = None
    own = known or getattr(described_type, "config_type", None)
    if isinstance(own, ConfigType):
        return own
    raise DagsterInvalidConfigDefinitionError(
        f"{described_type!r} is no config type; use a config type such as Array, Shape or Noneable, one of int, str, "
        "float, bool, "
        "dict, list, a dict of fields, or a list with one item"
    )


def _mapping_type(fields: Mapping[AnyValue, AnyValue]) -> ConfigType:
    if len(fields) == 1 and next(iter(fields)) in (str, int, float, bool):
        return Map(*next(iter(fields.items())))
    return Shape(fields)


def as_field(value: AnyValue, key: AnyValue = "config") -> Field:
    """The field itself, or a field of the described type.

    Raises:
        DagsterInvalidConfigDefinitionError: names the key whose type is none.
    """
    if isinstance(value, Field):
        return value
    if not isinstance(key, str):
        raise DagsterInvalidConfigDefinitionError(f"a key of a config schema must be a string, not {key!r}")
    try:
        return Field(value)
    except DagsterInvalidConfigDefinitionError as error:
        raise DagsterInvalidConfigDefinitionError(f"under the key {key!r}: {error.message}") from None


def checked(kind: ConfigType, value: AnyValue, subject: str) -> AnyValue:
    """The value with defaults filled in and sources read.

    Args:
        kind: the type.
        value: what was written.
        subject: what is being checked, for the message.

    Raises:
        DagsterInvalidConfigError: holds every mistake.
    """
    errors: Errors = []
    resolved = kind.check(value, (), errors)
    if errors:
        raise DagsterInvalidConfigError(subject, errors, value)
    return resolved


def _config_word(default: AnyValue) -> AnyValue:
    return default.name if isinstance(default, enum.Enum) else default


def _copied(value: AnyValue) -> AnyValue:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
