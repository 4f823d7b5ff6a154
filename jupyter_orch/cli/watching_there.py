"""Following a run through a server; when the server goes first, on from the instance itself, if that is here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import msgspec

from jupyter_orch.cli.exit_codes import LOST
from jupyter_orch.cli.opening import opened_instance
from jupyter_orch.cli.visible import visible
from jupyter_orch.cli.watching import conclude_as, reasons, watch, watching
from jupyter_orch.client import OrchClient
from jupyter_orch.client.connection import ServerGone, ServerSilent
from jupyter_orch.errors import OrchError
from jupyter_orch.folders import is_there
from jupyter_orch.instance import Instance
from jupyter_orch.records.event import Event, EventType, StoredEvent
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.status import RunStatus
from jupyter_orch.settings import home_folder

_TELLING = (EventType.STEP_FAILURE, EventType.PIPELINE_FAILURE)


def watch_there(client: OrchClient, run_id: str, *, as_json: bool = False) -> int:
    """Print a run's events to its end, or until Ctrl-C.

    Args:
        as_json: one JSON object per line.

    Returns:
        The exit code: 0 when the run succeeded, 1 when it did not, 3 when the run goes on out of our sight, 130 after
        Ctrl-C.
    """
    followed = _Followed(client, run_id)
    try:
        return watching(followed.events(), followed.conclude, run_id, as_json=as_json)
    except (ServerGone, ServerSilent):
        return _go_on(client, run_id, followed.newest, as_json)


class _Followed:
    """A run as far as the server has told of it.

    Attributes:
        newest: number of the newest event.
    """

    def __init__(self, client: OrchClient, run_id: str) -> None:
        self._client = client
        self._run_id = run_id
        self._failures: list[Event] = []
        self.newest = 0

    def events(self) -> Iterator[StoredEvent]:
        """Every event as it comes, until the run has ended."""
        for told in self._client.follow_logs(self._run_id):
            event = msgspec.convert(told, Event)
            if event.type in _TELLING:
                self._failures.append(event)
            self.newest = told["seq"]
            yield StoredEvent(run_id=self._run_id, seq=self.newest, event=event)

    def conclude(self) -> int:
        """Say why the run did not succeed; returns the exit code."""
        status = RunStatus(self._client.get_run(self._run_id)["status"])
        reason = reasons(self._failures, self._own_failure()) if status == RunStatus.FAILURE else ""
        return conclude_as(self._run_id, status, reason)

    def _own_failure(self) -> Failure | None:
        told: list[Any] = [e.data.get("failure") for e in self._failures if e.type == EventType.PIPELINE_FAILURE]
        return msgspec.convert(told[-1], Failure) if told and told[-1] else None


def _go_on(client: OrchClient, run_id: str, newest: int, as_json: bool) -> int:
    """The rest of a run whose server is gone."""
    gone = f"jupyter-orch: the server at {client.server.url} has ended or can not be reached"
    with _instance_with(run_id) as instance:
        if instance is not None:
            print(f"{gone}; the run goes on and is followed in {instance.settings.home}", file=sys.stderr, flush=True)
            return watch(instance, run_id, after=newest, as_json=as_json)
    print(f"{gone}; the run goes on: jupyter-orch run logs --follow {run_id[:8]}", file=sys.stderr)
    return LOST


@contextmanager
def _instance_with(run_id: str) -> Iterator[Instance | None]:
    """The instance of this command line if the run is in it."""
    if not is_there(home_folder()):  # nothing is made only to look
        yield None
        return
    with ExitStack() as stack:
        found: Instance | None = None
        try:
            instance = stack.enter_context(opened_instance())
            found = instance if instance.storage.get_run(run_id) is not None else None
        except OrchError as error:
            print(f"jupyter-orch: {visible(error.message)}", file=sys.stderr)
        yield found
