"""What a notebook lets itself be told: the names, types and defaults of its ``parameters`` cell."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TAG = "parameters"

_KINDS: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str, "list": list, "dict": dict}
_LINE = re.compile(
    r"^\s*(?:let\s+|const\s+|var\s+|val\s+)?([A-Za-z]\w*)\s*(?:<-|=)(?!=)\s*(.+?);?\s*(?:(?:#|//)\s*(.*))?$"
)
_WORDS = {"true": True, "false": False, "TRUE": True, "FALSE": False, "null": None, "NULL": None, "nothing": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookParameter:
    """One name of the ``parameters`` cell.

    Attributes:
        kind: ``bool, int, float, str, list`` or ``dict``; ``any`` where neither annotation nor default tell.
        default: the notebook's own value, JSON.
        has_default: whether the value is a plain one; otherwise only the notebook can compute it.
        description: the comment behind it.
    """

    name: str
    kind: str
    default: Any = None
    has_default: bool = False
    description: str = ""


def parameters_of(document: dict[str, Any]) -> list[NotebookParameter]:
    """The parameters of a notebook, in its order; none without a cell that is tagged ``parameters``, or of no notebook.

    Args:
        document: the notebook as JSON. Python is parsed, other languages are read line by line.
    """
    try:
        source, language = parameters_source(document), _language(document)
    except (AttributeError, TypeError):  # JSON, but no notebook of format 4
        return []
    found = _of_python(source) if language == "python" else _of_lines(source)
    return list({parameter.name: parameter for parameter in found}.values())


def parameters_source(document: dict[str, Any]) -> str:
    """The text of the first cell that is tagged ``parameters``; empty without one."""
    for cell in document.get("cells", []):
        if TAG in cell.get("metadata", {}).get("tags", ()):
            source = cell.get("source", "")
            return source if isinstance(source, str) else "".join(source)
    return ""


def _language(document: dict[str, Any]) -> str:
    metadata = document.get("metadata", {})
    told = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return str(told or "python").lower()


def _of_python(source: str) -> Iterator[NotebookParameter]:
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics, or a cell that is being written
        yield from _of_lines(source)
        return
    lines = source.splitlines()
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                annotation = ""
            case ast.AnnAssign(target=ast.Name(id=name), value=value, annotation=noted):
                annotation = ast.unparse(noted)
            case _:
                continue
        if not name.startswith("_"):
            yield _parameter(
                name, annotation, *_python_value(value), _comment(lines[(statement.end_lineno or 1) - 1], statement)
            )


def _python_value(node: ast.expr | None) -> tuple[Any, bool]:
    try:
        value = ast.literal_eval(node) if node is not None else None
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None, False
    return (list(value) if isinstance(value, tuple) else value), node is not None


def _comment(line: str, statement: ast.stmt) -> str:
    rest = line.encode()[statement.end_col_offset or 0 :].decode(errors="replace").strip()
    return rest.removeprefix("#").strip() if rest.startswith("#") else ""


def _of_lines(source: str) -> Iterator[NotebookParameter]:
    for line in source.splitlines():
        found = _LINE.match(line)
        if found:
            name, text, comment = found.groups()
            yield _parameter(name, "", *_plain_value(text.rstrip(";").strip()), comment or "")


def _plain_value(text: str) -> tuple[Any, bool]:
    if text in _WORDS:
        return _WORDS[text], True
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1], True
    try:
        return json.loads(text.removesuffix("L")), True
    except ValueError:
        return None, False


def _parameter(name: str, annotation: str, default: Any, has_default: bool, description: str) -> NotebookParameter:
    return NotebookParameter(
        name=name,
        kind=_kind(annotation, default),
        default=default,
        has_default=has_default,
        description=description,
    )


def _kind(annotation: str, default: Any) -> str:
    """The annotation's outermost plain type, else the default's."""
    noted = annotation.split("[")[0].strip().lower()
    if noted in _KINDS:
        return noted
    if annotation:
        return "any"
    return next((kind for kind, cls in _KINDS.items() if type(default) is cls), "any")
