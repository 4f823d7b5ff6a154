"""The processes that hold user code, as the server sees them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from jupyter_orch.errors import OrchError
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.snapshot import LocationSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerAddress:
    """Where and how a location's code can be run right now."""

    socket: str | None
    command: tuple[str, ...]
    env: dict[str, str]
    cold_reason: str


class LocationUnavailable(OrchError):
    """The code location has no working code."""

    code = "LOCATION_UNAVAILABLE"


class CodeServerError(OrchError):
    """The location's code answered with an error."""

    code = "CODE_SERVER_ERROR"

    def __init__(self, message: str, code: str, failure: Failure | None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.code = code
        self.failure = failure


class CodeServers(ABC):
    """The kernels that hold user code, seen from threads."""

    @abstractmethod
    def ask(self, location: str, method: str, params: dict[str, Any], timeout: float) -> Any:
        """One request to a location's code; the plain JSON of the answer.

        Raises:
            LocationUnavailable: no such location, or it has no working code.
            CodeServerError: the code answered with an error, which it carries.
        """

    @abstractmethod
    def definitions(self, location: str) -> LocationSnapshot:
        """The location's definitions in use: the newest that loaded.

        Raises:
            LocationUnavailable: no such location, or nothing of it has ever loaded; says why.
        """

    @abstractmethod
    def runner(self, location: str) -> RunnerAddress:
        """How to start a runner for the location; works also when its code server is down."""
