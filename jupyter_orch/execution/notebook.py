"""Runs a notebook solid through papermill: in a copy, in a kernel of its own, the executed notebook kept also
when it fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any

from jupyter_orch.definitions.contexts import SolidExecutionContext
from jupyter_orch.definitions.errors import DagsterError, DagsterInvariantViolationError
from jupyter_orch.definitions.metadata import EventMetadata, EventMetadataEntry
from jupyter_orch.definitions.notebook import NotebookSolidDefinition
from jupyter_orch.definitions.output import AssetMaterialization, Output
from jupyter_orch.definitions.shown import is_json
from jupyter_orch.execution.notebook_handle import PARAMETER, NotebookHandle
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.plan.plan import Step
from jupyter_orch.records.codec import to_json
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.files import file_stem

MAX_NOTEBOOK_BYTES = 50 * 1024 * 1024
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LINE = re.compile(r"(?:In\s?\[\d+\]|<ipython-input[^>]*>|/ipykernel_\d+/\d+\.py)\D{0,9}line (\d+)|-+> ?(\d+) ")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class NotebookCellFailed(DagsterError):
    """A cell of a notebook raised an error.

    Attributes:
        failure: with the cell, the source line and the traceback.
    """

    code = "NOTEBOOK_CELL_FAILED"

    def __init__(self, failure: Failure) -> None:
        """Args:
        failure: what happened in the kernel.
        """
        super().__init__(failure.message)
        self.failure = failure


def run_notebook(scope: RunScope, step: Step, context: SolidExecutionContext, inputs: dict[str, Any]) -> Iterator[Any]:
    """Execute the notebook of a step; yields what a solid would.

    Args:
        scope: the run.
        step: the step, whose solid is a :class:`NotebookSolidDefinition`.
        context: what a solid would see.
        inputs: loaded inputs.

    Raises:
        NotebookCellFailed: a cell raised, or the kernel died.
        DagsterInvariantViolationError: the notebook or its kernel can not be used; says why.
    """
    solid = step.solid
    assert isinstance(solid, NotebookSolidDefinition)
    papermill = _papermill(scope.owns_process)
    document, digest = _read(solid.notebook_path or "")
    _check_kernel(solid, document)
    folder = tempfile.mkdtemp(prefix="orch-notebook-")  # 0700
    try:
        handle = NotebookHandle(folder)
        _write_handle(handle, scope, step, context, inputs)
        executed = _place(scope, step)
        execution = _Execution(
            papermill, solid, document, folder, executed, _parameters(document, context.solid_config, inputs, folder)
        )
        given: list[Any] = []

        def take() -> None:
            for kind, name, value in handle.take():
                if kind == "log":
                    context.log.log(name, value)
                else:
                    given.append(Output(value, name) if kind == "output" else value)

        try:
            execution.run(take)
        finally:
            if os.path.exists(executed):
                _cap(executed)
        yield _materialization(solid, step, executed, digest)
        if execution.error is not None:
            raise _cell_failure(execution.error, solid, executed)
        yield from given
        if solid.output_notebook_name:
            yield Output(executed, solid.output_notebook_name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _papermill(owns_process: bool) -> Any:
    if owns_process and "rfc3987_syntax" not in sys.modules:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # a grammar for one unused format that takes 2 s to build
    try:
        return importlib.import_module("papermill")
    except ImportError as error:
        raise DagsterInvariantViolationError(
            f"notebook solids need papermill in this environment ({error}); pip install papermill"
        ) from None


def _read(path: str) -> tuple[dict[str, Any], str]:
    """The notebook as it is now, and its hash; the run goes on with this copy whatever happens to the file."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise DagsterInvariantViolationError(f"the notebook {path} can not be read: {error.strerror}") from None
    if not content.strip():
        raise DagsterInvariantViolationError(f"the notebook {path} is an empty file")
    try:
        document = json.loads(content)
    except ValueError as error:
        raise DagsterInvariantViolationError(f"the notebook {path} is no JSON (is it cut off?): {error}") from None
    if not isinstance(document, dict) or "nbformat" not in document:
        raise DagsterInvariantViolationError(f"{path} is JSON but no notebook: it has no nbformat")
    if document["nbformat"] != 4:
        raise DagsterInvariantViolationError(
            f"the notebook {path} has format {document['nbformat']!r}; open and save it in JupyterLab to get format 4"
        )
    return document, hashlib.sha256(content).hexdigest()


def _check_kernel(solid: NotebookSolidDefinition, document: dict[str, Any]) -> None:
    name = kernel_of(solid, document)
    specs = importlib.import_module("jupyter_client.kernelspec").KernelSpecManager().find_kernel_specs()
    if name not in specs:
        raise DagsterInvariantViolationError(
            f"the kernel {name!r} of the notebook {solid.notebook_path} is not installed here; have: "
            f"{', '.join(map(repr, sorted(specs))) or 'none'}"
        )


def kernel_of(solid: NotebookSolidDefinition, document: dict[str, Any]) -> str:
    """The kernel to run with: the solid's, the notebook's, or ``python3``."""
    return solid.kernel_name or document.get("metadata", {}).get("kernelspec", {}).get("name") or "python3"


def _parameters(document: dict[str, Any], config: Any, inputs: dict[str, Any], folder: str) -> dict[str, Any]:
    """What is injected: JSON values whose names stand in the ``parameters`` cell, and where the handle is;
    never more.
    """
    cells = [c for c in document.get("cells", []) if "parameters" in c.get("metadata", {}).get("tags", ())]
    source = "" if not cells else cells[0].get("source", "")
    names = set(
        re.findall(
            r"^\s*([A-Za-z]\w*)\s*(?::[^=\n]+)?(?:=|<-)(?!=)",
            source if isinstance(source, str) else "".join(source),
            re.MULTILINE,
        )
    )
    values = {**(config if isinstance(config, dict) else {}), **inputs}
    chosen = {
        name: value
        for name, value in values.items()
        if name in names and _IDENTIFIER.fullmatch(name) and is_json(value)
    }
    return {**chosen, PARAMETER: folder}


def _write_handle(
    handle: NotebookHandle, scope: RunScope, step: Step, context: SolidExecutionContext, inputs: dict[str, Any]
) -> None:
    run = scope.run
    handle.write_facts(
        {
            "run_id": run.run_id,
            "pipeline": run.pipeline_name,
            "mode": run.mode,
            "tags": run.tags,
            "step_key": step.key,
            "solid": step.handle[-1],
            "attempt": context.retry_number + 1,
            "inputs": sorted(inputs),
            "outputs": [d.name for d in step.solid.output_defs],
            "resources": sorted(step.solid.required_resource_keys),
            "run_config": run.run_config if is_json(run.run_config) else None,
            "target": None if scope.target is None else to_json(scope.target),
            "selector": None if scope.selector is None else to_json(scope.selector),
            "artifact_dir": scope.storage_directory,
        }
    )
    handle.write_value("config", context.solid_config)
    for name, value in inputs.items():
        try:
            handle.write_value(f"input {name}", value)
        except Exception as error:
            raise DagsterInvariantViolationError(
                f"input {name!r} of notebook {step.handle[-1]!r} is a {type(value).__name__} that can not be pickled "
                f"into the kernel: {error}"
            ) from error


def _place(scope: RunScope, step: Step) -> str:
    root = scope.storage_directory or (
        scope.instance.storage_directory() if scope.instance is not None else tempfile.gettempdir()
    )
    folder = os.path.join(root, file_stem(scope.run.run_id), file_stem(step.key))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return os.path.join(folder, os.path.basename(step.solid.notebook_path or "notebook.ipynb"))


class _Execution:
    """One papermill run, in a thread, so that cancelation and timeouts of this process reach the kernel."""

    def __init__(
        self,
        papermill: Any,
        solid: NotebookSolidDefinition,
        document: dict[str, Any],
        folder: str,
        executed: str,
        parameters: dict[str, Any],
    ) -> None:
        self._papermill = papermill
        self._solid = solid
        self._copy = os.path.join(folder, "notebook.ipynb")
        self._executed = executed
        self._parameters = parameters
        self._kernel = kernel_of(solid, document)
        self._clients: list[Any] = []
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
            while thread.is_alive():
                thread.join(0.25)
                take()
        except BaseException:
            self._kill_kernel()
            thread.join(10)
            raise

    def _execute(self) -> None:
        engines = importlib.import_module("papermill.engines")
        engines.papermill_engines.register("jupyter-orch", _engine(engines, self._clients))
        log = logging.getLogger("papermill")  # it warns of our own parameter in every notebook
        before = log.level
        log.setLevel(logging.ERROR)
        try:
            self._papermill.execute_notebook(
                self._copy,
                self._executed,
                parameters=self._parameters,
                kernel_name=self._kernel,
                engine_name="jupyter-orch",
                progress_bar=False,
                log_output=False,
                stdout_file=_Stream(1),
                stderr_file=_Stream(2),
                cwd=os.path.dirname(self._solid.notebook_path or "") or None,
                execution_timeout=self._solid.timeout,
                autosave_cell_every=5,
            )
        except BaseException as error:
            self.error = error
        finally:
            log.setLevel(before)

    def _kill_kernel(self) -> None:
        for client in self._clients:
            provisioner = getattr(getattr(client, "km", None), "provisioner", None)
            pid = getattr(provisioner, "pid", None)
            if pid:
                with contextlib.suppress(OSError):
                    os.killpg(os.getpgid(pid), signal.SIGKILL) if os.getpgid(pid) == pid else os.kill(
                        pid, signal.SIGKILL
                    )


class _Stream:
    """Writes the notebook's output to a descriptor of this process, where the step's capture is."""

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, text: str) -> int:
        """Write all of it."""
        left = memoryview(text.encode("utf-8", "backslashreplace"))
        while left:
            left = left[os.write(self._number, left) :]
        return len(text)

    def flush(self) -> None:
        """Nothing waits here."""


def _engine(engines: Any, clients: list[Any]) -> Any:
    """papermill's own engine, which also tells us which client it uses."""
    client_class = importlib.import_module("papermill.clientwrap").PapermillNotebookClient

    class Engine(engines.NBClientEngine):  # type: ignore[misc]
        """Executes with nbclient."""

        @classmethod
        def execute_managed_notebook(
            cls,
            nb_man: Any,
            kernel_name: str,
            log_output: bool = False,
            stdout_file: Any = None,
            stderr_file: Any = None,
            start_timeout: int = 60,
            execution_timeout: float | None = None,
            **_: Any,
        ) -> Any:
            """Execute one notebook."""
            client = client_class(
                nb_man,
                timeout=execution_timeout,
                startup_timeout=start_timeout,
                kernel_name=kernel_name,
                log_output=log_output,
                stdout_file=stdout_file,
                stderr_file=stderr_file,
            )
            clients.append(client)
            return client.execute()

    return Engine


def _materialization(solid: NotebookSolidDefinition, step: Step, executed: str, digest: str) -> AssetMaterialization:
    return AssetMaterialization(
        [*solid.asset_key_prefix, f"{step.handle[-1]}_output_notebook"],
        description="The executed notebook.",
        metadata_entries=[
            EventMetadataEntry("executed notebook", None, EventMetadata.notebook(executed)),
            EventMetadataEntry("source notebook", None, EventMetadata.path(solid.notebook_path)),
            EventMetadataEntry("source hash", None, EventMetadata.text(digest)),
        ],
    )


def _cell_failure(error: BaseException, solid: NotebookSolidDefinition, executed: str) -> BaseException:
    kind = type(error).__name__
    if kind == "PapermillExecutionError":
        return NotebookCellFailed(_failure_of_cell(error, solid, executed))
    number = _running_cell(executed)
    where = f"cell {number}" if number else "the notebook"
    if kind == "DeadKernelError":
        return NotebookCellFailed(
            Failure(
                cls="KernelDied",
                message=f"the kernel died in {where}",
                file=solid.notebook_path,
                hint="look for code that ends the process, or runs out of memory",
            )
        )
    if kind == "CellTimeoutError":
        return NotebookCellFailed(
            Failure(
                cls="CellTimeout", message=f"{where} took longer than {solid.timeout:g} s", file=solid.notebook_path
            )
        )
    return error


def _failure_of_cell(error: Any, solid: NotebookSolidDefinition, executed: str) -> Failure:
    number = _original_number(executed, error.cell_index)
    trace = [_ANSI.sub("", line) for line in error.traceback]
    lines = [int(match[1] or match[2]) for text in trace for match in _LINE.finditer(text)]
    source = error.source.splitlines()
    line = next((item for item in lines if 0 < item <= len(source)), None)
    return Failure(
        cls=error.ename,
        message=f"cell {number}: {error.evalue}"[: 16 * 1024],
        stack=tuple(trace[-200:]),
        file=solid.notebook_path,
        line=line,
        code=source[line - 1].strip() if line else None,
        hint="the executed notebook is kept and shows the cell",
    )


def _original_number(executed: str, index: int) -> int:
    """The 1-based number of a cell in the notebook as the author knows it, without what papermill put in."""
    before = _cells(executed)[:index]
    return index + 1 - sum(1 for cell in before if "injected-parameters" in cell.get("metadata", {}).get("tags", ()))


def _cells(executed: str) -> list[dict[str, Any]]:
    try:
        with open(executed, encoding="utf-8") as file:
            found: list[dict[str, Any]] = json.load(file)["cells"]
        return [cell for cell in found if "papermill-error-cell-tag" not in cell.get("metadata", {}).get("tags", ())]
    except (OSError, ValueError, KeyError):
        return []


def _running_cell(executed: str) -> int | None:
    """The cell that was sent to the kernel and never answered."""
    for index, cell in enumerate(_cells(executed)):
        times = cell.get("metadata", {}).get("execution", {})
        if "iopub.status.busy" in times and "shell.execute_reply" not in times:
            return _original_number(executed, index)
    return None


def _cap(executed: str) -> None:
    """Keep the saved notebook small enough to open: the largest outputs give way to a marker."""
    if os.path.getsize(executed) <= MAX_NOTEBOOK_BYTES:
        return
    with open(executed, encoding="utf-8") as file:
        document = json.load(file)
    sized = sorted(
        ((len(json.dumps(output)), output) for cell in document["cells"] for output in cell.get("outputs", ())),
        key=lambda pair: -pair[0],
    )
    excess = os.path.getsize(executed) - MAX_NOTEBOOK_BYTES
    for size, output in sized:
        if excess <= 0:
            break
        output.clear()
        output.update(
            {
                "output_type": "stream",
                "name": "stderr",
                "text": f"[an output of {size} bytes was left out: the notebook was larger than 50 MiB]\n",
            }
        )
        excess -= size
    with open(executed, "w", encoding="utf-8") as file:
        json.dump(document, file)
