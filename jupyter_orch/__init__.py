"""Data orchestration native to Jupyter."""

from __future__ import annotations

from typing import Any

from jupyter_orch.version import __version__ as __version__


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from jupyter_orch.server.extension import JupyterOrch

    return [{"module": "jupyter_orch", "app": JupyterOrch}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "@jupyter-orch/lab"}]
