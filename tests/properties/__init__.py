"""Laws that hold for every input: generated, but the same in every run; in the long form many more, and others each time."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

from tests.fuzz.long_form import AT_ONCE, IS_LONG, in_rounds


def law(examples: int) -> Callable[[Any], Any]:
    """How a law is tried: on so many inputs, always the same ones, with nothing kept on disk."""
    tried = settings(
        max_examples=AT_ONCE if IS_LONG else examples,
        derandomize=not IS_LONG,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    return (lambda test: in_rounds(tried(test))) if IS_LONG else tried
