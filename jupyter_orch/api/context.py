"""Who asks, what they may do, and the parts that answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_orch.api.hub import EventHub
from jupyter_orch.errors import OrchError
from jupyter_orch.orchestrator import Orchestrator

READ, WRITE, EXECUTE = "read", "write", "execute"
RUNS, ASSETS, SCHEDULES, SENSORS, BACKFILLS, LOCATIONS, DAEMON = (
    "jupyter_orch:runs",
    "jupyter_orch:assets",
    "jupyter_orch:schedules",
    "jupyter_orch:sensors",
    "jupyter_orch:backfills",
    "jupyter_orch:locations",
    "jupyter_orch:daemon",
)


class Unauthorized(OrchError):
    """The caller may not do this."""

    code = "UNAUTHORIZED"


class TooMuch(OrchError):
    """One request asks for more than anybody may have at once."""

    code = "TOO_MUCH"


@dataclass(slots=True)
class Allowance:
    """How many rows an operation may read that are no fields of their own: events, and KiB of captured output."""

    most: int | None = None
    taken: int = 0

    def take(self, rows: int) -> None:
        """Take some of it.

        Raises:
            TooMuch: that is more than is left.
        """
        self.taken += rows
        if self.most is not None and self.taken > self.most:
            raise TooMuch(
                f"the answer would have more than {self.most:,} events or KiB of output: ask for less, or page by page"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request's surroundings.

    Attributes:
        orchestrator: the deployment.
        hub: news of runs and locations.
        user: name of the caller, for the record.
        is_authorized: asks Jupyter's authorizer about (action, resource).
        root_dir: root of the contents API, to make paths that JupyterLab can open.
        base_url: of the Jupyter server, with slashes at both ends.
        allowance: what the operation may still read.
        traceparent: the trace in which the request was made, as W3C writes it; empty for none.
    """

    orchestrator: Orchestrator
    hub: EventHub
    user: str
    is_authorized: Callable[[str, str], bool]
    root_dir: Path
    base_url: str
    allowance: Allowance = field(default_factory=Allowance)
    traceparent: str = ""

    def require(self, action: str, resource: str) -> None:
        """Go on only if the caller may.

        Raises:
            Unauthorized: names the missing action and resource.
        """
        if not self.is_authorized(action, resource):
            raise Unauthorized(f"needs {action} on {resource}")

    def contents_path(self, file: str | None) -> str | None:
        """A file's path for JupyterLab's contents API, or None when it lies outside its root."""
        if not file:
            return None
        path = Path(file)
        try:
            return path.resolve().relative_to(self.root_dir).as_posix()
        except (ValueError, OSError):
            return None


def context_of(info: Any) -> Context:
    """The context of a resolver's call."""
    context: Context = info.context
    return context
