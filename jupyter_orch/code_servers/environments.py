"""The environment a location's code runs in: interpreter and variables, or a kernel that only Jupyter can start."""

from __future__ import annotations

import os
import re
import shutil
import string
import sys
from dataclasses import dataclass

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel

from jupyter_orch.code_servers.workspace import LocationEntry
from jupyter_orch.code_servers.zygote_process import LoadFailed
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.notebook_kernel import NotebookKernel
from jupyter_orch.settings import HOME_VARIABLE, home_folder
from jupyter_orch.settings.secrets import SECRET_VARIABLES

WITHHELD = (*SECRET_VARIABLES, "JPY_PARENT_PID")
"""Variables of the server that locations do not get, unless ``env`` in ``workspace.yaml`` gives it them."""
_PYTHON = re.compile(r"python(\d+(\.\d+)*)?(\.exe)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where code runs.

    Attributes:
        python: the interpreter; empty when only the kernelspec's own command, or its provisioner, knows.
        env: the whole environment.
        kernelspec: name of the kernelspec to start as it is, when there is no interpreter to be seen.
    """

    python: str
    env: dict[str, str]
    kernelspec: str = ""


def environment_of(entry: LocationEntry) -> Environment:
    """Find the environment of a location.

    Raises:
        LoadFailed: its kernelspec or interpreter is not there.
    """
    env = {name: value for name, value in os.environ.items() if name not in WITHHELD}
    python, kernelspec = entry.executable or sys.executable, ""
    if entry.executable and not shutil.which(entry.executable):
        raise LoadFailed(
            Failure(
                cls="NoInterpreter",
                message=f"the interpreter {entry.executable} does not exist or can not be executed",
                hint="mend executable_path in workspace.yaml",
            )
        )
    if entry.kernel is not None:
        spec = _kernelspec(entry.kernel)
        env.update({name: string.Template(value).safe_substitute(env) for name, value in spec.env.items()})
        python = _interpreter(spec)
        kernelspec = entry.kernel if not python else ""
    env[HOME_VARIABLE] = str(home_folder())  # user code finds its instance there, wherever it runs
    env.update(entry.env)
    return Environment(python=python, env=env, kernelspec=kernelspec)


def kernel_for_notebooks(entry: LocationEntry | None) -> NotebookKernel:
    """Find the kernelspec of a location's environment.

    Args:
        entry: the location; None when it is not in the workspace any more.
    """
    specs = {name: KernelSpec(**found["spec"]) for name, found in KernelSpecManager().get_all_specs().items()}
    wanted = entry.executable if entry is not None and entry.executable else sys.executable
    if entry is not None and entry.kernel is not None:
        same = [entry.kernel] if entry.kernel in specs else []
        lacking = f"The kernel {entry.kernel!r} of the location is not installed any more."
    else:
        same = sorted(name for name, spec in specs.items() if _is_interpreter(_interpreter(spec), wanted))
        lacking = (
            f"The location runs in {wanted}, for which no kernel is installed; install one with "
            f"`{wanted} -m ipykernel install --user --name NAME` and choose it here."
        )
    if not same:
        return NotebookKernel(note=lacking)
    name = "python3" if "python3" in same else same[0]
    return NotebookKernel(name=name, title=specs[name].display_name, language=specs[name].language or "python")


def _is_interpreter(one: str, other: str) -> bool:
    """Whether two commands are one interpreter; links between environments do not count, each has its own packages."""
    places = [shutil.which(command) or command for command in (one, other)]
    return bool(one) and os.path.abspath(places[0]) == os.path.abspath(places[1])


def _kernelspec(name: str) -> KernelSpec:
    found = KernelSpecManager()
    try:
        return found.get_kernel_spec(name)
    except NoSuchKernel:
        known = ", ".join(sorted(found.find_kernel_specs())) or "none"
        raise LoadFailed(
            Failure(
                cls="NoSuchKernel",
                message=f"kernel {name!r} is not installed; there are: {known}",
                hint="mend kernel in workspace.yaml, or install the kernelspec",
            )
        ) from None


def _interpreter(spec: KernelSpec) -> str:
    """The interpreter that a kernelspec starts directly, or nothing: wrappers and provisioners are Jupyter's to run."""
    provisioner = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", "local-provisioner")
    command = spec.argv
    if provisioner != "local-provisioner" or not command or not _PYTHON.fullmatch(os.path.basename(command[0])):
        return ""
    if command[1:3] != ["-m", "ipykernel_launcher"] and command[1:3] != ["-m", "ipykernel"]:
        return ""
    return sys.executable if command[0] in ("python", "python3") else command[0]
