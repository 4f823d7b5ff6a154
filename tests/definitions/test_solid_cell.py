"""``%%solid``: a cell becomes a solid."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_orch import execute_solid
from jupyter_orch.definitions.solid_cell import SolidCellError, function_source


def made(cell: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(function_source(cell), "cell", "exec"), names)
    return names


def test_inputs_types_and_options_stand_in_the_first_line() -> None:
    cell = (
        "%%solid clean(context, rows: list, limit: int = 2) -> list with config_schema={'low': int}, tags={'a': 'with b'}\n"
        "low = context.solid_config['low']\n"
        "return [row for row in rows if row > low][:limit]\n"
    )
    clean = made(cell)["clean"]
    result = execute_solid(
        clean, input_values={"rows": [1, 5, 6, 7]}, run_config={"solids": {"clean": {"config": {"low": 2}}}}
    )
    assert result.output_value() == [5, 6]
    assert clean.tags["a"] == "with b"


def test_a_name_alone_is_a_solid_without_inputs() -> None:
    assert execute_solid(made("%%solid one\nreturn 1")["one"]).output_value() == 1
    assert execute_solid(made("%%solid one -> int\nreturn 1")["one"]).output_value() == 1


def test_texts_over_several_lines_stay_as_they_are() -> None:
    cell = '%%solid text() -> str\nif True:\n    found = """a\n  b\n"""\n\nreturn found + f"""{1}\n c"""'
    assert execute_solid(made(cell)["text"]).output_value() == "a\n  b\n1\n c"


def test_lines_keep_their_numbers() -> None:
    names = made("%%solid late()\n\n# a comment\nreturn undefined_name")
    with pytest.raises(NameError) as error:
        execute_solid(names["late"])
    trace = error.value.__traceback__
    lines = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "cell":
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    assert lines == [4]


@pytest.mark.parametrize(
    "cell",
    [
        "%%solid\nreturn 1",
        "%%solid 9a()\nreturn 1",
        "%%solid a(; import os\nreturn 1",
        "%%solid a(): pass\nimport os\ndef b()\nreturn 1",
        "%%solid a() with 1 + 1\nreturn 1",
        "%%solid a()\n",
        "%%solid a()\n# nothing but a comment\n",
    ],
)
def test_what_is_no_signature_is_told(cell: str) -> None:
    with pytest.raises(SolidCellError, match="solid"):
        function_source(cell)
