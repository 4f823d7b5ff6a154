"""What every suite does with a storage: open it, and close whatever was opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest


class OpenedStorage:
    """Fixtures of all suites."""

    @pytest.fixture
    def open_storage(self) -> Callable[[], Any]:
        """Yours: a function that opens the storage under test, each time at the same place."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture open_storage")

    @pytest.fixture
    def opener(self, open_storage: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
        """Opens the storage once more; all are closed when the test is over."""
        opened: list[Any] = []

        def open_one() -> Any:
            opened.append(open_storage())
            return opened[-1]

        yield open_one
        for one in opened:
            if hasattr(one, "dispose"):
                one.dispose()

    @pytest.fixture
    def storage(self, opener: Callable[[], Any]) -> Any:
        """The storage under test."""
        return opener()
