"""The tutorial page as a program: its files, its cells, and what the cells show."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial"
PAGE = TUTORIAL / "README.md"
_BLOCK = re.compile(r"^```(?P<language>\w+)(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Attributes:
        language: the word behind the fence.
        info: what stands behind it as ``key=value``.
        text: the lines between the fences.
        line: number of its first line in the page.
    """

    language: str
    text: str
    line: int
    info: dict[str, str] = field(default_factory=dict)


def blocks() -> list[Block]:
    """Every fenced block of the page, in order."""
    page = PAGE.read_text("utf-8")
    return [
        Block(
            language=match["language"],
            text=match["text"],
            line=page.count("\n", 0, match.start()) + 2,
            info=dict(word.split("=", 1) for word in match["info"].split()),
        )
        for match in _BLOCK.finditer(page)
    ]


def write_file(folder: Path, block: Block) -> None:
    """Do what the reader does with a block that has a file name; cells are put at the end of their notebook."""
    path = folder / block.info["title"]
    if path.suffix != ".ipynb":
        path.write_text(block.text, "utf-8")
        return
    tags = block.info.get("tags", "").split(",") if block.info.get("tags") else []
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.read(path, 4) if path.exists() else nbformat.v4.new_notebook(metadata=kernel)
    notebook.cells.append(nbformat.v4.new_code_cell(block.text.rstrip(), metadata={"tags": tags}))
    nbformat.write(notebook, path)


def run_cell(block: Block, names: dict[str, Any]) -> str:
    """Run a block as a notebook cell: what it prints, then the value of its last line."""
    tree = ast.parse("\n" * (block.line - 1) + block.text, str(PAGE))
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(compile(tree, str(PAGE), "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(PAGE), "eval"), names)
            if value is not None:
                print(repr(value))
    return shown.getvalue()
