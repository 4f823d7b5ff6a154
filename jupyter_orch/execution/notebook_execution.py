"""One execution of a notebook by papermill, in a thread, so that cancelation and timeouts reach the kernel."""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.notebook import NotebookSolidDefinition
from jupyter_orch.execution.capture import write_out
from jupyter_orch.execution.interrupt import undisturbed
from jupyter_orch.execution.notebook_engine import engine_of
from jupyter_orch.execution.notebook_kernels import WarmKernel

KERNEL_START = 120
"""Seconds in which a notebook's kernel must answer."""
GRACE = 4.0
"""Seconds that an interrupted cell may take to end; less than a step process has."""
_TAKE_EVERY = 0.25
_LOOK_AGAIN = 0.1
_SLOW_AND_UNUSED = "rfc3987_syntax"
"""jsonschema builds a grammar for the 'iri' format when it is imported: 2 s for a format that no notebook uses."""
_USED_LATER = ("papermill.execute", "papermill.clientwrap", "jupyter_client.kernelspec", "jupyter_client.asynchronous")


def papermill_module(owns_process: bool) -> Any:
    """papermill.

    Args:
        owns_process: whether this process exists for the run alone, so that nobody misses what is left out.

    Raises:
        DagsterInvariantViolationError: it is not installed here.
    """
    if owns_process and _SLOW_AND_UNUSED not in sys.modules:
        sys.modules[_SLOW_AND_UNUSED] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("papermill")
    except ImportError as error:
        raise DagsterInvariantViolationError(
            f"notebook solids need papermill in this environment ({error}); pip install papermill"
        ) from None


def prepare_for_notebooks() -> None:
    """Import what a notebook step needs, for the forks of this process; user code here finds all that it may import.

    Raises:
        Exception: papermill is not there, or broken.
    """
    sys.modules.setdefault(_SLOW_AND_UNUSED, None)  # type: ignore[arg-type]
    try:
        for name in _USED_LATER:
            importlib.import_module(name)
        notebooks = importlib.import_module("nbformat")
        notebooks.validate(notebooks.v4.new_notebook())  # compiles the schema of notebooks
    finally:
        if sys.modules.get(_SLOW_AND_UNUSED, True) is None:
            del sys.modules[_SLOW_AND_UNUSED]


def kernel_of(solid: NotebookSolidDefinition, document: dict[str, Any]) -> str:
    """The kernel to run with: the solid's, the notebook's, or ``python3``."""
    return solid.kernel_name or document.get("metadata", {}).get("kernelspec", {}).get("name") or "python3"


class NotebookExecution:
    """One papermill run, in a thread, so that cancelation and timeouts of this process reach the kernel."""

    def __init__(
        self,
        papermill: Any,
        solid: NotebookSolidDefinition,
        document: dict[str, Any],
        folder: str,
        executed: str,
        parameters: dict[str, Any],
        language: str,
        kernel: WarmKernel | None = None,
    ) -> None:
        """Args:
        papermill: the module.
        solid, document: what to execute.
        folder: private, for a copy of the notebook.
        executed: where the executed notebook goes.
        parameters, language: what is injected, and in which language.
        kernel: one that stands ready; otherwise one is started.
        """
        self._warm = kernel
        self._papermill = papermill
        self._solid = solid
        self._copy = os.path.join(folder, "notebook.ipynb")
        self._executed = executed
        self._parameters, self._language = parameters, language
        self._kernel = kernel_of(solid, document)
        self._clients: list[Any] = []
        self._stopped = threading.Event()
        self._ended = threading.Event()  # a join that a signal handler leaves takes the thread for ended
        self.error: BaseException | None = None
        with open(self._copy, "w", encoding="utf-8") as file:
            json.dump(document, file)

    def run(self, take: Callable[[], None]) -> None:
        """Execute; an error of the notebook is kept in ``error``, one of ours comes through.

        Args:
            take: called again and again meanwhile, to take what the notebook gives.
        """
        thread = threading.Thread(target=self._execute, name="papermill")
        thread.start()
        try:
            while not self._ended.wait(_TAKE_EVERY):
                take()
            take()  # what was given since the last look
        except BaseException:
            undisturbed(self._stop, None)
            raise
        finally:
            thread.join()

    def _execute(self) -> None:
        log = logging.getLogger("papermill")  # it warns of our own parameter in every notebook
        before = log.level
        log.setLevel(logging.ERROR)
        try:
            engines = importlib.import_module("papermill.engines")
            engine = engine_of(engines, self._clients, self._warm, self._stopped)
            engines.papermill_engines.register("jupyter-orch", engine)
            self._papermill.execute_notebook(
                self._copy,
                self._executed,
                parameters=self._parameters,
                kernel_name=self._kernel,
                language=self._language,
                engine_name="jupyter-orch",
                progress_bar=False,
                log_output=False,
                stdout_file=_Stream(1),
                stderr_file=_Stream(2),
                cwd=os.path.dirname(self._solid.notebook_path or "") or None,
                start_timeout=KERNEL_START,
                execution_timeout=self._solid.timeout,
                autosave_cell_every=5,
            )
        except BaseException as error:
            self.error = error
        finally:
            log.setLevel(before)
            self._ended.set()

    def _stop(self, _: None) -> None:
        """Interrupt the cell, which may clean up for a while; then kill the kernel, until its thread has seen that."""
        self._stopped.set()
        if self._signal_kernel(signal.SIGINT):
            self._ended.wait(GRACE)
        while not self._ended.is_set():
            self._signal_kernel(signal.SIGKILL)
            self._ended.wait(_LOOK_AGAIN)

    def _signal_kernel(self, number: signal.Signals) -> bool:
        """Signal the kernel and what it has started; whether there is one that takes this signal for what it means."""
        for client in self._clients:
            manager = getattr(client, "km", None)
            provisioner = getattr(manager, "provisioner", None)
            pid = provisioner.pid if provisioner is not None and provisioner.has_process else None
            by_message = getattr(getattr(manager, "kernel_spec", None), "interrupt_mode", "signal") != "signal"
            if not pid or (number == signal.SIGINT and by_message):
                continue
            with contextlib.suppress(OSError):
                os.killpg(pid, number) if os.getpgid(pid) == pid else os.kill(pid, number)
                return True
        return False


class _Stream:
    """Writes the notebook's output to a descriptor of this process, where the step's capture is."""

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, text: str) -> int:
        """Write all of it."""
        write_out(self._number, text.encode("utf-8", "backslashreplace"))
        return len(text)

    def flush(self) -> None:
        """Nothing waits here."""
