"""What is due next among many: a heap in which a later word about the same thing replaces the earlier one."""

from __future__ import annotations

import heapq
from collections.abc import Collection


class Agenda:
    """Instants by name. Not for several threads."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def put(self, name: str, due: float) -> None:
        """Say when something is due."""
        if self._due.get(name) != due:
            self._due[name] = due
            heapq.heappush(self._heap, (due, name))

    def keep_only(self, names: Collection[str]) -> None:
        """Forget everything else."""
        for name in self._due.keys() - set(names):
            del self._due[name]

    def take(self, now: float) -> list[str]:
        """What has become due, earliest first; it is forgotten until it is put again."""
        taken = []
        while (first := self.first()) is not None and first <= now:
            _, name = heapq.heappop(self._heap)
            del self._due[name]
            taken.append(name)
        return taken

    def earliest(self) -> float | None:
        """The earliest instant, or None; for any thread, and for now and then: it looks at all of them."""
        return min(list(self._due.values()), default=None)

    def first(self) -> float | None:
        """The earliest instant, or None when nothing is on the agenda."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
