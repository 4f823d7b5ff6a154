"""What schedules and sensors answer: start these runs, or skip and say why."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.names import valid_tags
from jupyter_orch.definitions.shown import described, is_json

LONGEST_RUN_KEY = 512


class DefaultScheduleStatus(Enum):
    """Whether a schedule runs until somebody says otherwise."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class DefaultSensorStatus(Enum):
    """Whether a sensor runs until somebody says otherwise."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


@dataclass(frozen=True)
class SkipReason:
    """Start nothing this time.

    Args:
        skip_message: why; people read it.
    """

    skip_message: str | None = None


@dataclass(frozen=True)
class RunRequest:
    """Start a run.

    Args:
        run_key: the same key never starts a second run; an empty one is none.
        run_config: the document.
        tags: of the run.
        job_name: the pipeline, for a sensor with several.
        partition_key: the run is of this partition.

    Raises:
        DagsterInvariantViolationError: the run config is no JSON, or the key can not be kept.
    """

    run_key: str | None = None
    run_config: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    job_name: str | None = None
    partition_key: str | None = None

    def __post_init__(self) -> None:
        if self.run_key is not None and not isinstance(self.run_key, str):
            raise DagsterInvariantViolationError(f"run_key must be a string or None, not {self.run_key!r}")
        if self.run_key is not None and (len(self.run_key) > LONGEST_RUN_KEY or "\0" in self.run_key):
            raise DagsterInvariantViolationError(
                f"a run_key may have at most {LONGEST_RUN_KEY} characters, none of them NUL, so that it can be kept; "
                f"found {len(self.run_key)}: {self.run_key[:40]!r}…; a hash of it would do"
            )
        config = self.run_config or {}
        if not isinstance(config, dict) or not is_json(config):
            raise DagsterInvariantViolationError(
                "the run_config of a RunRequest must be a dict of JSON values; dates and objects must be written as "
                "strings"
            )
        object.__setattr__(self, "run_config", config)
        tags = valid_tags(self.tags, "a RunRequest")
        if self.partition_key is not None:
            tags = {**tags, "dagster/partition": self.partition_key}
        object.__setattr__(self, "tags", tags)


def gathered(answer: Any, owner: str) -> tuple[list[RunRequest], SkipReason | None, list[Any]]:
    """Requests, or a reason to skip, from whatever a user's function returned or yielded.

    Args:
        answer: None, one item, a list, or a generator of them.
        owner: for messages.

    Returns:
        Requests, the reason to skip, and all other items.

    Raises:
        DagsterInvariantViolationError: requests and a reason to skip, or several reasons.
    """
    if answer is None:
        items: list[Any] = []
    elif inspect.isgenerator(answer) or isinstance(answer, (list, tuple)):
        items = [item for item in answer if item is not None]
    else:
        items = [answer]
    requests = [item for item in items if isinstance(item, RunRequest)]
    reasons = [item for item in items if isinstance(item, SkipReason)]
    if reasons and (requests or len(reasons) > 1):
        raise DagsterInvariantViolationError(
            f"{owner} must give either run requests or one SkipReason, not {len(requests)} requests and "
            f"{len(reasons)} reasons"
        )
    return (
        requests,
        reasons[0] if reasons else None,
        [item for item in items if not isinstance(item, (RunRequest, SkipReason))],
    )


def refuse_others(others: Iterable[Any], owner: str) -> None:
    """Refuse what is neither a request nor a reason to skip.

    Raises:
        DagsterInvariantViolationError: names what was given.
    """
    for item in others:
        raise DagsterInvariantViolationError(
            f"{owner} gave {described(item)}; it may give RunRequest and SkipReason objects"
        )


def refuse_keyless(requests: list[RunRequest], owner: str) -> None:
    """Several requests of one tick must be told apart by their keys.

    Raises:
        DagsterInvariantViolationError: a key is missing or stands twice.
    """
    keys = [request.run_key for request in requests]
    if len(keys) > 1 and (None in keys or len(set(keys)) < len(keys)):
        raise DagsterInvariantViolationError(
            f"{owner} gave {len(keys)} run requests; each needs a run_key of its own, so that none is started twice"
        )
