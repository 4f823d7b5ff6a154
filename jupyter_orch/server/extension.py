"""The extension as Jupyter sees it. Light to import: what is heavy is loaded in a thread once the server listens."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import threading
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Unicode

from jupyter_orch.server.handlers import routes
from jupyter_orch.server.readiness import Readiness


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

    def initialize_handlers(self) -> None:
        """Register the routes; the base URL is put before them."""
        self.handlers.extend(routes())

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        """The server listens: open the deployment in a thread."""
        loop = asyncio.get_running_loop()
        self.readiness.bind(loop)
        self._boot = threading.Thread(target=self._open, args=(serverapp, loop), name="orch-boot", daemon=True)
        self._boot.start()

    def _open(self, serverapp: Any, loop: asyncio.AbstractEventLoop) -> None:
        try:
            # The deployment's modules take longer to import than the server may take to start; the code of the
            # workspace loads in processes of its own meanwhile.
            root = Path(serverapp.root_dir).resolve()
            settings, code_servers = importlib.import_module("jupyter_orch.server.early").begin(root / self.workspace)
            boot = importlib.import_module("jupyter_orch.server.boot")
            self.readiness.ready(
                boot.Deployment(settings, code_servers, root, serverapp.base_url, loop, run_daemon=self.daemon)
            )
        except Exception as error:
            self.log.exception("jupyter_orch could not start")
            self.readiness.failed(error)

    def current_activity(self) -> dict[str, Any] | None:
        """Runs in progress keep the server from shutting itself down."""
        deployment = self.readiness.deployment
        running = deployment.runs_in_progress() if deployment is not None else 0
        return {"jupyter_orch_runs": running} if running else None

    async def stop_extension(self) -> None:
        """Stop loops and code servers; runs go on."""
        self.readiness.closed()
        deployment = self.readiness.deployment
        if deployment is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(asyncio.to_thread(deployment.close), 20)
