"""What must not stand in the code (V8): each rule finds its own bad sample, and nothing in the house."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.architecture.test_cycles import modules

ROOT = Path(__file__).resolve().parents[2]
USER_WING = ("jupyter_orch.definitions", "jupyter_orch.plan", "jupyter_orch.execution", "jupyter_orch_kernel")
USER_MODULES = ("jupyter_orch.notebook", "jupyter_orch.magics")
UNPICKLING = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
BUILT_IN = {"eval", "exec", "compile", "__import__"}
SHELLS = {
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell",
}
WEAK = {
    "tempfile.mktemp",
    "ssl._create_unverified_context",
    "yaml.load",
    "yaml.load_all",
    "yaml.unsafe_load",
    "yaml.full_load",
    "hashlib.md5",
    "hashlib.sha1",
}
STATEMENTS = {"text", "exec_driver_sql", "execute", "executescript", "executemany"}
METHODS = {"get", "post", "put", "patch", "delete", "head"}
MARKUP = re.compile(
    r"\.(inner|outer)HTML\s*=|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\("
)
Rule = Callable[[ast.AST], Iterator[ast.AST]]


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of a name or attribute."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def unpickling(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(a.name.split(".")[0] in UNPICKLING for a in node.names):
            yield node
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNPICKLING:
            yield node


def running_text(tree: ast.AST) -> Iterator[ast.AST]:
    return (call for call in calls(tree) if dotted(call.func) in BUILT_IN)


def shells(tree: ast.AST) -> Iterator[ast.AST]:
    for call in calls(tree):
        in_shell = any(k.arg == "shell" and not _is(k.value, False) for k in call.keywords)
        if in_shell or dotted(call.func) in SHELLS:
            yield call


def weak_calls(tree: ast.AST) -> Iterator[ast.AST]:
    for call in calls(tree):
        unverified = any(k.arg in ("verify", "validate_cert") and _is(k.value, False) for k in call.keywords)
        for_no_security = any(k.arg == "usedforsecurity" and _is(k.value, False) for k in call.keywords)
        if unverified or (dotted(call.func) in WEAK and not for_no_security):
            yield call


def statements_put_together(tree: ast.AST) -> Iterator[ast.AST]:
    for call in calls(tree):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
        if name in STATEMENTS and call.args and _is_put_together(call.args[0]):
            yield call


def _is_put_together(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return not all(_is_harmless(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        return any(isinstance(s, (ast.JoinedStr, ast.Constant)) for s in (node.left, node.right))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def _is_harmless(node: ast.AST) -> bool:
    """A constant of the module, one of two constants, a number, a made-up name: nothing that came from outside."""
    if isinstance(node, ast.IfExp):
        return _is_harmless(node.body) and _is_harmless(node.orelse)
    if isinstance(node, ast.Call):
        return dotted(node.func) in ("int", "float", "len")
    last = dotted(node).rsplit(".", 1)[-1]
    return isinstance(node, ast.Constant) or last.isupper() or (isinstance(node, ast.Attribute) and node.attr == "hex")


def open_doors(tree: ast.AST) -> Iterator[ast.AST]:
    """Methods of request handlers that do not say who may come in, and what they must be allowed to."""
    for cls in ast.walk(tree):
        if not (
            isinstance(cls, ast.ClassDef) and re.search("Handler|Socket", " ".join((cls.name, *map(dotted, cls.bases))))
        ):
            continue
        for method in cls.body:
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.name in METHODS:
                said = {dotted(d.func if isinstance(d, ast.Call) else d) for d in method.decorator_list}
                if not ({"web.authenticated", "authorized"} <= said or "ws_authenticated" in said):
                    yield method


def _is(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


EVERYWHERE: dict[Rule, str] = {
    shells: "import subprocess\nsubprocess.run('ls', shell=True)",
    weak_calls: "import yaml\nyaml.load('a')",
    statements_put_together: "connection.execute(f'select {name}')",
    open_doors: "class A(OrchHandler):\n    @web.authenticated\n    def get(self): ...",
}
SERVER_WING: dict[Rule, str] = {unpickling: "from pickle import loads", running_text: "eval('1')"}


@cache
def parsed(path: Path) -> ast.AST:
    return ast.parse(path.read_text("utf-8"))


def found(rule: Rule, name: str, path: Path) -> list[str]:
    return [f"{name}:{getattr(node, 'lineno', 0)}" for node in rule(parsed(path))]


@pytest.mark.parametrize("rule", [*EVERYWHERE, *SERVER_WING], ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    sample = {**EVERYWHERE, **SERVER_WING}[rule]
    assert list(rule(ast.parse(sample))), "the rule finds what it is for"
    places = [place for name, path in modules().items() if _concerns(rule, name) for place in found(rule, name, path)]
    assert places == []


def _concerns(rule: Rule, name: str) -> bool:
    return rule in EVERYWHERE or not (name.startswith(USER_WING) or name.startswith(USER_MODULES))


def test_handlers_are_seen() -> None:
    """The rule about doors looks at something."""
    handlers = [name for name in modules() if name.startswith("jupyter_orch.server.")]
    sources = "".join(modules()[name].read_text() for name in handlers)
    assert len(re.findall(r"@authorized\(", sources)) > 8


def test_the_panel_writes_no_markup() -> None:
    for bad in ("node.innerHTML = text", "<div dangerouslySetInnerHTML={x} />", "eval(code)", "new Function('x')"):
        assert MARKUP.search(bad)
    sources = [p for kind in ("*.ts", "*.tsx") for p in (ROOT / "labextension" / "src").rglob(kind)]
    assert len(sources) > 50
    assert [f"{p.name}: {m[0]}" for p in sources for m in MARKUP.finditer(p.read_text("utf-8"))] == []


FLOORS = {"tornado": "6.5.8", "jupyter-server": "2.21.1", "jupyterlab": "4.5.9", "graphql-core": "3.2.6"}
"""Versions with the fixes of the advisories we know (V9)."""


def test_what_is_installed_has_its_known_holes_mended() -> None:
    old = {name: version(name) for name, floor in FLOORS.items() if _parts(version(name)) < _parts(floor)}
    assert old == {}


def test_what_we_ask_for_has_its_known_holes_mended() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    least = {re.split("[><=]", line)[0]: line.split(">=")[1].split(",")[0] for line in wanted if ">=" in line}
    assert {name: least[name] for name, floor in FLOORS.items() if _parts(least[name]) < _parts(floor)} == {}


def _parts(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)[:3]]
