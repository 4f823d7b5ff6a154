"""Secrets in run configs: where they stand, and how a config is shown without them.

A field is secret when its definition says so (``Field(…, is_secret=True)``), which is ``writeOnly`` in its JSON Schema.
The places are found once, when a run is submitted, by the definitions that its config was checked against, and kept
with the run: a run whose code is gone still shows none of its secrets. ``{env: NAME}`` is a reference, not a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jupyter_orch.masking import MASK
from jupyter_orch.records.messages import ConfigError
from jupyter_orch.records.run import Submission
from jupyter_orch.records.secret_fields import Path


def without_secrets(run_config: Any, paths: Sequence[Path]) -> Any:
    """A copy of a run config that may be shown."""
    for path in paths:
        run_config = _replaced(run_config, path)
    return run_config


def shown_config(asked: Submission) -> Any:
    """A run's config as it may be shown."""
    return without_secrets(asked.run_config, asked.secret_paths)


def errors_without_secrets(errors: Sequence[ConfigError], paths: Sequence[Path]) -> tuple[ConfigError, ...]:
    """Mistakes of a config, without the values of those that are about a secret."""

    def told(error: ConfigError) -> ConfigError:
        if not any(error.path[: len(path)] == tuple(path) for path in paths):
            return error
        return replace(
            error, value=None, message=f"a secret does not fit here; expected {error.expected or 'another value'}"
        )

    return tuple(map(told, errors))


def masks_in(run_config: Any, paths: Sequence[Path]) -> tuple[ConfigError, ...]:
    """A mistake for each secret that is the mask: somebody sent a config back as it was shown."""
    return tuple(
        ConfigError(
            kind="VALUE",
            path=path,
            expected="the secret itself, or {env: NAME}",
            message="this secret was masked when it was shown: write it again, or {env: NAME}",
        )
        for path in paths
        if value_at(run_config, path) == MASK
    )


def _replaced(value: Any, path: Path) -> Any:
    if not path:
        return MASK
    key, *rest = path
    if isinstance(value, dict) and key in value:
        return {**value, key: _replaced(value[key], tuple(rest))}
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return [_replaced(item, tuple(rest)) if number == key else item for number, item in enumerate(value)]
    return value


def value_at(value: Any, path: Path) -> Any:
    """What stands at a place of a run config; None when nothing does."""
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value
