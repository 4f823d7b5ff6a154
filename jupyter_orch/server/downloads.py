"""Downloads: captured output as a whole or in ranges, and executed notebooks; streamed, never held in memory."""

from __future__ import annotations

import asyncio
import mimetypes
import os
import re
from typing import Any, BinaryIO
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from jupyter_orch.server.handling import OrchHandler

RUNS = "jupyter_orch:runs"
CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class LogHandler(OrchHandler):
    """``GET orch/api/v1/runs/{id}/logs/{step}/{stream}``: captured output as a download."""

    @web.authenticated
    @authorized(action="read", resource=RUNS)
    async def get(self, run_id: str, step_key: str, stream: str) -> None:
        """The bytes as they were captured, or the range of them that is asked for."""
        deployment = await self.deployment()
        fd = await asyncio.to_thread(deployment.open_log, run_id, step_key, stream)
        if fd is None:
            raise await _not_found(deployment, run_id, f"there is no {stream} of step {step_key[:200]!r}")
        with os.fdopen(fd, "rb") as file:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_header("Accept-Ranges", "bytes")
            self.set_header("Content-Disposition", f'attachment; filename="{stream}.txt"')
            start, end = self._range(os.fstat(file.fileno()).st_size)
            self.set_header("Content-Length", str(end - start))
            await self._send(file, start, end)
        self.finish()

    def _range(self, size: int) -> tuple[int, int]:
        """The first byte and the one behind the last; says 206 when it is a part."""
        asked = _RANGE.fullmatch(self.request.headers.get("Range", "").strip())
        if asked is None or asked[0] == "bytes=-":  # none, or one that we do not know: all of it is right too
            return 0, size
        first, last = asked[1], asked[2]
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last) + 1, size) if first and last else size
        if start >= size or end <= start:
            self.set_header("Content-Range", f"bytes */{size}")
            raise web.HTTPError(416, f"the log has {size} bytes")
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        return start, end

    async def _send(self, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        left = end - start
        while left > 0:
            chunk = await asyncio.to_thread(file.read, min(CHUNK, left))
            if not chunk:
                break
            left -= len(chunk)
            self.write(chunk)
            try:
                await self.flush()
            except StreamClosedError:  # the client has seen enough
                raise web.Finish from None


class NotebookHandler(OrchHandler):
    """``GET orch/api/v1/runs/{id}/notebooks/{step}``: an executed notebook as JSON, or with ``?format=`` as a download.

    A format is the ending of a file that the run has written: ``ipynb``, ``html``, ``pdf``, …
    """

    @property
    def content_security_policy(self) -> str:
        """What a run has written may hold scripts; shown, they would be nobody's."""
        return "sandbox; default-src 'none'"

    @web.authenticated
    @authorized(action="read", resource=RUNS)
    async def get(self, run_id: str, step_key: str) -> None:
        """The notebook, 404 while there is none; other formats once the run has ended."""
        deployment = await self.deployment()
        form = self.get_query_argument("format", None)
        if form is not None and form != "ipynb":
            await self._send_other(deployment, run_id, step_key, form)
            return
        if form is not None:
            await self._name(deployment, run_id, step_key, form)
        notebook: Any = await asyncio.to_thread(deployment.notebook, run_id, step_key)
        if notebook is None:
            raise await _not_found(deployment, run_id, f"step {step_key[:200]!r} has no executed notebook yet")
        self.set_header("Content-Type", "application/json")
        self.finish(notebook)

    async def _send_other(self, deployment: Any, run_id: str, step_key: str, form: str) -> None:
        fd: int | None = await asyncio.to_thread(deployment.open_result, run_id, step_key, form)
        if fd is None:
            told = f"step {step_key[:200]!r} has left no {form[:30]!r} of its notebook"
            raise await _not_found(deployment, run_id, told)
        with os.fdopen(fd, "rb") as file:
            kind = mimetypes.guess_type(f"notebook.{form}")[0] or "application/octet-stream"
            self.set_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
            self.set_header("X-Content-Type-Options", "nosniff")
            await self._name(deployment, run_id, step_key, form)
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                self.write(chunk)
                try:
                    await self.flush()
                except StreamClosedError:  # the client has seen enough
                    raise web.Finish from None
        self.finish()

    async def _name(self, deployment: Any, run_id: str, step_key: str, form: str) -> None:
        """Have it saved under the notebook's own name, never shown."""
        name = f"{await asyncio.to_thread(deployment.notebook_name, run_id, step_key) or step_key}.{form}"
        told = f"attachment; filename=\"{_plain(name)}\"; filename*=UTF-8''{quote(name, safe='')}"
        self.set_header("Content-Disposition", told)


async def _not_found(deployment: Any, run_id: str, told: str) -> web.HTTPError:
    """What is told of a run that exists; of another one, that it does not."""
    known: bool = await asyncio.to_thread(deployment.has_run, run_id)
    return web.HTTPError(404, "%s", told if known else f"there is no run {run_id[:64]!r}")


def _plain(name: str) -> str:
    """A name of a download for clients that know ASCII alone."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name)[:100] or "notebook"
