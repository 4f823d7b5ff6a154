"""How a run gets the process that executes a location's code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import msgspec

from jupyter_orch.code_servers.environments import WITHHELD, Environment, environment_of
from jupyter_orch.code_servers.replica import Replica
from jupyter_orch.code_servers.workspace import GATEWAY_VARIABLE, Gateway, LocationEntry
from jupyter_orch.code_servers.zygote_process import LoadFailed
from jupyter_orch.ports import LocationUnavailable, RunnerAddress
from jupyter_orch.records.snapshot import LocationSnapshot


def runner_address(
    entry: LocationEntry,
    environment: Environment | None,
    replicas: Sequence[Replica],
    snapshot: LocationSnapshot | None,
) -> RunnerAddress:
    """Where a worker gets a runner: from a warm process where there is one, else by a command.

    Args:
        environment: in which the code was loaded; None when it was not, in this life of the server.
        snapshot: the definitions in use.

    Raises:
        LocationUnavailable: nothing on this machine can run the code.
    """
    if entry.gateway is not None:
        return _remote(entry.gateway)
    try:
        environment = environment or environment_of(entry)
    except LoadFailed as error:
        raise LocationUnavailable(error.failure.message) from error
    python = environment.python or (snapshot.executable if snapshot else "")
    if not os.access(python, os.X_OK):
        raise LocationUnavailable(
            f"code location {entry.target.name!r} can not run here: its interpreter {python or '(unknown)'} is not on "
            "this machine; serve it by a kernel_gateway entry"
        )
    warm = [replica for replica in replicas if replica.socket is not None]
    cold = replicas[0].cold_reason if replicas else ""
    return RunnerAddress(
        socket=str(warm[0].socket) if warm else None,
        command=(python, "-m", "jupyter_orch_kernel"),
        env=environment.env,
        cold_reason=cold or ("" if warm else "the location has no warm process"),
    )


def _remote(gateway: Gateway) -> RunnerAddress:
    """A run of code that another server hosts: a small process here, which fetches what a kernel there does."""
    env = {name: value for name, value in os.environ.items() if name not in WITHHELD}
    return RunnerAddress(
        socket=None,
        command=(sys.executable, "-m", "jupyter_orch.worker.gateway_runner"),
        env={**env, GATEWAY_VARIABLE: msgspec.json.encode(gateway).decode()},
        cold_reason=f"it runs in a kernel of {gateway.url}",
    )
