"""In which kernel the code of a location can be run by hand."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.code_servers.environments import kernel_for_notebooks
from jupyter_orch.code_servers.workspace import LocationEntry
from jupyter_orch.records.messages import LocationTarget


def entry(**facts: Any) -> LocationEntry:
    return LocationEntry(target=LocationTarget(name="code", kind="python_file", path="/code.py"), **facts)


def install(name: str, python: str) -> None:
    spec = Path(os.environ["JUPYTER_DATA_DIR"], "kernels", name, "kernel.json")
    spec.parent.mkdir(parents=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": name.title(), "language": "python"}))


@pytest.fixture
def other(tmp_path: Path) -> str:
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return str(python)


def test_the_kernel_that_it_names(other: str) -> None:
    install("theirs", other)
    found = kernel_for_notebooks(entry(kernel="theirs"))
    assert (found.name, found.title, found.note) == ("theirs", "Theirs", "")


def test_the_kernel_of_its_interpreter_which_is_not_another_that_links_there(other: str) -> None:
    install("theirs", other)
    assert kernel_for_notebooks(entry(executable=other)).name == "theirs"
    assert kernel_for_notebooks(entry()).name == "python3"
    assert kernel_for_notebooks(None).name == "python3"


def test_a_location_without_a_kernel_says_how_to_get_one(other: str) -> None:
    found = kernel_for_notebooks(entry(executable=other))
    assert found.name == "python3"
    assert f"{other} -m ipykernel install" in found.note
    assert "not installed any more" in kernel_for_notebooks(entry(kernel="gone")).note
