"""The ``parameters`` cell tells names, types and defaults."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_orch.notebook_parameters import NotebookParameter, parameters_of


def notebook(source: str | list[str], language: str = "python", tag: str = "parameters") -> dict[str, Any]:
    return {
        "metadata": {"kernelspec": {"language": language}},
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": "x = 1"},
            {"cell_type": "code", "metadata": {"tags": [tag]}, "source": source},
        ],
    }


def told(source: str, language: str = "python") -> dict[str, tuple[str, Any, bool]]:
    return {p.name: (p.kind, p.default, p.has_default) for p in parameters_of(notebook(source, language))}


def test_defaults_give_the_types_and_comments_the_descriptions() -> None:
    source = (
        "rows = 10  # how many\nrate = .5\nname = 'Ada'\non = True\ndays = [1, 2]\nlimits = {'a': 1}\npair = (1, 2)\n"
        "nothing = None"
    )
    found = parameters_of(notebook(source))
    assert [(p.name, p.kind, p.default) for p in found] == [
        ("rows", "int", 10), ("rate", "float", 0.5), ("name", "str", "Ada"), ("on", "bool", True), ("days", "list", [1, 2]),
        ("limits", "dict", {"a": 1}), ("pair", "list", [1, 2]), ("nothing", "any", None),
    ]  # fmt: skip
    assert found[0].description == "how many"
    assert parameters_of(notebook(source.splitlines(keepends=True))) == found


def test_annotations_have_the_last_word() -> None:
    assert told("n: int\nrate: float = 1\nwhen: date = None\nnames: list[str] = []") == {
        "n": ("int", None, False),
        "rate": ("float", 1, True),
        "when": ("any", None, True),
        "names": ("list", [], True),
    }


def test_what_only_the_notebook_can_compute_has_no_default() -> None:
    assert told("today = date.today()\nrows = 2 ** 3\nraw = b'x'\nbad = float('nan')\n") == {
        "today": ("any", None, False),
        "rows": ("any", None, False),
        "raw": ("any", None, False),
        "bad": ("any", None, False),
    }


def test_what_is_no_parameter_is_left_out() -> None:
    assert told("import os\n_private = 1\na.b = 2\nx, y = 1, 2\nif True:\n    inner = 1\nfor i in []: pass") == {}
    assert parameters_of(notebook("rows = 1", tag="other")) == []
    assert parameters_of({}) == []


def test_the_last_of_two_equal_names_counts() -> None:
    assert told("rows = 1\nrows = 'many'") == {"rows": ("str", "many", True)}


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("R", "rows <- 10L  # how many\nname <- 'Ada'\non <- TRUE"),
        ("julia", 'rows = 10  # how many\nname = "Ada"\non = true'),
        ("javascript", "let rows = 10; // how many\nconst name = 'Ada';\nvar on = true;"),
        ("python", "%matplotlib inline\nrows = 10  # how many\nname = 'Ada'\non = true"),
    ],
)
def test_other_languages_and_cells_with_magics_are_read_line_by_line(language: str, source: str) -> None:
    found = parameters_of(notebook(source, language))
    assert found[0] == NotebookParameter(name="rows", kind="int", default=10, has_default=True, description="how many")
    assert [(p.name, p.kind, p.default) for p in found[1:]] == [("name", "str", "Ada"), ("on", "bool", True)]
