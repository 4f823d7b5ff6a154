"""Async solids from synchronous code, also inside a running event loop (a notebook)."""

from __future__ import annotations

import contextvars
import importlib
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any


def awaited(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end and give its result; its errors come through."""
    with _Loop() as loop:
        return loop.run(coroutine)


def async_items(items: AsyncGenerator[Any, None]) -> Iterator[Any]:
    """The items of an async generator, one by one, as an ordinary generator; closing it closes the inner one."""
    with _Loop() as loop:
        try:
            while True:
                try:
                    item = loop.run(items.__anext__())
                except StopAsyncIteration:
                    return
                yield item
        finally:
            loop.run(items.aclose())


class _Loop:
    """A private event loop; in a thread of its own when this thread already runs one."""

    def __enter__(self) -> _Loop:
        self._asyncio = importlib.import_module("asyncio")  # 3 MiB and 17 ms that only async solids need
        self._loop = self._asyncio.new_event_loop()
        try:
            self._asyncio.get_running_loop()
            self._needs_thread = True
        except RuntimeError:
            self._needs_thread = False
        return self

    def __exit__(self, *_: object) -> None:
        self._in_right_thread(self._shut_down)

    def run(self, awaitable: Any) -> Any:
        """Wait for it here."""
        return self._in_right_thread(lambda: self._loop.run_until_complete(awaitable))

    def _shut_down(self) -> None:
        left = self._asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        if left:
            self._loop.run_until_complete(self._asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _in_right_thread(self, work: Any) -> Any:
        if not self._needs_thread:
            return work()
        outcome: dict[str, Any] = {}
        values = contextvars.copy_context()

        def task() -> None:
            try:
                outcome["value"] = values.run(work)
            except BaseException as error:
                outcome["error"] = error

        thread = threading.Thread(target=task, name="async solid")
        thread.start()
        thread.join()
        if "error" in outcome:
            raise outcome["error"]
        return outcome.get("value")
