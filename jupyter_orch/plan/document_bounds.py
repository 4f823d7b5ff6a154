"""What no document may be, whatever its shape: too large, too deep, or not JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from jupyter_orch.definitions.config_scalars import Errors, Path
from jupyter_orch.records.messages import ConfigError

MAX_DEPTH = 64


MAX_NODES = 100_000


MAX_BYTES = 1024 * 1024
MAX_ERRORS = 50


def refused(document: Any) -> Errors:
    """What no run config may hold, whatever its shape: too much, too deep, numbers and keys that JSON can not carry."""
    if document is not None and not isinstance(document, Mapping):
        return [
            ConfigError(
                kind="TYPE_MISMATCH",
                path=(),
                expected="a dict",
                message=f"found {type(document).__name__}, expected a dict",
            )
        ]
    errors: Errors = []
    nodes = size = 0
    waiting: list[tuple[Any, Path]] = [(document, ())]
    while waiting and len(errors) < MAX_ERRORS:
        value, path = waiting.pop()
        nodes += 1
        size += len(value) if isinstance(value, str) else 8
        if len(path) > MAX_DEPTH or nodes > MAX_NODES or size > MAX_BYTES:
            return [
                ConfigError(
                    kind="VALUE",
                    path=path[:8],
                    message=f"CONFIG_TOO_LARGE: a run config has at most {MAX_DEPTH} levels, "
                    f"{MAX_NODES} values and {MAX_BYTES} bytes",
                )
            ]
        if isinstance(value, Mapping):
            errors += [_bad_key(key, path) for key in value if not _is_good_key(key)]
            waiting += [
                (item, (*path, key if isinstance(key, str) else str(key)))
                for key, item in reversed(list(value.items()))
            ]
        elif isinstance(value, (list, tuple)):
            waiting += [(item, (*path, index)) for index, item in reversed(list(enumerate(value)))]
        elif isinstance(value, float) and not math.isfinite(value):
            errors.append(
                ConfigError(
                    kind="VALUE", path=path, value=str(value), message=f"{value} is no number that JSON can hold"
                )
            )
        elif isinstance(value, int) and value.bit_length() > 4096:
            errors.append(ConfigError(kind="VALUE", path=path, message="the integer has more than 1,200 digits"))
    return errors


def _is_good_key(key: Any) -> bool:
    return isinstance(key, str) and not any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in key)


def _bad_key(key: Any, path: Path) -> ConfigError:
    shown = key.encode("unicode_escape").decode() if isinstance(key, str) else repr(key)
    return ConfigError(
        kind="VALUE",
        path=path,
        value=shown,
        message=f"the key {shown} can not be used: keys are strings without control characters",
    )
