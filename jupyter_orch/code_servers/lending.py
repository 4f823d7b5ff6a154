"""Lends the thin circle (authoring, execution, kernel: standard library only) to environments that do not have it.

The folder holds links to our own two packages and nothing else, so that no library of the server's environment comes
along. What is lent is of the server's own version, so both sides always understand each other.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
from pathlib import Path

PACKAGES = ("jupyter_orch", "jupyter_orch_kernel")


def lent_packages(folder: Path) -> Path | None:
    """A folder for ``PYTHONPATH`` with our packages; None where links can not be made.

    Args:
        folder: private, where the folder is made.
    """
    place = folder / "lent"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            return None
        package, link = Path(spec.origin).parent, place / name
        try:
            if not link.is_symlink() or Path(os.readlink(link)) != package:
                with contextlib.suppress(FileNotFoundError):
                    link.unlink()
                link.symlink_to(package)
        except OSError:
            return None
    return place


def with_lent_packages(env: dict[str, str], place: Path) -> dict[str, str]:
    """The environment with the lent folder first on the module path."""
    before = env.get("PYTHONPATH")
    return {**env, "PYTHONPATH": os.pathsep.join([str(place), before] if before else [str(place)])}
