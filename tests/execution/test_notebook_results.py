"""An executed notebook in other formats, and copies of it where the run's tags say."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from jupyter_orch.execution.notebook_results import deliver
from jupyter_orch.records.notebook_results import FORMATS_TAG, OUTPUT_TAG, formats_of, output_path

CELL = {"cell_type": "code", "id": "a", "metadata": {}, "source": "print(1)", "execution_count": 1}
OUTPUT = {"output_type": "stream", "name": "stdout", "text": "a result\n"}
DOCUMENT = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{**CELL, "outputs": [OUTPUT]}]}


@pytest.fixture
def executed(tmp_path: Path) -> Path:
    path = tmp_path / "kept" / "daily.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(DOCUMENT))
    (tmp_path / "work").mkdir()
    return path


def written(executed: Path, **tags: str) -> tuple[dict[str, list[str]], list[str]]:
    said: list[str] = []
    names = {"formats": FORMATS_TAG, "output": OUTPUT_TAG}
    told = {names[name]: value for name, value in tags.items()}
    notebook = executed.parent.parent / "work" / "daily.ipynb"
    found: dict[str, list[str]] = {}
    for entry in deliver(str(executed), str(notebook), "run-1", told, said.append):
        found.setdefault(entry.label, []).append(str(entry.entry_data.path))
    return found, said


def test_nothing_is_asked_for_and_nothing_is_written(executed: Path) -> None:
    assert written(executed) == ({}, [])
    assert [path.name for path in executed.parent.iterdir()] == ["daily.ipynb"]


def test_other_formats_lie_beside_the_executed_notebook(executed: Path) -> None:
    found, said = written(executed, formats="html,markdown")
    assert said == []
    assert list(found) == ["as html", "as markdown"]
    assert "a result" in Path(found["as html"][0]).read_text()
    assert Path(found["as markdown"][0]) == executed.with_suffix(".md")


def test_copies_of_all_go_where_the_template_says(executed: Path) -> None:
    found, said = written(executed, formats="html", output="results/{name}-{run}")
    folder = executed.parent.parent / "work" / "results"
    assert said == []
    assert found["copy"] == [str(folder / "daily-run-1.ipynb"), str(folder / "daily-run-1.html")]
    assert json.loads((folder / "daily-run-1.ipynb").read_text()) == DOCUMENT
    assert {path.name for path in folder.iterdir()} == {"daily-run-1.ipynb", "daily-run-1.html"}


def test_what_can_not_be_written_is_told_and_the_rest_is_written(
    executed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, said = written(executed, formats="html,hologram", output="../elsewhere")
    assert list(found) == ["as html"]
    assert "could not be written as hologram" in said[0] and "names no file below" in said[1]
    monkeypatch.setitem(sys.modules, "nbconvert", None)
    _, said = written(executed, formats="html")
    assert "pip install nbconvert" in said[0]


def test_no_copy_takes_the_place_of_the_notebook_or_leaves_its_folder(executed: Path, tmp_path: Path) -> None:
    (tmp_path / "work" / "out").symlink_to(tmp_path / "kept")
    assert "the notebook itself" in written(executed, output="{name}")[1][0]
    assert "is not below the notebook's folder" in written(executed, output="out/x")[1][0]


@pytest.mark.parametrize(
    "template", ["/etc/passwd", "../x", "a/../../x", "a//b", "results/", ".", "c:\\x", "c:/x", "a\0b", "x" * 300]
)
def test_a_template_names_a_file_below_the_folder(template: str) -> None:
    with pytest.raises(ValueError):
        output_path(template, name="daily", run_id="r", at=0.0)


def test_a_template_has_known_fields_and_no_others() -> None:
    told = output_path("out/{name}_{date}_{time}_{run}.ipynb", name="daily", run_id="0123456789", at=0.0)
    assert told.startswith("out/daily_19") and told.endswith("_01234567")
    with pytest.raises(ValueError, match=r"has the field \{user\}; there are \{name\}"):
        output_path("{user}", name="daily", run_id="r", at=0.0)
    with pytest.raises(ValueError, match="is no template"):
        output_path("{name", name="daily", run_id="r", at=0.0)
    with pytest.raises(ValueError):
        output_path("{name.__class__}", name="daily", run_id="r", at=0.0)


def test_formats_are_names_with_commas_between() -> None:
    assert formats_of(" html, pdf,html ,") == ("html", "pdf")
    with pytest.raises(ValueError, match="os.system"):
        formats_of("os.system")
