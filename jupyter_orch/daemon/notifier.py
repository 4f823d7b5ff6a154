"""Tells people what they want to know: gathers news, and sends what waits until it has arrived."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_orch import clock
from jupyter_orch.automation.notices import NoticeGatherer
from jupyter_orch.daemon.loop import Loop
from jupyter_orch.daemon.sinks import NotSent, Sink
from jupyter_orch.failpoints import failpoint
from jupyter_orch.ports import NoticeStorage
from jupyter_orch.records.notice import Notice

TURN = 2.0
AT_ONCE = 20
LEASE = 120.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3600.0
MAX_ATTEMPTS = 30
"""With the pauses above: about a day."""


class Notifier(Loop):
    """Sends news at least once. Any number of replicas may do so at once."""

    name = "NOTIFIER"

    def __init__(self, storage: NoticeStorage, gatherer: NoticeGatherer, sinks: Mapping[str, Sink]) -> None:
        """Args:
        sinks: by the names under which notices know them.
        """
        super().__init__()
        self._storage = storage
        self._gatherer = gatherer
        self._sinks = sinks

    def poll(self) -> float:
        more = self._gatherer.gather()
        now = clock.shared()
        taken = self._storage.take_notices(now, now + LEASE, AT_ONCE)
        for notice in taken:
            self._send(notice)
        return 0.0 if more or len(taken) == AT_ONCE else TURN

    def _send(self, notice: Notice) -> None:
        failpoint("hooks.send.before")
        sink = self._sinks.get(notice.sink)
        try:
            if sink is None:
                raise NotSent("the settings have no such sink any more")
            sink.send(notice)
        except NotSent as error:
            again = clock.shared() + min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(notice.attempts - 1, 20))
            is_hopeless = sink is None or notice.attempts >= MAX_ATTEMPTS
            self._storage.settle_notice(
                notice, sent_at=None, error=error.message, next_try=None if is_hopeless else again
            )
            self.note(NotSent(f"{notice.title}: {error.message}"))
            return
        failpoint("hooks.send.after")
        self._storage.settle_notice(notice, sent_at=clock.now(), error=None, next_try=None)
