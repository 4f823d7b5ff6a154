"""Data orchestration native to Jupyter: the authoring API, loaded name by name when it is first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING
from typing import Any as _AnyValue

from jupyter_orch.authoring import MODULE_OF as _MODULE_OF
from jupyter_orch.version import __version__ as __version__

if TYPE_CHECKING:
    from jupyter_orch.authoring_types import *  # noqa: F403
else:
    __all__ = list(_MODULE_OF)


def __getattr__(name: str) -> _AnyValue:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"jupyter_orch has no {name!r}")
    value = getattr(importlib.import_module(f"jupyter_orch.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})


def _jupyter_server_extension_points() -> list[dict[str, _AnyValue]]:
    return [{"module": "jupyter_orch", "app": importlib.import_module("jupyter_orch.server.extension").JupyterOrch}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "@jupyter-orch/lab"}]


def load_ipython_extension(shell: _AnyValue) -> None:
    """Called by ``%load_ext jupyter_orch``."""
    importlib.import_module("jupyter_orch.magics").load_ipython_extension(shell)


def unload_ipython_extension(shell: _AnyValue) -> None:
    """Called by ``%unload_ext jupyter_orch`` and ``%reload_ext jupyter_orch``."""
    importlib.import_module("jupyter_orch.magics").unload_ipython_extension(shell)
