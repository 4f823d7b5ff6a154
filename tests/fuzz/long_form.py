"""The long form of what is generated: ``FUZZ_SIZE=long`` tries many, new ones each time, for about ``FUZZ_SECONDS`` a test.

How many each test has tried is added to the file ``FUZZ_TOLD``, a line of JSON a test: a law that was tried a hundred
times because its time was over is not to be taken for one that was tried ten thousand times.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

IS_LONG = os.environ.get("FUZZ_SIZE") == "long"
SECONDS = float(os.environ.get("FUZZ_SECONDS", "600"))
MANY, AT_ONCE = 10_000, 50
Test = TypeVar("Test", bound=Callable[..., Any])


def repeated(name: str, rounds: int, each: int, act: Callable[[], object]) -> None:
    """Do rounds of examples until all are done or the time is over; at least one.

    Args:
        name: of the test, for the report.
        each: how many examples a round has.
    """
    begun, tried = time.monotonic(), 0
    for _ in range(rounds):
        act()
        tried += each
        if time.monotonic() - begun > SECONDS:
            break
    if path := os.environ.get("FUZZ_TOLD"):
        line = json.dumps({"test": name, "tried": tried, "seconds": round(time.monotonic() - begun, 1)})
        with open(path, "a") as file:
            file.write(line + "\n")


def in_rounds(test: Test) -> Test:
    """A generated test of ``AT_ONCE`` examples, tried in rounds until ``MANY`` are done or its time is over.

    Args:
        test: what ``hypothesis.given`` gives.
    """

    @functools.wraps(test)
    def all_of_them(*args: Any, **params: Any) -> None:
        name = os.environ.get("PYTEST_CURRENT_TEST", test.__qualname__).split(" ")[0]
        repeated(name, MANY // AT_ONCE, AT_ONCE, lambda: test(*args, **params))

    return all_of_them  # type: ignore[return-value]
