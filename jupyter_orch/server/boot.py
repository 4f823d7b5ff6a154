"""The open deployment inside a server: everything that is too heavy to import while the server starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from jupyter_orch.api.assemble import make_schema, sdl
from jupyter_orch.api.context import Context
from jupyter_orch.api.engine import Engine
from jupyter_orch.api.events import plain_event
from jupyter_orch.api.hub import EventHub
from jupyter_orch.api.logs import log_file, notebooks_of, open_regular
from jupyter_orch.bell import BellListener
from jupyter_orch.code_servers.pool import KernelCodeServers
from jupyter_orch.compose import close, compose
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import IN_PROGRESS
from jupyter_orch.settings import Settings


class Deployment:
    """What the handlers talk to."""

    def __init__(
        self,
        settings: Settings,
        code_servers: KernelCodeServers,
        root_dir: Path,
        base_url: str,
        loop: asyncio.AbstractEventLoop,
        *,
        run_daemon: bool,
    ) -> None:
        """Open the instance and start the daemon.

        Args:
            code_servers: those of the workspace; they load meanwhile.
            root_dir: root of the contents API.
            loop: the server's event loop, for subscriptions.

        Raises:
            OrchError: the settings are wrong or the storage can not be opened.
        """
        self.orchestrator = compose(settings, code_servers)
        if run_daemon:
            self.orchestrator.supervisor.start()
        self.engine = Engine(make_schema())
        self.hub = EventHub(BellListener(settings.home), loop)
        self.orchestrator.code_servers.listen(self.hub.tell_location)
        self.sdl = sdl()
        self._root_dir = root_dir
        self._base_url = base_url

    def context(self, user: str, is_authorized: Callable[[str, str], bool]) -> Context:
        """The surroundings of one request."""
        return Context(
            orchestrator=self.orchestrator,
            hub=self.hub,
            user=user,
            is_authorized=is_authorized,
            root_dir=self._root_dir,
            base_url=self._base_url,
        )

    def runs_in_progress(self) -> int:
        """How many runs are on their way or running."""
        return self.orchestrator.instance.storage.count_runs(RunFilter(statuses=tuple(IN_PROGRESS)))

    def events(self, run_id: str, after: int, limit: int) -> list[dict[str, object]] | None:
        """A run's events as plain JSON, or None when there is no such run."""
        storage = self.orchestrator.instance.storage
        if storage.get_run(run_id) is None:
            return None
        return [plain_event(e) for e in storage.read_events(run_id, after=after, limit=limit)]

    def open_log(self, run_id: str, step_key: str, stream: str) -> int | None:
        """A descriptor of a step's captured output."""
        return open_regular(log_file(self.orchestrator.instance.settings.home, run_id, step_key, stream))

    def notebook(self, run_id: str, step_key: str) -> str | None:
        """The executed notebook of a step as text."""
        for path in notebooks_of(self.orchestrator.instance.settings.home, run_id, step_key):
            fd = open_regular(path)
            if fd is not None:
                with open(fd, encoding="utf-8") as file:
                    return file.read()
        return None

    def close(self) -> None:
        """Stop everything of ours but the runs."""
        self.hub.close()
        self.engine.close()
        close(self.orchestrator)
