"""A notebook cell as a solid: the first line is its signature, the rest its body.

::

    %%solid clean(context, rows: list, limit: int = 10) -> list with config_schema={"strict": bool}
    return [row for row in rows if row][:limit]
"""

from __future__ import annotations

import ast
import io
import re
import tokenize

MAGIC = "%%solid"
USE = "%%solid name(inputs) -> type with option=value, …"
_INDENT = "    "


class SolidCellError(SyntaxError):
    """The first line of a solid's cell is no signature."""

    def __init__(self, message: str, first: str) -> None:
        """Args:
        first: that line.
        """
        super().__init__(message, (None, 1, 1, first))


def function_source(cell: str) -> str:
    """The cell as Python: a decorated function with the same number of lines, so that places in it stay right.

    Args:
        cell: all of it, from ``%%solid`` on.

    Raises:
        SolidCellError: says what the first line should be.
    """
    first, _, body = cell.partition("\n")
    signature, options = _split(first.removeprefix(MAGIC).strip())
    head = f"import jupyter_orch as _orch; {signature.name} = _orch.solid({options})"
    if not _statements(body):
        told = f"the solid {signature.name!r} has nothing in it; write its body below the first line"
        raise SolidCellError(told, first)
    # One line for the function's head, and the decoration after the body, on its last line's heels.
    return f"def {signature.text}:\n{_indented(body)}\n{head}({signature.name})"


class _Signature:
    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text


def _split(line: str) -> tuple[_Signature, str]:
    told, options = line, ""
    for match in re.finditer(r"\swith\s", line):
        told, options = line[: match.start()], line[match.end() :].strip()
        if _is_head(told) and _is_call(options):
            break
        told, options = line, ""
    if "(" not in told:
        name, arrow, returns = told.partition("->")
        told = f"{name.strip()}(){f' -> {returns.strip()}' if arrow else ''}"
    if not _is_head(told):
        raise SolidCellError(f"expected {USE}, found {line!r}", f"{MAGIC} {line}")
    definition = ast.parse(f"def {told}: pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    return _Signature(definition.name, told), options


def _is_head(text: str) -> bool:
    try:
        body = ast.parse(f"def {text if '(' in text else text + '()'}: pass").body
    except (SyntaxError, ValueError):
        return False
    return len(body) == 1 and isinstance(body[0], ast.FunctionDef)


def _is_call(options: str) -> bool:
    try:
        call = ast.parse(f"f({options})", mode="eval").body
    except (SyntaxError, ValueError):
        return False
    return isinstance(call, ast.Call) and not call.args


def _statements(body: str) -> bool:
    try:
        return bool(ast.parse(body).body)
    except SyntaxError:
        return True  # compiling the whole tells where


def _indented(body: str) -> str:
    """The body one step in; the inside of texts over several lines stays as it is."""
    lines = body.rstrip().split("\n")
    inside: set[int] = set()
    try:
        starts: list[int] = []
        for token in tokenize.generate_tokens(io.StringIO(body).readline):
            kind = tokenize.tok_name[token.type]
            if kind == "STRING":
                inside.update(range(token.start[0], token.end[0]))
            elif kind == "FSTRING_START":  # from Python 3.12 on
                starts.append(token.start[0])
            elif kind == "FSTRING_END":
                inside.update(range(starts.pop(), token.end[0]))
    except (tokenize.TokenError, IndentationError):
        inside = set()
    return "\n".join(
        line if number in inside or not line.strip() else _INDENT + line for number, line in enumerate(lines)
    )
