"""Retries (case 31)."""

from __future__ import annotations

from typing import Any

import pytest

import jupyter_orch as orch
from tests.execution.quiet import QUIET, kinds, run


def failing(name: str, error: Any = None, **options: Any) -> orch.SolidDefinition:
    @orch.solid(name=name, **options)
    def made() -> int:
        raise error or ValueError("no")

    return made


def counts(result: Any, step: str) -> tuple[int, int, int]:
    found = kinds(result, step)
    return found.count("STEP_UP_FOR_RETRY"), found.count("STEP_RESTARTED"), found.count("STEP_FAILURE")


def test_the_invocation_outweighs_the_definition_and_that_the_pipeline() -> None:
    defined = failing("defined", retry_policy=orch.RetryPolicy(max_retries=2))
    unset = failing("unset")
    explicit = failing("explicit", orch.Failure("said so"))

    @orch.pipeline(solid_retry_policy=orch.RetryPolicy(max_retries=3))
    def policies() -> None:
        defined()
        unset()
        defined.alias("invoked").with_retry_policy(orch.RetryPolicy(max_retries=1))()
        explicit.with_retry_policy(orch.RetryPolicy(max_retries=1))()

    result = run(policies)
    assert {name: counts(result, name) for name in ("defined", "unset", "invoked", "explicit")} == {
        "defined": (2, 2, 1),
        "unset": (3, 3, 1),
        "invoked": (1, 1, 1),
        "explicit": (1, 1, 1),
    }


@pytest.mark.parametrize(("maximum", "expected"), [(None, 1), (3, 3)])
def test_a_requested_retry_counts(maximum: int | None, expected: int) -> None:
    request = orch.RetryRequested() if maximum is None else orch.RetryRequested(max_retries=maximum)

    @orch.pipeline
    def asking() -> None:
        failing("asks", request)()

    assert counts(run(asking), "asks") == (expected, expected, 1)


def test_retries_can_be_turned_off_in_the_run_config() -> None:
    @orch.pipeline
    def off() -> None:
        failing("never", retry_policy=orch.RetryPolicy(max_retries=5))()

    assert counts(run(off, {"execution": {"in_process": {"config": {"retries": {"disabled": {}}}}}}), "never") == (
        0,
        0,
        1,
    )


def test_a_failure_may_forbid_retries() -> None:
    @orch.pipeline
    def forbidding() -> None:
        failing("final", orch.Failure("final", allow_retries=False), retry_policy=orch.RetryPolicy(max_retries=5))()

    assert counts(run(forbidding), "final") == (0, 0, 1)


def test_delays_grow_as_the_policy_says() -> None:
    assert [orch.RetryPolicy(delay=2).calculate_delay(n) for n in (1, 2, 3)] == [2, 2, 2]
    assert [orch.RetryPolicy(delay=2, backoff=orch.Backoff.LINEAR).calculate_delay(n) for n in (1, 2, 3)] == [2, 4, 6]
    assert [orch.RetryPolicy(delay=2, backoff=orch.Backoff.EXPONENTIAL).calculate_delay(n) for n in (1, 2, 3)] == [
        2,
        6,
        14,
    ]
    assert orch.RetryPolicy().calculate_delay(4) == 0


def test_jitter_stays_in_its_band() -> None:
    full = [orch.RetryPolicy(delay=2, jitter=orch.Jitter.FULL).calculate_delay(1) for _ in range(200)]
    around = [orch.RetryPolicy(delay=2, jitter=orch.Jitter.PLUS_MINUS).calculate_delay(1) for _ in range(200)]
    assert min(full) >= 0 and max(full) <= 2 and len(set(full)) > 100
    assert min(around) >= 0 and max(around) <= 4 and max(around) > 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"jitter": orch.Jitter.FULL},
        {"backoff": orch.Backoff.LINEAR},
        {"max_retries": -1},
        {"max_retries": "2"},
        {"delay": -1},
        {"delay": "1"},
    ],
)
def test_policies_that_make_no_sense_are_refused(wrong: Any) -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="RetryPolicy"):
        orch.RetryPolicy(**wrong)


def test_the_second_attempt_may_succeed_and_other_steps_go_on_meanwhile() -> None:
    tries: list[str] = []

    @orch.solid
    def flaky(context: Any) -> int:
        tries.append(f"flaky {context.retry_number}")
        if context.retry_number == 0:
            raise orch.RetryRequested(seconds_to_wait=0.2)
        return 1

    @orch.solid
    def steady() -> int:
        tries.append("steady")
        return 1

    @orch.pipeline
    def both() -> None:
        flaky()
        steady()

    result = run(both)
    assert result.success
    assert tries == ["flaky 0", "steady", "flaky 1"]
    assert result.result_for_solid("flaky").retry_attempts == 1


def test_outputs_of_a_failed_attempt_do_not_count() -> None:
    @orch.solid(
        output_defs=[
            orch.OutputDefinition(int, "a", is_required=False),
            orch.OutputDefinition(int, "b", is_required=False),
        ]
    )
    def changing(context: Any) -> Any:
        if context.retry_number == 0:
            yield orch.Output(1, "a")
            raise orch.RetryRequested()
        yield orch.Output(2, "b")

    @orch.solid
    def use(x: int) -> int:
        return x

    @orch.pipeline
    def changed() -> None:
        a, b = changing()
        use.alias("use_a")(a)
        use.alias("use_b")(b)

    result = run(changed)
    assert result.result_for_solid("use_a").skipped
    assert result.output_for_solid("use_b") == 2


def test_raising_names_the_users_own_error() -> None:
    @orch.pipeline
    def raising() -> None:
        failing("fails", KeyError("mine"))()

    with pytest.raises(KeyError, match="mine"):
        orch.execute_pipeline(raising, QUIET)
