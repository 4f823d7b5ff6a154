"""No knots: no module of ours reaches itself by imports, type-checking ones included; none hides in a function."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"jupyter_orch": ROOT / "jupyter_orch", "jupyter_orch_kernel": ROOT / "kernel" / "jupyter_orch_kernel"}
ENTRY_POINTS = ("__init__", "__main__")


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    found = {}
    for package, folder in PACKAGES.items():
        for path in folder.rglob("*.py"):
            if "example" in path.parts or "labextension" in path.parts:
                continue
            parts = [package, *path.relative_to(folder).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(tree: ast.AST, known: dict[str, Path]) -> set[str]:
    """Modules of ours that the import statements below a node name."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return {name for name in names if name in known}


def test_no_module_reaches_itself() -> None:
    known = modules()
    # A package's own __init__ may list what it re-exports; nobody below may import the package for it.
    arrows = {
        name: imported(ast.parse(path.read_text()), known) - {name}
        for name, path in known.items()
        if path.name != "__init__.py"
    }
    for start in arrows:
        seen: set[str] = set()
        waiting = list(arrows[start])
        while waiting:
            name = waiting.pop()
            assert name != start, f"{start} reaches itself"
            if name not in seen:
                seen.add(name)
                waiting.extend(arrows.get(name, ()))


def test_no_import_of_ours_hides_in_a_function() -> None:
    known = modules()
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in known.values()
        if path.stem not in ENTRY_POINTS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and imported(node, known)
    ]
    assert hidden == []
