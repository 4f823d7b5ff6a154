"""Tags that mean something are refused at submit when they can not be read (bad inputs R12 and R13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyter_orch.records.snapshot import PipelineSnapshot, SolidSnapshot
from jupyter_orch.runs.problems import RunTagsInvalid
from jupyter_orch.runs.run_tags import (
    check_tags,
    max_retries_of,
    max_runtime_of,
    pools_of,
    priority_of,
    retry_number_of,
    tags_of,
)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("dagster/priority", "high", "a whole number"),
        ("dagster/priority", "1.5", "a whole number"),
        ("dagster/max_runtime", "0", "seconds greater than 0"),
        ("dagster/max_runtime", "soon", "seconds greater than 0"),
        ("dagster/max_runtime", "nan", "seconds greater than 0"),
        ("dagster/max_runtime", "-3", "seconds greater than 0"),
        ("dagster/max_retries", "-1", "a whole number of at least 0"),
        ("dagster/max_retries", "often", "a whole number of at least 0"),
        ("dagster/retry_strategy", "SOME_STEPS", "FROM_FAILURE, ALL_STEPS"),
        ("jupyter_orch/resume", "maybe", "rerun or fail"),
        ("jupyter_orch/pool", "a,,b", "names of pools"),
        ("k" * 256, "v", "at most 255"),
        ("k", "v" * 4097, "at most 4096"),
        ("k", "a\x00b", "control characters"),
        ("k", 3, "expected text"),
        ("", "v", "must be text"),
    ],
)
def test_what_can_not_be_read_or_kept_is_refused_with_what_was_expected(key: str, value: str, expected: str) -> None:
    with pytest.raises(RunTagsInvalid, match=expected):
        check_tags({key: value})


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(RunTagsInvalid) as caught:
        check_tags({"dagster/priority": "x", "dagster/max_retries": "y", **{f"t{n}": "" for n in range(64)}})
    assert len(caught.value.mistakes) == 3 and "66 tags are too many" in caught.value.message


def test_what_is_right_passes() -> None:
    check_tags({"dagster/priority": "-3", "dagster/max_runtime": "0.5", "dagster/max_retries": "0", "team": "ä\n\tö"})
    check_tags({"jupyter_orch/pool": "db, gpu", "jupyter_orch/resume": "rerun", "dagster/retry_strategy": "ALL_STEPS"})


def test_the_meanings() -> None:
    assert [priority_of({"dagster/priority": v}) for v in ("7", "-2", "x")] == [7, -2, 0] and priority_of({}) == 0
    assert max_runtime_of({"dagster/max_runtime": "2.5"}, None) == 2.5 and max_runtime_of({}, 9.0) == 9.0
    assert max_retries_of({"dagster/max_retries": "0"}, 4) == 0 and max_retries_of({}, 4) == 4
    assert retry_number_of({"dagster/retry_number": "2"}) == 2 and retry_number_of({}) == 0
    assert pools_of({"jupyter_orch/pool": "gpu, db,gpu"}) == ("db", "gpu") and pools_of({}) == ()


def test_a_run_holds_the_pools_of_its_pipeline_of_all_its_solids_and_those_it_was_asked_with() -> None:
    def solid(name: str, pool: str, *inside: SolidSnapshot) -> SolidSnapshot:
        return SolidSnapshot(name=name, definition=name, tags={"jupyter_orch/pool": pool}, solids=inside)

    plain = PipelineSnapshot(name="p", tags={"team": "ice"}, solids=(SolidSnapshot(name="s", definition="s"),))
    assert tags_of(plain, {"a": "b"}) == {"team": "ice", "a": "b"}
    assert tags_of(plain, {"jupyter_orch/pool": "db,  gpu"})["jupyter_orch/pool"] == "db,  gpu"
    pooled = replace(plain, solids=(solid("s", "db"), solid("c", "gpu, db", solid("inner", "disk"))))
    assert tags_of(pooled, {}) == {"team": "ice", "jupyter_orch/pool": "db, disk, gpu"}
    assert pools_of(tags_of(pooled, {"jupyter_orch/pool": "net"})) == ("db", "disk", "gpu", "net")
