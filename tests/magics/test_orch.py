"""``%%solid`` and ``%orch`` in a real IPython, without a server where none is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from jupyter_orch.client import ClientError, OrchClient, ServerNotFound
from jupyter_orch.magics.server_side import find_run
from jupyter_orch.magics.solid_cells import SolidCells


@pytest.fixture
def shell() -> Iterator[Any]:
    """An IPython of its own, with the extension."""
    made = InteractiveShell()
    made.run_line_magic("load_ext", "jupyter_orch")
    yield made
    made.history_manager.save_thread.stop()
    made.history_manager.end_session()


def result(shell: Any, cell: str) -> Any:
    """The value of a cell's last expression."""
    ran = shell.run_cell(cell)
    ran.raise_error()
    return ran.result


PIPELINE = "from jupyter_orch import pipeline\n@pipeline\ndef numbers():\n    double(one())"


def test_cells_become_solids_and_a_pipeline_of_them_runs(shell: Any) -> None:
    result(shell, "%%solid one() -> int with config_schema={'start': int}\nreturn context_free if False else 20")
    result(shell, "%%solid double(n: int) -> int\nreturn n * 2")
    result(shell, PIPELINE)
    ran = result(shell, "%%orch run numbers\nsolids: {one: {config: {start: 1}}}")
    assert ran.success
    assert ran.output_for_solid("double") == 40
    assert "✓ double" in ran._repr_mimebundle_()["text/plain"]


def test_a_config_may_be_a_variable_and_a_solid_may_run_alone(shell: Any) -> None:
    result(shell, "%%solid start(context) -> int with config_schema={'n': int}\nreturn context.solid_config['n']")
    result(shell, "cfg = {'solids': {'start': {'config': {'n': 5}}}}")
    assert result(shell, "%orch run start --config cfg").output_value() == 5


@pytest.mark.parametrize(
    ("cell", "line", "told"),
    [
        ("%%solid one() -> int\nx = (\nreturn x", "2\n    x = (", "SyntaxError: '(' was never closed"),
        ("%%solid one()\nfor x in 3\n    pass", "2\n    for x in 3", "SyntaxError: expected ':'"),
        ("%%solid one(\nreturn 1", "1\n    %%solid one(", "SolidCellError: expected %%solid name(inputs)"),
        ("%%solid one()", "1\n    %%solid one()", "SolidCellError: the solid 'one' has nothing in it"),
        ("%%solid one() -> nonsense\nreturn 1", "1", "NameError: name 'nonsense' is not defined"),
        ("%%solid one() with tags=nonsense\nreturn 1", "3", "NameError: name 'nonsense' is not defined"),
    ],
)
def test_a_mistake_in_a_cell_is_shown_once_with_its_own_lines(shell: Any, cell: str, line: str, told: str) -> None:
    shell.colors = "nocolor"
    with capture_output() as captured:
        ran = shell.run_cell(cell, store_history=True)
    shown = captured.stdout + captured.stderr
    assert not ran.success
    place = rf"(Cell In\[\d\], line |File <ipython-input-\d-\w+>:){re.escape(line)}"  # the second is outside of kernels
    assert len(re.findall(place, shown)) == 1 and shown.count(told) == 1, shown
    assert "/" not in shown and "run_cell_magic" not in shown, shown


def test_the_extension_goes_and_comes_back(shell: Any) -> None:
    cell = "%%solid one() -> int\nreturn 1"
    shell.run_line_magic("reload_ext", "jupyter_orch")
    assert "def one()" in shell.transform_cell(cell)
    assert len([one for one in shell.input_transformers_cleanup if isinstance(one, SolidCells)]) == 1
    shell.run_line_magic("unload_ext", "jupyter_orch")
    assert "run_cell_magic" in shell.transform_cell(cell)
    shell.run_cell_magic("solid", "one() -> int", "return 1")  # without any cell
    assert "run_cell_magic" in shell.transform_cell("%%solids x\ny")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%orch run nothing", "there is no variable 'nothing'"),
        ("%orch run number", "expected a pipeline, job or solid"),
        ("%orch fly", "invalid choice: 'fly'"),
        ("%orch run", "the following arguments are required: pipeline"),
        ("%orch launch p --tag a", "expected KEY=VALUE"),
        ("%orch run 'x", "No closing quotation"),
        ("%%orch run number --config number\na: 1", "told twice"),
        ("%orch schedule start", "which schedule shall start"),
        ("%orch serve notes.txt", "does not know its notebook"),
    ],
)
def test_mistakes_are_one_line_and_end_nothing(shell: Any, line: str, told: str) -> None:
    result(shell, "number = 1")
    with capture_output() as captured:
        assert result(shell, line) is None
    assert captured.stderr.startswith("%orch: ")
    assert told in captured.stderr
    assert "Traceback" not in captured.stderr + captured.stdout


def test_help_names_every_verb(shell: Any) -> None:
    with capture_output() as captured:
        result(shell, "%orch")
    for verb in ("run", "launch", "status", "runs", "logs", "cancel", "schedule", "serve"):
        assert re.search(rf"^    {verb}\s", captured.stdout, re.MULTILINE), captured.stdout


def test_without_a_server_it_says_how_to_get_one(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise ServerNotFound("no Jupyter server runs here: start one (jupyter lab)")

    monkeypatch.setattr("jupyter_orch.client.client.find_server", none)
    with capture_output() as captured:
        assert result(shell, "%orch status") is None
    assert "no Jupyter server runs here" in captured.stderr


class Newest(OrchClient):
    """A client whose server has these runs, newest first."""

    def __init__(self, *run_ids: str) -> None:
        super().__init__("http://127.0.0.1:9/", "t")
        self.run_ids = run_ids

    def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"pipelineRunsOrError": {"results": [{"runId": run_id} for run_id in self.run_ids]}}


def test_a_run_is_named_by_its_beginning_or_as_the_latest() -> None:
    client = Newest("b2", "b1", "a1")
    assert find_run(client, "latest") == "b2" and find_run(client, "a") == "a1"
    for asked, name, told in (
        (client, "b", "2 of the newest"),
        (client, "c", "none of the newest"),
        (Newest(), "latest", "none"),
    ):
        with pytest.raises(ClientError, match=told):
            find_run(asked, name)
