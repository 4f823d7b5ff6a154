"""The extension as Jupyter sees it. Light to import: what is heavy is loaded in a thread once the server listens."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Unicode

from jupyter_orch.errors import OrchError
from jupyter_orch.server.event_schemas import register_schemas
from jupyter_orch.server.handlers import routes
from jupyter_orch.server.readiness import Readiness

ACTIVITY_INTERVAL = 30.0
SETTLED = 10.0
"""Seconds after the start in which locations have loaded, as a rule, and whoever waited has been answered."""


class JupyterOrch(ExtensionApp):
    """Orchestration inside the Jupyter server: API, code servers and daemon."""

    name = "jupyter_orch"
    extension_url = "/orch/graphiql"
    load_other_extensions = True

    workspace = Unicode("workspace.yaml", help="The workspace file, relative to the server's root folder.", config=True)
    daemon = Bool(True, help="Run the daemon (schedules, queue, monitoring) in this server.", config=True)

    def initialize_settings(self) -> None:
        """Make the place where handlers find the deployment once it is there."""
        self.readiness = Readiness()
        self.settings["jupyter_orch_readiness"] = self.readiness
        self._activity: asyncio.Future[None] | None = None
        assert self.serverapp is not None
        register_schemas(self.serverapp.event_logger)

    def initialize_handlers(self) -> None:
        """Register the routes; the base URL is put before them."""
        self.handlers.extend(routes())

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        """The server listens: open the deployment in a thread."""
        loop = asyncio.get_running_loop()
        self.readiness.bind(loop)
        self._boot = threading.Thread(target=self._open, args=(serverapp, loop), name="orch-boot", daemon=True)
        self._boot.start()
        self._activity = asyncio.ensure_future(self._tell_activity())
        loop.call_later(SETTLED, _leave_alone_what_stays)

    def _open(self, serverapp: Any, loop: asyncio.AbstractEventLoop) -> None:
        gc.disable()  # what is imported stays: looking through it again and again takes a tenth of the time
        try:
            # The deployment's modules take longer to import than the server may take to start; the code of the
            # workspace loads in processes of its own meanwhile.
            root = Path(serverapp.root_dir).resolve()
            settings, code_servers = importlib.import_module("jupyter_orch.server.early").begin(root / self.workspace)
            boot = importlib.import_module("jupyter_orch.server.boot")
            self.readiness.ready(
                boot.Deployment(
                    settings,
                    code_servers,
                    root,
                    serverapp.base_url,
                    loop,
                    run_daemon=self.daemon,
                    event_logger=serverapp.event_logger,
                )
            )
        except OrchError as error:  # says itself what is wrong and what to do
            self.log.error("jupyter_orch could not start: %s", error.message)
            self.readiness.failed(error)
        except Exception as error:
            self.log.exception("jupyter_orch could not start")
            self.readiness.failed(error)
        finally:
            gc.enable()

    def current_activity(self) -> dict[str, Any] | None:
        """Runs in progress, and schedules and sensors that are on, keep the server from shutting itself down."""
        deployment = self.readiness.deployment
        return (deployment.activity() or None) if deployment is not None else None

    async def _tell_activity(self) -> None:
        """The same for whoever culls idle servers, JupyterHub for one, and looks at when something last happened."""
        while True:
            with contextlib.suppress(Exception):  # a storage that is away for a while is no reason to stop
                if await asyncio.to_thread(self.current_activity):
                    self.settings["last_activity_times"]["jupyter_orch"] = datetime.now(UTC)
            await asyncio.sleep(ACTIVITY_INTERVAL)

    async def stop_extension(self) -> None:
        """Stop loops and code servers; runs go on."""
        if self._activity is not None:
            self._activity.cancel()
        self.readiness.closed()
        deployment = self.readiness.deployment
        if deployment is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(asyncio.to_thread(deployment.close), 20)


def _leave_alone_what_stays() -> None:
    """Take what was imported and made at the start out of the garbage collector's sight.

    A full collection looks at all objects and holds up the event loop, a tenth to a fifth of a second each time; at
    what has come since, it looks for some milliseconds. The long pause is paid this one time.
    """
    gc.collect()
    gc.freeze()
