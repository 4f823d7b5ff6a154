"""Loading locations: what is found, and failures as answers (U1, U3, U18-U20)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch import execute_pipeline
from jupyter_orch.records.codec import dumps, from_json, to_json
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch_kernel.loader import LOOSE, LoadError, load
from tests.kernel.orders import HEAD

PIPELINE = (
    HEAD
    + """
@solid
def one(): return 1

@pipeline
def p(): one()
"""
)
_COUNT = iter(range(1_000_000))


def file_target(folder: Path, code: str, **options: Any) -> LocationTarget:
    path = folder / f"location_l{next(_COUNT)}.py"
    path.write_text(code)
    return LocationTarget(name="x", kind="python_file", path=str(path), working_directory=str(folder), **options)


def failing(target: LocationTarget) -> Any:
    with pytest.raises(LoadError) as raised:
        load(target)
    return raised.value.failure


def write_notebook(path: Path, *cells: Any) -> None:
    written = [
        {"cell_type": "code", "source": c, "metadata": {}, "outputs": [], "execution_count": None}
        if isinstance(c, str)
        else c
        for c in cells
    ]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": written}))


def test_loose_definitions_are_gathered_into_one_repository(tmp_path: Path) -> None:
    loaded = load(
        file_target(
            tmp_path,
            PIPELINE
            + "\n@schedule('* * * * *', 'p')\ndef s(): return {}\n\n@sensor(pipeline_name='p')\ndef look(): pass\n",
        )
    )
    assert list(loaded.repositories) == [LOOSE]
    snapshot = loaded.snapshot()
    assert [s.name for s in snapshot.repositories[0].schedules] == ["s"]
    assert from_json(LocationSnapshot, json.loads(dumps(snapshot))) == from_json(LocationSnapshot, to_json(snapshot))


def test_repositories_win_over_loose_definitions(tmp_path: Path) -> None:
    code = (
        PIPELINE
        + "\n@repository\ndef first(): return [p]\n\n"
        + "@repository(name='second')\ndef other(): return {'pipelines': {'p': lambda: p}}\n"
    )
    assert set(load(file_target(tmp_path, code)).repositories) == {"first", "second"}


@pytest.mark.parametrize(("attribute", "name"), [("p", LOOSE), ("repo", "repo"), ("make", LOOSE)])
def test_an_attribute_names_the_one_to_take(tmp_path: Path, attribute: str, name: str) -> None:
    code = PIPELINE + "\n@repository\ndef repo(): return [p]\n\ndef make(): return p\n"
    assert list(load(file_target(tmp_path, code, attribute=attribute)).repositories) == [name]


def test_modules_and_packages_load_by_name(tmp_path: Path) -> None:
    (tmp_path / "part_pkg").mkdir()
    (tmp_path / "part_pkg" / "__init__.py").write_text(PIPELINE)
    (tmp_path / "part_mod.py").write_text(PIPELINE)
    for kind, name in (("python_package", "part_pkg"), ("python_module", "part_mod")):
        assert load(LocationTarget(name="x", kind=kind, module=name, working_directory=str(tmp_path))).repositories[
            LOOSE
        ].pipeline_names == ["p"]


@pytest.mark.parametrize(
    ("code", "cls", "said", "line"),
    [
        ("import no_such_module_here", "ModuleNotFoundError", "no_such_module_here", 1),
        ("x = 1\ndef f(:\n  pass", "SyntaxError", "invalid syntax", 2),
        ("x = 1\n\nraise ValueError('mine')", "ValueError", "mine", 3),
        ("import sys\nsys.exit(0)", "SystemExit", "the code ended the process (exit 0) while loading", 2),
        ("quit()", "SystemExit", "ended the process", 1),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", "", 1),
        ("x = 1", "LoadError", "nothing to run was found", None),
        (
            HEAD
            + "@solid\ndef a(x): return x\n"
            + "PipelineDefinition([a], 'c', dependencies={'a': {'x': DependencyDefinition('a')}})",
            "DagsterInvalidDefinitionError",
            "circle",
            6,
        ),
    ],
)
def test_u1_u3_u18_what_goes_wrong_has_file_line_and_code(
    tmp_path: Path, code: str, cls: str, said: str, line: int | None
) -> None:
    target = file_target(tmp_path, code)
    failure = failing(target)
    assert failure.cls == cls
    assert said in failure.message
    assert failure.line == line
    if line is not None:
        assert failure.file == target.path
        assert failure.code == code.split("\n")[line - 1].strip()
    assert all("jupyter_orch" not in frame and "importlib" not in frame for frame in failure.stack)


@pytest.mark.parametrize("use", ["import part_circle_a; part_circle_a.X", "from part_circle_a import X"])
def test_a_circular_import_is_told_in_pythons_words(tmp_path: Path, use: str) -> None:
    path = tmp_path / "part_circle_a.py"
    path.write_text("import part_circle_b\nX = 1\n")
    (tmp_path / "part_circle_b.py").write_text(use + "\n")
    target = LocationTarget(name="x", kind="python_file", path=str(path), working_directory=str(tmp_path))
    sys.modules.pop("part_circle_b", None)
    failure = failing(target)
    assert "partially initialized module 'part_circle_a'" in failure.message
    assert "(most likely due to a circular import)" in failure.message
    assert failure.file == str(tmp_path / "part_circle_b.py")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"attribute": "q"}, "no attribute 'q'"),
        ({"attribute": "one"}, "is a SolidDefinition"),
        ({"kind": "other"}, "can not be of the kind 'other'"),
        ({"path": "/no/such/file.py"}, "there is no file"),
        ({"working_directory": "/no/such/folder"}, "is no folder"),
        ({"kind": "python_module", "module": "no.such"}, "'no.such', which the workspace file names, can not be found"),
        (
            {"kind": "python_package", "module": "json.no"},
            "'json.no', which the workspace file names, can not be found",
        ),
        ({"kind": "python_module", "module": "./a.py"}, "'./a.py' is no name of a module, such as team.repo"),
    ],
)
def test_wrong_targets_say_what_to_mend(tmp_path: Path, options: Any, said: str) -> None:
    from dataclasses import replace

    assert said in failing(replace(file_target(tmp_path, PIPELINE), **options)).message


def test_u19_two_of_one_name_are_refused_with_both_places(tmp_path: Path) -> None:
    code = PIPELINE + "\nfirst = p\n\n@pipeline\ndef p(): one()\n"
    failure = failing(file_target(tmp_path, code))
    assert "two pipelines named 'p'" in failure.message and failure.message.count(".py:") == 2


def test_the_version_is_the_content_and_counts_own_modules(tmp_path: Path) -> None:
    helper = tmp_path / "helper_version.py"
    helper.write_text("A = 1\n")
    target = file_target(tmp_path, "import helper_version\n" + PIPELINE)
    first = load(target).code_version
    assert load(target).code_version == first
    helper.write_text("A = 2\n")
    assert load(target).code_version != first


def test_a_notebook_is_a_module(tmp_path: Path) -> None:
    path = tmp_path / "location_nb.ipynb"
    skipped = {
        "cell_type": "code",
        "source": "raise ValueError",
        "metadata": {"tags": ["orch-skip"]},
        "outputs": [],
        "execution_count": None,
    }
    write_notebook(
        path,
        HEAD,
        "%load_ext jupyter_orch\n!echo no\n@solid\ndef one():\n    return 1\n",
        skipped,
        "%%bash\nexit 1",
        "%%time\nX = 1",
        "one?",
        ["@pipeline\n", "def p(): one()\n"] and "@pipeline\ndef p(): one()\n",
    )
    loaded = load(LocationTarget(name="x", kind="notebook", path=str(path), working_directory=str(tmp_path)))
    solid = loaded.snapshot().repositories[0].pipelines[0].solids[0]
    assert solid.source is not None
    assert (solid.source.file, solid.source.line, solid.source.cell) == (str(path), 3, 1)
    before = loaded.code_version
    document = json.loads(path.read_text())
    document["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    path.write_text(json.dumps(document))
    assert load(loaded.target).code_version == before, "outputs are no code"


def test_cells_of_a_notebook_may_be_solids(tmp_path: Path) -> None:
    path = tmp_path / "cells.ipynb"
    write_notebook(
        path,
        "%load_ext jupyter_orch\nfrom jupyter_orch import pipeline",
        "%%solid one() -> int\nreturn 1",
        "%%solid double(n: int) -> int\nreturn n * 2",
        "@pipeline\ndef numbers():\n    double(one())",
    )
    loaded = load(LocationTarget(name="x", kind="notebook", path=str(path), working_directory=str(tmp_path)))
    found = loaded.repositories["__repository__"].pipelines["numbers"]
    assert execute_pipeline(found).result_for_solid("double").output_value() == 2
    write_notebook(path, "a = 1", "%%solid 1()\nreturn 1")
    failure = failing(LocationTarget(name="x", kind="notebook", path=str(path), working_directory=str(tmp_path)))
    assert "expected %%solid name(inputs)" in failure.message


def test_what_only_notebooks_can_do_keeps_no_notebook_from_being_a_location(tmp_path: Path) -> None:
    path = tmp_path / "ü ber {1}" / "with spaces.ipynb"
    path.parent.mkdir()
    write_notebook(
        path,
        "files = !ls\nfrom jupyter_orch import lambda_solid, pipeline\nif True:\n    took = %timeit -o 1\n    %matplotlib inline",
        "import asyncio\nawait asyncio.sleep(0)\nn = await asyncio.sleep(0, 7)",
        "display(n)\nget_ipython() and get_ipython().run_line_magic('matplotlib', 'inline')",
        "@lambda_solid\ndef seven(): return n\n@pipeline\ndef sevens(): seven()",
        "@lambda_solid\ndef seven(): return n\n@pipeline\ndef sevens(): seven()",  # the cell was copied
    )
    loaded = load(LocationTarget(name="x", kind="notebook", path=str(path), working_directory=str(path.parent)))
    found = loaded.repositories["__repository__"].pipelines["sevens"]
    assert execute_pipeline(found).result_for_solid("seven").output_value() == 7


@pytest.mark.parametrize(
    ("cell", "cls", "line"), [("x = 1\n1 / 0", "ZeroDivisionError", 2), ("def f(:", "SyntaxError", 1)]
)
def test_errors_of_a_notebook_name_the_cell(tmp_path: Path, cell: str, cls: str, line: int) -> None:
    path = tmp_path / "location_bad.ipynb"
    write_notebook(path, "a = 1", cell)
    failure = failing(LocationTarget(name="x", kind="notebook", path=str(path), working_directory=str(tmp_path)))
    assert (failure.cls, failure.file, failure.line) == (cls, str(path), line)
    assert failure.message.startswith("cell 2: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty file"),
        ("{", "no JSON"),
        ("[]", "no notebook"),
        ('{"nbformat": 3}', "format 3"),
        ('{"nbformat": 99}', "format 99"),
    ],
)
def test_n7_files_that_are_no_notebooks(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "location_no.ipynb"
    path.write_text(text)
    assert (
        said
        in failing(LocationTarget(name="x", kind="notebook", path=str(path), working_directory=str(tmp_path))).message
    )


def test_a_file_named_like_a_library_does_not_hide_it(tmp_path: Path) -> None:
    path = tmp_path / "json.py"
    path.write_text(PIPELINE)
    load(LocationTarget(name="x", kind="python_file", path=str(path)))
    assert sys.modules["json"].__file__ != str(path)


def test_w9_a_folder_with_names_of_the_standard_library_does_not_come_before_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "colorsys.py").write_text("raise RuntimeError('not this one')\n")
    (tmp_path / "helper_beside.py").write_text("A = 1\n")
    load(file_target(tmp_path, "import colorsys, helper_beside\ncolorsys.rgb_to_hsv\n" + PIPELINE))
    assert "colorsys.py" in capfd.readouterr().err


def test_w10_what_is_no_repository_is_told_with_what_there_is(tmp_path: Path) -> None:
    code = PIPELINE + "\n@repository\ndef repo(): return [p]\n"
    failure = failing(file_target(tmp_path, code, attribute="one"))
    assert "'one' is a SolidDefinition" in failure.message and "has: p, repo" in failure.message
    misspelt = failing(file_target(tmp_path, code + "\ndef solids_of(): return []\n", attribute="rep"))
    assert "there is no attribute 'rep' in " in misspelt.message and "did you mean 'repo'?" in misspelt.message
    unlike = failing(file_target(tmp_path, code + "\ndef make(): return [p]\n", attribute="zzz"))
    assert unlike.message.endswith("known: 'make', 'p', 'repo'")


def test_quick_saves_of_one_size_are_all_seen(tmp_path: Path) -> None:
    helper = tmp_path / "helper_quick.py"
    for number in range(3):
        helper.write_text(f"A = {number}\n")
        target = file_target(tmp_path, "import helper_quick\nA = helper_quick.A\n" + PIPELINE)
        load(target)
        assert number == sys.modules["helper_quick"].A
        del sys.modules["helper_quick"]
