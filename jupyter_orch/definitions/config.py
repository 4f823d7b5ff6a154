"""The vocabulary of config: dicts, lists, and the fields they are made of.

``config_scalars`` and ``config_choices`` hold the rest of it.

Each type knows four things about itself: how to check a value (all mistakes, none hidden behind another), which value
it stands for when nothing is written, its JSON Schema, and the smallest document that it accepts.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import replace
from typing import Any as AnyValue

from jupyter_orch.definitions.config_scalars import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NO_DEFAULT,
    STRING,
    AnyType,
    ConfigType,
    Errors,
    Path,
)
from jupyter_orch.definitions.errors import DagsterInvalidConfigDefinitionError, DagsterInvalidConfigError
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.shown import is_json, plain
from jupyter_orch.records.messages import ConfigError
from jupyter_orch.records.snapshot import JsonSchema


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
