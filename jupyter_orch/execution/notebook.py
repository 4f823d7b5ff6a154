"""Runs a notebook solid through papermill: in a copy, in a kernel of its own, the executed notebook kept also
when it fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from jupyter_orch.definitions.contexts import SolidExecutionContext
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.metadata import EventMetadata, EventMetadataEntry
from jupyter_orch.definitions.notebook import NotebookSolidDefinition
from jupyter_orch.definitions.output import AssetMaterialization, Output
from jupyter_orch.definitions.shown import is_json
from jupyter_orch.execution import events
from jupyter_orch.execution.interrupt import RunCanceled
from jupyter_orch.execution.notebook_execution import NotebookExecution, kernel_of, papermill_module
from jupyter_orch.execution.notebook_failures import cell_failure
from jupyter_orch.execution.notebook_handle import PARAMETER, VARIABLE, NotebookHandle
from jupyter_orch.execution.notebook_kernels import NoWarmKernel, WarmKernel, take_kernel
from jupyter_orch.execution.notebook_results import deliver
from jupyter_orch.execution.scope import RunScope
from jupyter_orch.plan.plan import Step
from jupyter_orch.records.codec import to_json
from jupyter_orch.records.files import file_stem

MAX_NOTEBOOK_BYTES = 50 * 1024 * 1024
_NO_BRACES = str.maketrans("{}", "__")
"""papermill takes braces in a path for fields to be filled in."""
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


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
    papermill = papermill_module(scope.owns_process)
    document, digest = _read(solid.pinned_path or solid.notebook_path or "")
    spec = _kernelspec(kernel_of(solid, document), solid.notebook_path or "")
    folder = tempfile.mkdtemp(prefix="orch-notebook-")  # 0700
    kernel = None
    try:
        kernel = _kernel(scope, step, kernel_of(solid, document), spec, folder)
        handle = NotebookHandle(folder)
        _write_handle(handle, scope, step, context, inputs)
        executed = _place(scope, step)
        execution = NotebookExecution(
            papermill,
            solid,
            document,
            folder,
            executed,
            _parameters(document, context.solid_config, inputs, folder),
            _language(solid, document, spec),
            kernel,
        )
        given: list[Any] = []

        def take() -> None:
            for kind, name, value in handle.take():
                if kind == "log":
                    context.log.log(name, value)
                else:
                    given.append(Output(value, name) if kind == "output" else value)

        try:
            with _told_to_kernels(folder):
                execution.run(take)
        except RunCanceled:
            if os.path.exists(executed):
                scope.emit(events.asset(step.key, _materialization(solid, step, executed, digest)))
            raise
        finally:
            if os.path.exists(executed):
                _cap(executed)
        yield _materialization(solid, step, executed, digest, _deliver(scope, step, executed))
        if execution.error is not None:
            raise cell_failure(execution.error, solid, executed)
        yield from given
        if solid.output_notebook_name:
            yield Output(executed, solid.output_notebook_name)
    finally:
        if kernel is not None:
            kernel.release()
        shutil.rmtree(folder, ignore_errors=True)


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
    except (ValueError, RecursionError) as error:
        raise DagsterInvariantViolationError(f"the notebook {path} is no JSON (is it cut off?): {error}") from None
    if not isinstance(document, dict) or "nbformat" not in document:
        raise DagsterInvariantViolationError(f"{path} is JSON but no notebook: it has no nbformat")
    if document["nbformat"] != 4:
        raise DagsterInvariantViolationError(
            f"the notebook {path} has format {document['nbformat']!r}; open and save it in JupyterLab to get format 4"
        )
    if not _has_the_shape(document):
        raise DagsterInvariantViolationError(
            f"{path} is JSON but no notebook: its cells or metadata are not as format 4 has them"
        )
    return document, hashlib.sha256(content).hexdigest()


def _has_the_shape(document: dict[str, Any]) -> bool:
    cells = document.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return False
    return all(isinstance(part.get("metadata", {}), dict) for part in (document, *cells))


def _kernelspec(name: str, notebook: str) -> Any:
    specs = importlib.import_module("jupyter_client.kernelspec")
    try:
        return specs.KernelSpecManager().get_kernel_spec(name)
    except specs.NoSuchKernel:
        have = sorted(specs.KernelSpecManager().find_kernel_specs())
        raise DagsterInvariantViolationError(
            f"the kernel {name!r} of the notebook {notebook} is not installed here; have: "
            f"{', '.join(map(repr, have)) or 'none'}"
        ) from None


def _language(solid: NotebookSolidDefinition, document: dict[str, Any], spec: Any) -> str:
    """In which parameters are written: the notebook's, unless it does not say or runs in a kernel of another."""
    metadata = document.get("metadata", {})
    own = metadata.get("language_info", {}).get("name") or metadata.get("kernelspec", {}).get("language")
    kernels: str = spec.language
    return (kernels if solid.kernel_name else None) or own or kernels or "python"


@contextlib.contextmanager
def _told_to_kernels(folder: str) -> Iterator[None]:
    """A kernel that is started meanwhile knows where the handle is before its first cell."""
    os.environ[VARIABLE] = folder
    try:
        yield
    finally:
        os.environ.pop(VARIABLE, None)


def _kernel(scope: RunScope, step: Step, name: str, spec: Any, handle: str) -> WarmKernel | None:
    """A kernel that stands ready, or None; the run's log says which and why."""
    folder = os.path.dirname(step.solid.notebook_path or "") or os.getcwd()
    try:
        kernel = take_kernel(spec.argv, spec.metadata, {**spec.env, VARIABLE: handle}, folder)
    except NoWarmKernel as error:
        said = f"The notebook's kernel {name!r} starts cold: {error}."
        scope.emit(events.engine(said, step.key, kernel="cold", reason=str(error)))
        return None
    said = f"The notebook's kernel {name!r} stood ready; it was taken in {kernel.waited * 1000:.0f} ms."
    scope.emit(events.engine(said, step.key, kernel="warm", kernel_pid=kernel.pid))
    return kernel


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
    name = os.path.basename(step.solid.notebook_path or "notebook.ipynb")
    return os.path.join(folder, name.translate(_NO_BRACES))


def _deliver(scope: RunScope, step: Step, executed: str) -> list[EventMetadataEntry]:
    def tell(sentence: str) -> None:
        scope.emit(events.engine(sentence, step.key, "WARNING"))

    return deliver(executed, step.solid.notebook_path or "", scope.run.run_id, scope.run.tags, tell)


def _materialization(
    solid: NotebookSolidDefinition, step: Step, executed: str, digest: str, more: Iterable[EventMetadataEntry] = ()
) -> AssetMaterialization:
    return AssetMaterialization(
        [*solid.asset_key_prefix, f"{step.handle[-1]}_output_notebook"],
        description="The executed notebook.",
        metadata_entries=[
            EventMetadataEntry("executed notebook", None, EventMetadata.notebook(executed)),
            EventMetadataEntry("source notebook", None, EventMetadata.path(solid.notebook_path)),
            EventMetadataEntry("source hash", None, EventMetadata.text(digest)),
            *more,
        ],
    )


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
