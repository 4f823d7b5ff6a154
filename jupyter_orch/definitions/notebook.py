"""Notebooks as solids."""

from __future__ import annotations

import os
import re
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError, DagsterInvariantViolationError
from jupyter_orch.definitions.inout import InputDefinition, OutputDefinition
from jupyter_orch.definitions.retry import RetryPolicy
from jupyter_orch.definitions.solid import SolidDefinition
from jupyter_orch.records.snapshot import Source

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class NotebookSolidDefinition(SolidDefinition):
    """A solid that is a notebook; papermill runs it.

    Attributes:
        notebook_path: absolute path.
        kernel_name: kernel to run it with, or None for the notebook's own.
        output_notebook_name: output that gives the path of the executed notebook, or None.
        timeout: seconds that one cell may take, or None.
        pinned_path: a copy that is executed instead, in the folder of the notebook; None executes what stands there.
    """

    kind = "notebook"

    def __init__(
        self,
        name: str,
        notebook_path: str,
        *,
        kernel_name: str | None,
        output_notebook_name: str | None,
        timeout: float | None,
        asset_key_prefix: list[str] | None,
        pinned_path: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, compute_fn=_never_called, source=Source(file=notebook_path, line=1), **options)
        self.notebook_path = notebook_path
        self.kernel_name = kernel_name
        self.output_notebook_name = output_notebook_name
        self.timeout = timeout
        self.pinned_path = pinned_path
        self.asset_key_prefix = list(asset_key_prefix or ())

    def invoke_directly(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Refused: a notebook runs in a kernel of its own."""
        raise DagsterInvariantViolationError(
            f"the notebook solid {self.name!r} can not be called directly; use execute_solid, or open the notebook"
        )


def _never_called(_context: Any, _inputs: Any) -> Any:
    raise DagsterInvariantViolationError("a notebook solid is run by papermill, not called")


def notebook_solid(
    name: str,
    notebook_path: Any,
    input_defs: list[InputDefinition] | None = None,
    output_defs: list[OutputDefinition] | None = None,
    config_schema: Any = None,
    required_resource_keys: set[str] | None = None,
    kernel_name: str | None = None,
    output_notebook_name: str | None = None,
    output_notebook: str | None = None,
    asset_key_prefix: Any = None,
    description: str | None = None,
    tags: dict[str, Any] | None = None,
    retry_policy: RetryPolicy | None = None,
    timeout: float | None = None,
    version: str | None = None,
    pinned_path: str | None = None,
) -> NotebookSolidDefinition:
    """A solid that is a notebook.

    Inputs and config whose names stand in the notebook's ``parameters`` cell become its parameters, if they are JSON;
    all of them are in
    ``jupyter_orch.notebook.get_context()``. Outputs are given by ``jupyter_orch.notebook.yield_result``.

    Args:
        name: the solid's name.
        notebook_path: the file; relative to the current folder. Braces only stand in a ``Path``, to be no template.
        input_defs: its inputs; none when left out.
        output_defs: its outputs; none when left out.
        config_schema, required_resource_keys, description, tags, retry_policy, version: as for a solid.
        kernel_name: kernel to run it with; the notebook's own when left out.
        output_notebook_name: name of an additional output that gives the path of the executed notebook.
        output_notebook: older spelling of the same.
        asset_key_prefix: begin of the asset key under which the executed notebook is recorded.
        timeout: seconds that one cell may take.
        pinned_path: a copy of the notebook to execute instead, in the folder of the notebook.

    Raises:
        DagsterInvalidDefinitionError: the path is no plain path of a notebook.
    """
    path = _plain_path(name, notebook_path)
    extra = output_notebook_name or output_notebook
    outputs = [*(output_defs or []), *([OutputDefinition(str, name=extra)] if extra else [])]
    prefix = [asset_key_prefix] if isinstance(asset_key_prefix, str) else asset_key_prefix
    return NotebookSolidDefinition(
        name,
        path,
        kernel_name=kernel_name,
        output_notebook_name=extra,
        timeout=timeout,
        asset_key_prefix=prefix,
        pinned_path=pinned_path,
        input_defs=input_defs or [],
        output_defs=outputs,
        config_schema=config_schema,
        description=description,
        tags={"kind": "ipynb", **(tags or {})},
        required_resource_keys=required_resource_keys,
        retry_policy=retry_policy,
        version=version,
    )


def _plain_path(name: str, path: Any) -> str:
    text = os.fspath(path)
    is_template = isinstance(path, str) and ("{" in text or "}" in text)  # a Path is a file, whatever its name
    if not isinstance(text, str) or text == "-" or _SCHEME.match(text) or is_template:
        raise DagsterInvalidDefinitionError(
            f"the notebook of solid {name!r} must be a plain file path, not {text!r}; addresses and templates are "
            "not followed"
        )
    if not text.endswith(".ipynb"):
        raise DagsterInvalidDefinitionError(f"the notebook of solid {name!r} must end in .ipynb, not {text!r}")
    return os.path.abspath(text)


define_dagstermill_solid = notebook_solid
define_dagstermill_op = notebook_solid


def file_relative_path(dunderfile: str, relative_path: str) -> str:
    """A path relative to a Python file: ``file_relative_path(__file__, "report.ipynb")``."""
    return os.path.join(os.path.dirname(os.path.abspath(dunderfile)), relative_path)
