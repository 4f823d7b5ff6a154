"""News of runs that other places have written, heard from Postgres as they commit: hints, polling finds the rest."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger("jupyter_orch.storage")
CHANNEL = "jupyter_orch"
LISTEN_FOR = 1.0
LONGEST_BACK_OFF = 30.0


class NewsListener:
    """Listens in a thread of its own until it is stopped; a lost connection is made again."""

    def __init__(self, url: str, place: str, ring: Callable[[str], None]) -> None:
        """Args:
        url: address of the database, as libpq reads it.
        place: our own place; what was written here has been rung here.
        ring: told of each run with news.
        """
        self._url = url
        self._place = place
        self._ring = ring
        self._stopping = threading.Event()
        self.is_listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="orch-news", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hear no more."""
        self._stopping.set()
        self._thread.join(2 * LISTEN_FOR)

    def _run(self) -> None:
        import psycopg

        failed = 0
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                    failed = 0
                    self._listen(connection)
            except (psycopg.Error, OSError) as error:
                failed += 1
                log.debug("news from other servers are looked up, not heard: %s", error)
            self.is_listening.clear()
            if failed:
                self._stopping.wait(min(LONGEST_BACK_OFF, 0.5 * 2 ** min(failed, 6)))

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        self.is_listening.set()
        while not self._stopping.is_set():
            for notice in connection.notifies(timeout=LISTEN_FOR):
                place, _, run_id = notice.payload.partition(" ")
                if place != self._place:
                    with contextlib.suppress(Exception):  # whoever is rung must not end the listening
                        self._ring(run_id)
                if self._stopping.is_set():
                    break
