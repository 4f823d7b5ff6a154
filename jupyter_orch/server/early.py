"""What can begin before the deployment is imported: reading the settings and loading the code of the workspace."""

from __future__ import annotations

from pathlib import Path

from jupyter_orch.code_servers.pool import KernelCodeServers, code_servers_of
from jupyter_orch.processes import share_heaps
from jupyter_orch.settings import Settings, read_settings


def begin(workspace: Path) -> tuple[Settings, KernelCodeServers]:
    """Begin to load the workspace.

    Raises:
        SettingsError: the instance file is wrong.
        UnusableHome: the instance's folder can not be made, or is not ours alone.
    """
    share_heaps()
    settings = read_settings()
    code_servers = code_servers_of(settings, workspace)
    code_servers.start()
    return settings, code_servers
