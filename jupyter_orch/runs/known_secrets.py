"""What is secret about a run: what its config says or refers to, and what the deployment around it knows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from jupyter_orch.masking import Mask
from jupyter_orch.records.messages import TickVerdict
from jupyter_orch.records.run import Submission
from jupyter_orch.runs.secret_config import value_at
from jupyter_orch.settings import Settings
from jupyter_orch.settings.secrets import secrets_here


def mask_of(asked: Submission, settings: Settings) -> Mask:
    """What hides the secrets of a run; for the server's processes and the workers that it starts."""
    return Mask([*_of_config(asked, os.environ), *secrets_here(settings)])


def cover_verdict(settings: Settings, verdict: TickVerdict) -> TickVerdict:
    """What the function of a schedule or sensor has said, without the deployment's secrets."""
    if not (verdict.output or verdict.failure or verdict.skip_reason):
        return verdict
    mask = Mask(secrets_here(settings))
    return replace(
        verdict,
        output=verdict.output and mask.text(verdict.output),
        skip_reason=verdict.skip_reason and mask.text(verdict.skip_reason),
        failure=verdict.failure and mask.failure(verdict.failure),
    )


def _of_config(asked: Submission, environment: Mapping[str, str]) -> Iterator[str]:
    for path in asked.secret_paths:
        yield from _texts(value_at(asked.run_config, path))
    for name in asked.secret_variables:
        if name in environment:
            yield environment[name]


def _texts(value: Any) -> Iterator[str]:
    """Every text and number in a value that is secret as a whole."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)
