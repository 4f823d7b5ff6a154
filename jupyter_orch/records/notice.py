"""News for people: a run has failed or recovered, a due time was late."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class NoticeKind(StrEnum):
    """What the news is about."""

    FAILURE = "failure"
    RECOVERY = "recovery"
    LATE = "late"


class NoticeStatus(StrEnum):
    """Whether the news has reached its sink."""

    PENDING = "PENDING"
    SENT = "SENT"
    GIVEN_UP = "GIVEN_UP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One piece of news for one sink.

    Attributes:
        key: the same for the same news to the same sink, whoever makes it; receivers can tell a second copy by it.
        sink: for which sink of the settings.
        kind: what it is about.
        title, text: as people read it.
        facts: as programs read it.
        to: mail addresses, where the sink's own are not meant.
        attempts: how often it was tried.
        error: why the last attempt failed.
    """

    key: str
    sink: str
    kind: NoticeKind
    title: str
    text: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    to: tuple[str, ...] = ()
    created_at: float = 0.0
    status: NoticeStatus = NoticeStatus.PENDING
    attempts: int = 0
    sent_at: float | None = None
    error: str | None = None
