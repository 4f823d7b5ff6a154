"""Tags that mean something to the deployment; what can not be read is refused when a run is submitted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jupyter_orch.records.snapshot import PipelineSnapshot, SolidSnapshot
from jupyter_orch.runs.problems import RunTagsInvalid

PRIORITY_TAG = "dagster/priority"
MAX_RUNTIME_TAG = "dagster/max_runtime"
MAX_RETRIES_TAG = "dagster/max_retries"
RETRY_STRATEGY_TAG = "dagster/retry_strategy"
RETRY_NUMBER_TAG = "dagster/retry_number"
IS_RESUME_RETRY_TAG = "dagster/is_resume_retry"
PARENT_TAG, ROOT_TAG = "dagster/parent_run_id", "dagster/root_run_id"
RESUME_TAG = "jupyter_orch/resume"
POOL_TAG = "jupyter_orch/pool"

OF_ONE_RUN = (IS_RESUME_RETRY_TAG, RETRY_NUMBER_TAG)
"""Tags that tell how one run came about; its re-executions do not inherit them."""

STRATEGIES = ("FROM_FAILURE", "ALL_STEPS")
RERUN, FAIL = "rerun", "fail"

MOST_TAGS, LONGEST_KEY, LONGEST_VALUE = 64, 255, 4096
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_POOL = re.compile(r"[^\s,]{1,200}")


def check_tags(tags: Mapping[str, Any]) -> None:
    """Refuse tags that could not be kept or understood.

    Raises:
        RunTagsInvalid: with every mistake.
    """
    mistakes = [f"{len(tags)} tags are too many; at most {MOST_TAGS} can be kept"] if len(tags) > MOST_TAGS else []
    for key, value in tags.items():
        mistakes += _form(key, value)
    for key, (is_right, expected) in _MEANINGS.items():
        value = tags.get(key)
        if isinstance(value, str) and not is_right(value):
            mistakes.append(f"tag {key!r}: expected {expected}, found {value[:80]!r}")
    if mistakes:
        raise RunTagsInvalid(tuple(mistakes))


def storable(tags: Mapping[str, Any]) -> dict[str, str]:
    """Those of some refused tags that can be kept, for the run that says why the others were refused."""
    kept = [(key, value) for key, value in tags.items() if not _form(key, value)]
    return dict(kept[:MOST_TAGS])


def priority_of(tags: Mapping[str, str]) -> int:
    """Higher starts first; 0 without the tag."""
    return _whole(tags.get(PRIORITY_TAG)) or 0


def max_runtime_of(tags: Mapping[str, str], default: float | None) -> float | None:
    """Seconds that a run may take; None does not limit it."""
    value = tags.get(MAX_RUNTIME_TAG)
    return float(value) if value is not None and _is_duration(value) else default


def max_retries_of(tags: Mapping[str, str], default: int) -> int:
    """How often a run that failed is tried again as a new run."""
    value = _whole(tags.get(MAX_RETRIES_TAG))
    return default if value is None or value < 0 else value


def retry_number_of(tags: Mapping[str, str]) -> int:
    """Which retry a run is; 0 for a run that somebody asked for."""
    return _whole(tags.get(RETRY_NUMBER_TAG)) or 0


def pools_of(tags: Mapping[str, str]) -> tuple[str, ...]:
    """The pools in which a run needs a slot, each once, in order."""
    return tuple(sorted({name.strip() for name in tags.get(POOL_TAG, "").split(",") if name.strip()}))


def tags_of(pipeline: PipelineSnapshot, asked: Mapping[str, str]) -> dict[str, str]:
    """A run's tags: those of its pipeline, those that were asked for before them, and the pools of all its solids."""
    tags = {**pipeline.tags, **asked}
    named = {name for solid in _all_solids(pipeline.solids) for name in pools_of(solid.tags)}
    return {**tags, POOL_TAG: ", ".join(sorted({*named, *pools_of(tags)}))} if named else tags


def _all_solids(solids: Sequence[SolidSnapshot]) -> Iterator[SolidSnapshot]:
    for solid in solids:
        yield solid
        yield from _all_solids(solid.solids)


def _form(key: Any, value: Any) -> list[str]:
    if not isinstance(key, str) or not key:
        return [f"a tag's name must be text, found {key!r}"]
    if len(key) > LONGEST_KEY:
        return [f"tag {key[:40] + '…'!r}: its name has {len(key)} characters, at most {LONGEST_KEY} can be kept"]
    if not isinstance(value, str):
        return [f"tag {key!r}: expected text, found {value!r}"]
    if len(value) > LONGEST_VALUE:
        return [f"tag {key!r}: its value has {len(value)} characters, at most {LONGEST_VALUE} can be kept"]
    if _CONTROL.search(key) or _CONTROL.search(value):
        return [f"tag {key!r}: control characters can not be kept"]
    return []


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and re.fullmatch(r"[+-]?\d{1,9}", value.strip(), re.ASCII) else None


def _is_duration(value: str) -> bool:
    return bool(re.fullmatch(r"\d{1,12}(\.\d{1,9})?", value.strip(), re.ASCII)) and float(value) > 0


def _is_count(value: str) -> bool:
    number = _whole(value)
    return number is not None and number >= 0


def _are_pools(value: str) -> bool:
    return all(_POOL.fullmatch(name.strip()) for name in value.split(","))


_MEANINGS: dict[str, tuple[Callable[[str], bool], str]] = {
    PRIORITY_TAG: (lambda value: _whole(value) is not None, "a whole number, e.g. 3 or -1"),
    MAX_RUNTIME_TAG: (_is_duration, "a number of seconds greater than 0"),
    MAX_RETRIES_TAG: (_is_count, "a whole number of at least 0"),
    RETRY_STRATEGY_TAG: (lambda value: value in STRATEGIES, f"one of {', '.join(STRATEGIES)}"),
    RESUME_TAG: (lambda value: value in (RERUN, FAIL), f"{RERUN} or {FAIL}"),
    POOL_TAG: (_are_pools, "names of pools with commas between them"),
}
