"""Work in threads, one lane for each location: whoever waits for slow user code holds up nobody elsewhere."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger("jupyter_orch.daemon")


class Lanes:
    """Threads by location; each piece of work has a name, and is there once at a time."""

    def __init__(self, workers: int, name: str, done: Callable[[bool], None]) -> None:
        """Args:
        workers: threads of one lane at most.
        name: for the threads' names.
        done: called after each piece of work, in its thread, with whether it has raised.
        """
        self._workers = workers
        self._name = name
        self._done = done
        self._lock = threading.Lock()
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._names: set[str] = set()
        self._failure: Exception | None = None

    def start(self, lane: str, name: str, work: Callable[[], None]) -> bool:
        """Do something soon; False when a piece of work of that name is not done yet."""
        with self._lock:
            if name in self._names:
                return False
            threads = self._lanes.get(lane)
            if threads is None:
                threads = self._lanes[lane] = ThreadPoolExecutor(self._workers, f"orch-{self._name}-{lane[:20]}")
            self._names.add(name)
        threads.submit(self._do, name, work)
        return True

    def raise_failure(self) -> None:
        """Raise what a piece of work has raised since the last look, so that whoever gave it out shows it."""
        with self._lock:
            failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def has(self, name: str) -> bool:
        """Whether a piece of work of that name is not done yet."""
        with self._lock:
            return name in self._names

    def is_idle(self) -> bool:
        """Whether nothing is going on and nothing waits."""
        with self._lock:
            return not self._names

    def close(self) -> None:
        """Begin nothing more; what is going on ends by itself."""
        with self._lock:
            lanes, self._lanes = list(self._lanes.values()), {}
        for threads in lanes:
            threads.shutdown(wait=False, cancel_futures=True)

    def _do(self, name: str, work: Callable[[], None]) -> None:
        failure: Exception | None = None
        try:
            work()
        except Exception as error:
            log.warning("%s: %s failed: %s", self._name, name, error)
            failure = error
        finally:
            with self._lock:
                self._failure = failure or self._failure
                self._names.discard(name)
            self._done(failure is not None)
