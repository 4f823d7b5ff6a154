"""The vocabulary of config, its choices: one of several things may stand at a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as AnyValue

from jupyter_orch.definitions.config import Field, as_field, config_type
from jupyter_orch.definitions.config_scalars import ConfigType, Errors, Path
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.shown import plain
from jupyter_orch.records.messages import ConfigError
from jupyter_orch.records.snapshot import JsonSchema


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
