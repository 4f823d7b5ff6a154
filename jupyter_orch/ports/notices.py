"""Where news waits until it has been sent, and how far the news has been gathered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from jupyter_orch.records.notice import Notice


class NoticeStorage(ABC):
    """News on its way out. Every method is one transaction."""

    @abstractmethod
    def get_place(self, reader: str) -> str | None:
        """How far a reader has come in the list of status changes; None before its first look."""

    @abstractmethod
    def add_notices(self, notices: Sequence[Notice], reader: str, before: str | None, place: str) -> bool:
        """Store news and move its reader on; news whose key is there already is left out.

        Args:
            before: where the reader must still be.

        Returns:
            False when another replica has moved the reader on; nothing was written then.
        """

    @abstractmethod
    def take_notices(self, now: float, lease_until: float, limit: int) -> list[Notice]:
        """News that is to be sent now, oldest first; nobody else gets it before ``lease_until``."""

    @abstractmethod
    def settle_notice(
        self, notice: Notice, *, sent_at: float | None, error: str | None, next_try: float | None
    ) -> None:
        """Write down how an attempt went.

        Args:
            next_try: when to try again; None when it was sent, or is given up.
        """

    @abstractmethod
    def list_notices(self, limit: int) -> list[Notice]:
        """Newest first."""
