"""Names of definitions as they were at one version of the code."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotId:
    """A pipeline at one version of its code. The same for all runs that were made of it."""

    code_version: str
    location: str
    repository: str
    pipeline: str

    def text(self) -> str:
        """As clients pass it on."""
        parts = (self.code_version, self.location, self.repository, self.pipeline)
        return ":".join(quote(part, safe="") for part in parts)


def read_snapshot_id(text: str) -> SnapshotId | None:
    """What a client names; None when it is no id of ours."""
    parts = [unquote(part, errors="replace") for part in text.split(":")]
    if len(parts) != 4 or not all(parts) or any("\0" in part for part in parts):
        return None
    version, location, repository, pipeline = parts
    return SnapshotId(code_version=version, location=location, repository=repository, pipeline=pipeline)
