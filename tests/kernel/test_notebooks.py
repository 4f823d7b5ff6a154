"""Notebook solids through papermill and a real kernel (N1-N15)."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jupyter_orch as orch
from jupyter_orch import notebook as in_notebook
from jupyter_orch.execution import interrupt, notebook_execution
from jupyter_orch.execution.notebook import _parameters
from tests.kernel.orders import Launched

SPEC = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def write(path: Path, *cells: str, parameters: str | None = None, metadata: Any = None) -> None:
    written: list[dict[str, Any]] = []
    if parameters is not None:
        written.append(
            {
                "cell_type": "code",
                "source": parameters,
                "metadata": {"tags": ["parameters"]},
                "outputs": [],
                "execution_count": None,
            }
        )
    for index, source in enumerate(cells):
        written.append(
            {
                "cell_type": "code",
                "source": source,
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "id": f"c{index}",
            }
        )
    path.write_text(
        json.dumps(
            {"nbformat": 4, "nbformat_minor": 5, "metadata": SPEC if metadata is None else metadata, "cells": written}
        )
    )


CODE = """
@solid
def one(): return 5

schema = {"n": int, "secret": str}
book = notebook_solid("book", "book.ipynb", [InputDefinition("x", int)], [OutputDefinition(int)], schema)

@solid
def show(v): print("got", v)

@pipeline
def p(): show(book(one()))
"""
CONFIG = {"solids": {"book": {"config": {"n": 7, "secret": "hush"}}}}


def launched(folder: Path, executor: str = "in_process") -> Launched:
    return Launched(folder, CODE, executor, CONFIG)


def executed(folder: Path) -> Path:
    return folder / "storage" / "run-1" / "book" / "book.ipynb"


def test_what_a_notebook_gives_in_its_last_moment_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_execution, "_TAKE_EVERY", 3600.0)
    write(
        tmp_path / "book.ipynb",
        "from jupyter_orch.notebook import get_context, yield_event, yield_result\n"
        "from jupyter_orch import AssetMaterialization\ncontext = get_context()\n"
        "context.log.info('last words'); yield_event(AssetMaterialization('made')); yield_result(35)",
    )
    run = launched(tmp_path)
    assert run.outcome.ok, run.failure("book")
    assert run.out("show") == "got 35\n"
    assert [e.message for e in run.events if e.type == "LOG"] == ["last words"]
    assert ["made"] in [e.data.get("asset_key") for e in run.events]


def test_a_context_that_the_parameters_cell_takes_by_hand_is_the_run_s(tmp_path: Path) -> None:
    write(
        tmp_path / "book.ipynb",
        "from jupyter_orch.notebook import yield_result\nprint(context.is_run, context.solid_config['n'], n)",
        "import os\nprint(os.environ.get('ORCH_RUN_FOLDER'))\nyield_result(35)",
        parameters="from jupyter_orch.notebook import get_context\ncontext = get_context(solid_config={'n': 1})\nn = 1",
    )
    run = launched(tmp_path)
    assert run.outcome.ok, run.failure("book")
    assert run.out("book").startswith("True 7 7\nNone\n")


def test_inputs_config_and_results_flow_and_the_executed_notebook_is_kept(tmp_path: Path) -> None:
    write(
        tmp_path / "book.ipynb",
        "from jupyter_orch.notebook import get_context, yield_event, yield_result\n"
        "from jupyter_orch import AssetMaterialization\nimport os\ncontext = get_context()\n"
        "print('sees', x, n, context.solid_config['secret'], context.inputs['x'], context.run_id, os.getcwd())",
        "context.log.warning('watch %s', 'out')\nyield_event(AssetMaterialization('made'))\nyield_result(x * n)",
        parameters="x = 1\nn = 1",
    )
    before = (tmp_path / "book.ipynb").read_bytes()
    run = launched(tmp_path)
    assert run.outcome.ok, run.failure("book")
    assert run.out("show") == "got 35\n"
    assert run.out("book").startswith(f"sees 5 7 hush 5 run-1 {tmp_path}")
    logged = [(e.level, e.step_key, e.message) for e in run.events if e.type == "LOG"]
    assert logged == [("WARNING", "book", "watch out")]
    assert "WARNING: watch out" in run.out("book")
    (kept, made) = [e.data for e in run.events if e.type == "ASSET_MATERIALIZATION"]
    assert kept["metadata"][0] == {
        "label": "executed notebook",
        "description": "",
        "kind": "notebook",
        "value": str(executed(tmp_path)),
    }
    assert made["asset_key"] == ["made"]
    assert (tmp_path / "book.ipynb").read_bytes() == before
    source = json.loads(executed(tmp_path).read_text())
    injected = next(c for c in source["cells"] if "injected-parameters" in c["metadata"].get("tags", ()))
    assert "hush" not in json.dumps(injected), "the injected cell holds no config that the notebook did not name"


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_n8_a_failing_cell_names_cell_line_and_source_and_keeps_the_notebook(tmp_path: Path, executor: str) -> None:
    write(tmp_path / "book.ipynb", "a = 1", "b = 2\nb / 0\nc = 3", parameters="x = 1")
    run = launched(tmp_path, executor)
    failure = run.failure("book")
    assert (failure["cls"], failure["message"], failure["line"], failure["code"]) == (
        "ZeroDivisionError",
        "cell 3: division by zero",
        2,
        "b / 0",
    )
    assert failure["file"] == str(tmp_path / "book.ipynb")
    assert any("ZeroDivisionError" in line for line in failure["stack"])
    assert executed(tmp_path).exists()
    kinds = run.of("book")
    assert kinds.index("ASSET_MATERIALIZATION") < kinds.index("STEP_FAILURE")


def test_n10_a_dead_kernel_is_noticed_and_its_cell_named(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", "import os", "os._exit(1)")
    began = time.monotonic()
    run = launched(tmp_path)
    assert run.failure("book")["message"] == "the kernel died in cell 2"
    assert time.monotonic() - began < 20


def test_n15_a_missing_result_is_named(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", "x = 1")
    assert "without giving its output 'result'" in launched(tmp_path).failure("book")["message"]


def test_n9_input_raises_instead_of_hanging(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", "input()")
    assert launched(tmp_path).failure("book")["cls"] == "StdinNotImplementedError"


@pytest.mark.parametrize("metadata", [{}, {"kernelspec": {"name": "python3"}}])
def test_a_notebook_that_does_not_say_its_language_has_its_kernel_s(tmp_path: Path, metadata: Any) -> None:
    write(tmp_path / "book.ipynb", "print(n)", "yield_result(1)", parameters="n = 0", metadata=metadata)
    run = launched(tmp_path)
    assert run.failure("book")["message"] == "cell 3: name 'yield_result' is not defined"
    assert run.out("book").startswith("7\n")


def test_n1_a_missing_kernel_is_said_before_anything_starts(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", "1", metadata={"kernelspec": {"name": "ir-9"}})
    message = launched(tmp_path).failure("book")["message"]
    assert "kernel 'ir-9'" in message and "python3" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("{", "cut off"),
        ("[]", "no notebook"),
        ('{"nbformat": 3}', "format 3"),
        ('{"nbformat": 4, "cells": [7]}', "cells or metadata"),
    ],
)
def test_n7_files_that_are_no_notebooks(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "book.ipynb").write_text(text)
    assert said in launched(tmp_path).failure("book")["message"]


@pytest.mark.parametrize(
    "path", ["http://x/y.ipynb", "s3://b/k.ipynb", "-", "{run_id}.ipynb", "file:///x.ipynb", "notes.txt"]
)
def test_n14_only_plain_paths_are_notebooks(path: str) -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="must be a plain file path|must end in .ipynb"):
        orch.notebook_solid("book", path)


def test_cancel_interrupts_the_cell_which_may_clean_up_and_keeps_the_notebook(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", "print('before')", CLEANS_UP, "print('never')")
    run, pid = canceled(tmp_path, lambda: launched(tmp_path))
    assert (tmp_path / "cleaned").exists()
    assert not is_alive(pid)
    kept = json.loads(executed(tmp_path).read_text())["cells"]
    assert [bool(cell["outputs"]) for cell in kept if "print" in "".join(cell["source"])] == [True, False]
    assert "ASSET_MATERIALIZATION" in run.of("book")


def test_cancel_kills_the_kernel_of_a_cell_that_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_execution, "GRACE", 0.3)
    write(tmp_path / "book.ipynb", GOES_ON)
    _, pid = canceled(tmp_path, lambda: launched(tmp_path))
    assert not is_alive(pid)


def test_cancel_ends_a_kernel_that_is_starting(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", "1", metadata=kernel_of(f"{SAY_PID}\nimport time\ntime.sleep(600)"))
    _, pid = canceled(tmp_path, lambda: launched(tmp_path))
    assert not is_alive(pid)


def test_n10_a_kernel_that_dies_while_it_starts_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", "1", metadata=kernel_of("import sys\nprint('no license', file=sys.stderr)"))
    run = launched(tmp_path)
    failure = run.failure("book")
    assert (failure["cls"], failure["message"]) == ("KernelDied", "the kernel died before the first cell")
    assert "no license" in run.out("book", "err")


def kernel_of(code: str) -> dict[str, Any]:
    """A notebook's metadata that ask for a kernel which is this program."""
    spec = Path(os.environ["JUPYTER_DATA_DIR"], "kernels", "silent", "kernel.json")
    spec.parent.mkdir(parents=True, exist_ok=True)
    named = {"display_name": "Silent", "language": "python"}
    spec.write_text(json.dumps({"argv": [sys.executable, "-c", code, "{connection_file}"], **named}))
    return {"kernelspec": {"name": "silent", **named}}


SAY_PID = "import os\nopen('pid.part', 'w').write(str(os.getpid()))\nos.rename('pid.part', 'pid')"
CLEANS_UP = f"""
import time
try:
    {SAY_PID.replace(chr(10), "; ")}
    time.sleep(600)
finally:
    open("cleaned", "w").close()
"""
GOES_ON = f"""
import time
{SAY_PID}
while True:
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        pass
"""


def canceled(folder: Path, launch: Callable[[], Launched]) -> tuple[Launched, int]:
    """A run that is asked to stop as soon as its notebook has said its process id, and that id."""
    before = signal.signal(signal.SIGTERM, interrupt.cancel)

    def stop() -> None:
        until = time.monotonic() + 60
        while not (folder / "pid").exists() and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop)
    thread.sleeps_through_forks = True  # type: ignore[attr-defined]
    thread.start()
    try:
        run = launch()
    finally:
        thread.join()
        signal.signal(signal.SIGTERM, before)
    assert run.outcome.canceled
    assert "papermill" not in {other.name for other in threading.enumerate()}
    return run, int((folder / "pid").read_text())


def is_alive(pid: int) -> bool:
    """Whether a process runs and is not just waiting to be fetched by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_resources_open_in_the_notebook_of_a_launched_run(tmp_path: Path) -> None:
    write(
        tmp_path / "book.ipynb", "from jupyter_orch.notebook import *\nyield_result(get_context().resources.factor * 2)"
    )
    run = Launched(
        tmp_path,
        """
@resource(config_schema=int)
def factor(context): return context.resource_config

book = notebook_solid("book", "book.ipynb", [], [OutputDefinition(int)], required_resource_keys={"factor"})

@solid
def show(v): print(v)

@pipeline(mode_defs=[ModeDefinition(resource_defs={"factor": factor})])
def p(): show(book())
""",
        "in_process",
        {"resources": {"factor": {"config": 21}}},
    )
    assert run.outcome.ok, run.failure("book")
    assert run.out("show") == "42\n"


def test_by_hand_the_same_calls_work() -> None:
    mode = orch.ModeDefinition(resource_defs={"r": orch.ResourceDefinition.hardcoded_resource(3)})
    context = in_notebook.get_context(solid_config={"a": 1}, mode_def=mode)
    assert (context.solid_config, context.resources.r, context.is_run) == ({"a": 1}, 3, False)
    assert in_notebook.yield_result(5) == 5
    event = orch.AssetMaterialization("x")
    assert in_notebook.yield_event(event) is event


@given(st.text())
def test_n6_a_value_is_only_injected_under_a_name_that_the_notebook_declares(text: str) -> None:
    document = {"cells": [{"metadata": {"tags": ["parameters"]}, "source": "alpha = 1\nbeta: str = 'x'\n"}]}
    chosen = _parameters(
        document, {"alpha": text, "__import__": 1, "os.system": 2}, {"beta": [text], "gamma": object()}, "/folder"
    )
    assert chosen == {"alpha": text, "beta": [text], "orch_run_folder": "/folder"}
