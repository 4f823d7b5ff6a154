"""Requests to a Jupyter server: JSON there and back, errors in words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from jupyter_orch.client.addresses import server_at
from jupyter_orch.errors import OrchError
from jupyter_orch.running_servers import Server


class ClientError(OrchError):
    """The server refused, or can not be reached.

    Attributes:
        kind: the typed answer's name, e.g. ``"PipelineNotFoundError"``, or the problem's code.
        body: further particulars, e.g. every mistake of a run config.
    """

    code = "CLIENT_ERROR"

    def __init__(self, kind: str, message: str, body: Any = None) -> None:
        super().__init__(f"{kind}: {message}" if kind else message)
        self.kind = kind
        self.body = body
        self._sentence = message

    @property
    def message(self) -> str:
        """The sentence for a person, without the kind."""
        return self._sentence


class ServerGone(ClientError):
    """The server has ended, or there is no line to it."""


class ServerSilent(ClientError):
    """The server takes a request, or the line to it stands, but no answer comes."""


class Connection:
    """Requests to one server."""

    def __init__(self, server: Server, timeout: float) -> None:
        """Args:
        timeout: seconds that the server may be silent.
        """
        try:
            self.server = server_at(server.url, server.token)
        except ValueError as error:
            raise ClientError("", str(error)) from None
        self._root = self.server.url
        self._timeout = timeout

    def graphql(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """One operation's data.

        Raises:
            ClientError: it was refused.
        """
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        with self._open("orch/graphql", body) as answer:
            found = json.load(answer)
        if found.get("errors"):
            raise ClientError("", "; ".join(error["message"] for error in found["errors"]), found["errors"])
        data: dict[str, Any] = found["data"]
        return data

    def get(self, path: str) -> Any:
        """A REST route's JSON."""
        with self._open(f"orch/api/v1/{path}") as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """What a REST route answers to a change."""
        with self._open(f"orch/api/v1/{path}", json.dumps(body).encode()) as answer:
            return json.load(answer)

    def get_bytes(self, path: str, start: int = 0) -> bytes:
        """A download, from byte ``start`` on."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._open(f"orch/api/v1/{path}", headers=headers) as answer:
            found: bytes = answer.read()
            return found

    def stream(self, path: str, after: int) -> Iterator[dict[str, Any]]:
        """Server-sent events as JSON, to the stream's end."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        with self._open(f"orch/api/v1/{path}", headers=headers) as answer:
            kind = ""
            for line in answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind == "end":
                    return
                elif name == "data":
                    yield json.loads(value)
        raise ServerGone("", "the server ended before the run did; ask again from the last event")

    @contextmanager
    def _open(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Iterator[Any]:
        request = urllib.request.Request(self._root + path, data=body, headers=headers or {})
        if self.server.token:
            request.add_header("Authorization", f"token {self.server.token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            raise _refused(error, self._root) from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, TimeoutError):
                told = (
                    f"the server at {self._root} gave no sign of life in {self._timeout:g} s; is it stopped, or busy?"
                )
                raise ServerSilent("", told) from None
            raise ServerGone("", f"the server at {self._root} can not be reached: {reason}") from error


def quoted(text: str) -> str:
    """A name as one part of a path."""
    return quote(text, safe="")


def _refused(error: urllib.error.HTTPError, root: str) -> ClientError:
    try:
        problem = json.loads(error.read())
    except (OSError, ValueError):
        problem = {}
    errors = problem.get("errors")
    if "title" not in problem and errors:
        return ClientError("", "; ".join(str(e.get("message", e)) for e in errors), errors)
    said = problem.get("title") or problem.get("message") or error.reason
    if error.code == 404 and not problem.get("title"):
        said = f"{said}; is {root} a Jupyter server with jupyter_orch?"
    return ClientError(str(problem.get("code", "")), f"{said} (HTTP {error.code})", errors)
