"""Names of files made from names of users: the one rule, because both wings must agree on it.

A step key is user text and never becomes a path as it is (``a/../../b``, ``CON``, 300 bytes). Plain keys keep their
name so that a person finds the file; all others get a hash.
"""

from __future__ import annotations

import hashlib
import re

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-\[\]]{0,119}")


def file_stem(name: str) -> str:
    """A file name without ending for a step key, output name or mapping key; equal names give equal stems."""
    if _PLAIN.fullmatch(name) and ".." not in name and not name.endswith("."):
        return name
    return "h-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
