"""Who changed what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change that somebody asked for, done or refused.

    Attributes:
        at: seconds since the epoch.
        user: name of the caller, as Jupyter or the operating system knows it.
        action: the classic name of the operation, e.g. ``"launchPipelineExecution"``.
        subject: what it was about: names and ids, never configs or values.
        outcome: type of the answer, e.g. ``"LaunchPipelineRunSuccess"`` or ``"UnauthorizedError"``.
        entry_id: place in the log; grows with every entry.
    """

    at: float
    user: str
    action: str
    subject: str
    outcome: str
    entry_id: int = 0
