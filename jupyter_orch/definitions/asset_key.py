"""Names of assets."""

from __future__ import annotations

import json
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvariantViolationError


class AssetKey:
    """The name of an asset: one or more parts, like a path.

    Args:
        path: one string, or a list of strings from the outermost to the innermost.

    Attributes:
        parts: the strings, as a tuple.
    """

    __slots__ = ("parts",)

    def __init__(self, path: str | list[str] | tuple[str, ...]) -> None:
        parts = [path] if isinstance(path, str) else list(path)
        if not parts or not all(isinstance(part, str) and part for part in parts):
            raise DagsterInvariantViolationError(f"an asset key needs one or more non-empty strings, not {path!r}")
        self.parts = tuple(parts)

    @property
    def path(self) -> list[str]:
        """The parts, from the outermost to the innermost."""
        return list(self.parts)

    def to_string(self) -> str:
        """The parts as a JSON list."""
        return json.dumps(self.path)

    to_db_string = to_string

    def to_user_string(self) -> str:
        """The parts joined by slashes."""
        return "/".join(self.parts)

    @staticmethod
    def from_user_string(text: str) -> AssetKey:
        """An asset key from its parts joined by slashes."""
        return AssetKey(text.split("/"))

    @staticmethod
    def from_db_string(text: str) -> AssetKey | None:
        """An asset key from what :meth:`to_db_string` gave; None from nothing.

        Raises:
            DagsterInvariantViolationError: the text is no such key.
        """
        if not text:
            return None
        try:
            return AssetKey(json.loads(text))
        except (ValueError, TypeError):
            raise DagsterInvariantViolationError(f"{text!r} is no asset key as to_db_string writes it") from None

    @staticmethod
    def of(key: Any) -> AssetKey:
        """An asset key from a key, a string or a list of strings."""
        return key if isinstance(key, AssetKey) else AssetKey(key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetKey) and other.parts == self.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __repr__(self) -> str:
        return f"AssetKey({self.path!r})"
