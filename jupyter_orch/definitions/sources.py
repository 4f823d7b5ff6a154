"""Strings, numbers and switches that may also be read from the environment of the process that runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.config_scalars import BOOL, INT, STRING, ConfigType, Errors, Path, Scalar
from jupyter_orch.records.messages import ConfigError
from jupyter_orch.records.snapshot import JsonSchema


class SourceType(ConfigType):
    """A scalar, written as it is or as ``{env: NAME}`` to be read from the environment of the process that runs.

    The variable is read when the config is used; its value never enters a message.
    """

    def __init__(self, scalar: Scalar, read: Any, environment: Mapping[str, str]) -> None:
        self.words = f"{scalar.words}, or {{env: NAME}}"
        self._scalar = scalar
        self._read = read
        self._environment = environment

    def check(self, value: Any, path: Path, errors: Errors) -> Any:
        if not isinstance(value, Mapping):
            return self._scalar.check(value, path, errors)
        if set(value) != {"env"} or not isinstance(value["env"], str):
            self.mismatch(value, path, errors)
            return value
        name = value["env"]
        if name not in self._environment:
            errors.append(
                ConfigError(
                    kind="VALUE",
                    path=path,
                    value={"env": name},
                    expected=self.words,
                    message=f"the environment variable {name!r} is not set where this code runs; set it, "
                    "or write the value",
                )
            )
            return value
        try:
            return self._read(self._environment[name])
        except ValueError:
            errors.append(
                ConfigError(
                    kind="VALUE",
                    path=path,
                    value={"env": name},
                    expected=self.words,
                    message=f"the environment variable {name!r} does not hold {self._scalar.words}",
                )
            )
            return value

    def json_schema(self) -> JsonSchema:
        return {
            "anyOf": [
                self._scalar.json_schema(),
                {
                    "type": "object",
                    "properties": {"env": {"type": "string"}},
                    "required": ["env"],
                    "additionalProperties": False,
                },
            ]
        }

    def scaffold(self) -> Any:
        return self._scalar.scaffold()


_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})


def _bool(text: str) -> bool:
    if text.strip().lower() in _TRUE:
        return True
    if text.strip().lower() in _FALSE:
        return False
    raise ValueError(text)


StringSource = SourceType(STRING, str, os.environ)
IntSource = SourceType(INT, int, os.environ)
BoolSource = SourceType(BOOL, _bool, os.environ)
