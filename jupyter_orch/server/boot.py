"""The open deployment inside a server: everything that is too heavy to import while the server starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import print_schema

from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.context import Context
from jupyter_orch.api.doors import Door
from jupyter_orch.api.engine import Engine
from jupyter_orch.api.events import plain_event
from jupyter_orch.api.hub import EventHub
from jupyter_orch.api.logs import notebooks_of, open_result
from jupyter_orch.api.openapi import openapi_text
from jupyter_orch.api.rest_answers import pass_door
from jupyter_orch.bell import BellListener
from jupyter_orch.code_servers.pool import KernelCodeServers
from jupyter_orch.compose import close, compose
from jupyter_orch.compute_logs.files import open_regular
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import IN_PROGRESS
from jupyter_orch.runs.known_secrets import mask_of
from jupyter_orch.server.hints import Hints
from jupyter_orch.server.loop_watch import LoopWatch
from jupyter_orch.server.metrics import LOOP_LAG, OrchCollector
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
        event_logger: Any,
    ) -> None:
        """Open the instance and start the daemon.

        Args:
            code_servers: those of the workspace; they load meanwhile.
            root_dir: root of the contents API.
            loop: the server's event loop, for subscriptions.
            event_logger: the server's, for hints to other extensions.

        Raises:
            OrchError: the settings are wrong or the storage can not be opened.
        """
        self.orchestrator = compose(settings, code_servers)
        if run_daemon:
            self.orchestrator.supervisor.start()
        self._schema = make_schema()
        self.engine = Engine(self._schema)
        self.hub = EventHub(BellListener(settings.home), loop)
        instance = self.orchestrator.instance
        self._stop_relay = instance.storage.relay_news(instance.bell)
        self.orchestrator.code_servers.listen(self.hub.tell_location)
        self._hints = Hints(self.hub, event_logger, loop)
        self._collector = OrchCollector(self.orchestrator)
        self.loop_watch = LoopWatch(loop, LOOP_LAG.observe)
        self.loop_watch.start()
        self._root_dir = root_dir
        self._base_url = base_url

    def context(self, user: str, is_authorized: Callable[[str, str], bool], traceparent: str = "") -> Context:
        """The surroundings of one request."""
        return Context(
            orchestrator=self.orchestrator,
            hub=self.hub,
            user=user,
            is_authorized=is_authorized,
            root_dir=self._root_dir,
            base_url=self._base_url,
            traceparent=traceparent,
        )

    def place(self) -> dict[str, str]:
        """Which instance and workspace this is, for who looks for the server of a folder."""
        home = self.orchestrator.instance.settings.home.resolve()
        return {"home": str(home), "workspace": str(self.orchestrator.code_servers.workspace.resolve())}

    def activity(self) -> dict[str, int]:
        """What keeps the server from being idle: how many runs, schedules and sensors are on their way or on."""
        storage, settings = self.orchestrator.instance.storage, self.orchestrator.instance.settings
        counts = {"jupyter_orch_runs": storage.count_runs(RunFilter(statuses=tuple(IN_PROGRESS)))}
        for kind, evaluation in (("schedule", settings.schedules), ("sensor", settings.sensors)):
            if evaluation.keep_server_alive:
                counts[f"jupyter_orch_{kind}s"] = storage.count_switched_on(kind)
        return {name: count for name, count in counts.items() if count}

    async def pass_door(
        self,
        door: Door,
        context: Context,
        path: Mapping[str, str],
        query: Mapping[str, Sequence[str]],
        body: Mapping[str, Any] | None,
        key: str | None,
    ) -> tuple[int, Any]:
        """What a REST request gets; see ``api.rest_answers``."""
        return await pass_door(self.engine, door, context, path, query, body, key)

    def openapi(self) -> str:
        """The OpenAPI document as YAML."""
        return openapi_text(self._schema)

    def sdl(self) -> str:
        """The GraphQL schema as text, with both names of what has two."""
        return print_schema(self._schema)

    def events(self, run_id: str, after: int, limit: int) -> tuple[list[dict[str, object]], int, bool] | None:
        """A run's events as plain JSON, the number of its newest one and whether it has ended; None for no such run."""
        storage = self.orchestrator.instance.storage
        events = [plain_event(e) for e in storage.read_events(run_id, after=after, limit=limit)]
        found = storage.get_run(run_id)  # after its events, so that what it says of the newest is never too little
        return None if found is None else (events, found.event_seq, found.is_final)

    def has_run(self, run_id: str) -> bool:
        """Whether there is such a run."""
        return self.orchestrator.instance.storage.get_run(run_id) is not None

    def open_log(self, run_id: str, step_key: str, stream: str) -> int | None:
        """A descriptor of a step's captured output; None too when there is no such run, whatever folders there are."""
        if not self.has_run(run_id):
            return None
        return self.orchestrator.instance.compute_logs.open(run_id, step_key, stream)

    def open_result(self, run_id: str, step_key: str, form: str) -> int | None:
        """A descriptor of a step's notebook in another format."""
        return open_result(self.orchestrator.instance, run_id, step_key, form)

    def notebook_name(self, run_id: str, step_key: str) -> str | None:
        """Name of a step's executed notebook, without its ending."""
        found = next(notebooks_of(self.orchestrator.instance.settings.artifact_dir, run_id, step_key), None)
        return None if found is None else found.stem

    def notebook(self, run_id: str, step_key: str) -> str | None:
        """The executed notebook of a step as text."""
        run = self.orchestrator.instance.storage.get_run(run_id)
        if run is None:
            return None
        base = self.orchestrator.instance.settings.artifact_dir
        for path in notebooks_of(base, run_id, step_key):
            fd = open_regular(base, *path.relative_to(base).parts)
            if fd is not None:
                with open(fd, encoding="utf-8") as file:
                    return self._without_secrets(run, file.read())
        return None

    def _without_secrets(self, run: Run, notebook: str) -> str:
        """What a run writes is looked through at its end; until then this is done for whoever looks."""
        if run.is_final:
            return notebook
        return mask_of(run.submission, self.orchestrator.instance.settings).text(notebook)

    def close(self) -> None:
        """Stop everything of ours but the runs."""
        if self._stop_relay is not None:
            self._stop_relay()
        self.loop_watch.stop()
        self._collector.close()
        self._hints.stop()
        self.hub.close()
        self.engine.close()
        close(self.orchestrator)
