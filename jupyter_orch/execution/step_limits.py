"""How much of the machine one step process may take, where the executor's config says so."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


def limit_this_process(limits: Mapping[str, int]) -> None:
    """Set limits for this process and all that it starts.

    Args:
        limits: ``memory_bytes``, ``open_files`` and ``processes``, those that are wanted. A step that wants more gets
            ``MemoryError`` or ``OSError`` where it asks for it. ``processes`` counts all of the user's, and does not
            bind root.
    """
    if resource is None:
        return
    kinds = {
        "memory_bytes": resource.RLIMIT_DATA,
        "open_files": resource.RLIMIT_NOFILE,
        "processes": getattr(resource, "RLIMIT_NPROC", None),
    }
    for name, value in limits.items():
        kind = kinds[name]
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (value if hard < 0 else min(value, hard), hard))
