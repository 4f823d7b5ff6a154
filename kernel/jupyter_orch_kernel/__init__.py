"""Makes a Python environment orchestrable: any kernel that loads this IPython extension is a code server.

Needs the standard library, ipykernel, and papermill for notebook solids; never the server's libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

PROTOCOL = 1
"""Version of the requests and answers between server and code server."""


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Turn the kernel of ``shell`` into a code server (``--ext=jupyter_orch_kernel`` or ``%load_ext``)."""
    from jupyter_orch_kernel.channel import attach

    attach(shell.kernel)  # type: ignore[attr-defined]
