"""Laws that hold for every input: generated, but the same in every run."""

from hypothesis import HealthCheck, settings


def law(examples: int) -> settings:
    """How a law is tried: on so many inputs, always the same ones, with nothing kept on disk."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
