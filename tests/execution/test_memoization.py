"""Memoized runs (case 35)."""

from __future__ import annotations

from typing import Any

import pytest

import jupyter_orch as orch
from tests.execution.quiet import run


def build(versions: dict[str, str | None]) -> orch.PipelineDefinition:
    @orch.solid(version=versions["a"], config_schema=orch.Field(int, default_value=1))
    def a(context: Any) -> int:
        return int(context.solid_config)

    @orch.solid(version=versions["b"])
    def b(x: int) -> int:
        return x + 1

    @orch.solid(version=versions["c"])
    def c(x: int) -> int:
        return x * 2

    @orch.pipeline(
        mode_defs=[orch.ModeDefinition(resource_defs={"io_manager": orch.versioned_filesystem_io_manager})],
        tags={"dagster/is_memoized_run": "true"},
    )
    def memoized() -> None:
        value = a()
        c(b(value))

    return memoized  # type: ignore[no-any-return]


@pytest.fixture
def steps(tmp_path: Any) -> Any:
    def ran(versions: dict[str, str | None], config: int = 1) -> list[str]:
        result = run(
            build(versions),
            {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path)}}}, "solids": {"a": {"config": config}}},
        )
        assert result.success, [e.message for e in result.event_list]
        return [str(e.step_key) for e in result.event_list if e.is_step_start]

    return ran


def test_only_what_changed_and_what_follows_runs_again(steps: Any) -> None:
    base = {"a": "1", "b": "1", "c": "1"}
    assert steps(base) == ["a", "b", "c"]
    assert steps(base) == []
    assert steps({**base, "b": "2"}) == ["b", "c"]
    assert steps({**base, "c": "2"}) == ["c"]
    assert steps(base) == []
    assert steps(base, config=5) == ["a", "b", "c"]


def test_a_missing_version_is_named(tmp_path: Any) -> None:
    result = run(
        build({"a": "1", "b": None, "c": "1"}), {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path)}}}}
    )
    assert not result.success
    assert any("step 'b'" in e.message for e in result.event_list)


def test_an_io_manager_that_can_not_memoize_is_named() -> None:
    @orch.solid(version="1")
    def a() -> int:
        return 1

    @orch.pipeline(tags={"dagster/is_memoized_run": "true"})
    def memoized() -> None:
        a()

    with pytest.raises(orch.DagsterInvariantViolationError, match="'io_manager'.*has no method has_output"):
        orch.execute_pipeline(memoized)


def test_a_version_strategy_alone_does_not_memoize(tmp_path: Any) -> None:
    @orch.solid
    def a() -> int:
        return 1

    @orch.pipeline(
        mode_defs=[orch.ModeDefinition(resource_defs={"io_manager": orch.versioned_filesystem_io_manager})],
        version_strategy=orch.SourceHashVersionStrategy(),
    )
    def with_versions() -> None:
        a()

    config = {"resources": {"io_manager": {"config": {"base_dir": str(tmp_path)}}}}
    for tags, steps in (({}, ["a"]), ({}, ["a"]), ({"dagster/is_memoized_run": "true"}, [])):
        result = run(with_versions, config, tags=tags)
        assert result.success
        assert [e.step_key for e in result.event_list if e.is_step_start] == steps
