"""One step after the other in the run's own process."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_orch.definitions.executor import InProcessSettings
from jupyter_orch.execution.work import Work
from jupyter_orch.records.event import Event


def run_in_process(settings: InProcessSettings, work: Work) -> Iterator[Event]:
    """Work a plan off in this process: resources are opened once, then the steps run in order.

    Args:
        settings: of the executor.
        work: the plan.
    """
    yield from work.open_resources()
    while True:
        yield from work.notices()
        ready = work.take_ready()
        if ready:
            yield from work.run_step(ready[0], retries_enabled=settings.retries_enabled)
        elif work.is_done:
            return
        else:
            work.sleep_until_retry()
