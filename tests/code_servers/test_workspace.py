"""workspace.yaml: one bad entry hides no other, and each says where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_orch.code_servers.workspace import WorkspaceError, read_workspace


def workspace(folder: Path, text: str) -> Path:
    path = folder / "workspace.yaml"
    path.write_text(text)
    return path


def test_entries_of_all_kinds_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    (tmp_path / "b.ipynb").touch()
    entries = read_workspace(
        workspace(
            tmp_path,
            "load_from:\n- python_file: a.py\n- notebook: {relative_path: b.ipynb, location_name: notes, kernel: ir}\n"
            "- python_module: {module_name: m.n, working_directory: ., env: {A: 1}}\n- python_package: pack\n",
        )
    )
    assert [(e.target.name, e.target.kind, e.problem) for e in entries] == [
        ("a.py", "python_file", None),
        ("notes", "notebook", None),
        ("m.n", "python_module", None),
        ("pack", "python_package", None),
    ]
    assert entries[0].target.working_directory == str(tmp_path)
    assert (entries[1].kernel, entries[2].env) == ("ir", (("A", "1"),))


def test_no_file_means_no_locations(tmp_path: Path) -> None:
    assert read_workspace(tmp_path / "none.yaml") == []
    assert read_workspace(workspace(tmp_path, "")) == []


@pytest.mark.parametrize("text", ["- a", "load_from: x", "load_from: [", "load_from: []\nload_from: []", "other: 1"])
def test_a_file_that_is_no_workspace_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WorkspaceError, match=r"workspace\.yaml"):
        read_workspace(workspace(tmp_path, text))


def test_each_bad_entry_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    entries = read_workspace(
        workspace(
            tmp_path,
            "load_from:\n- python_file: gone.py\n- python_fil: a.py\n"
            "- python_file: {relative_path: a.py, atribute: x}\n"
            "- python_file: https://elsewhere/x.py\n- python_file: a.py\n- python_file: a.py\n- 7\n",
        )
    )
    problems = [e.problem or "" for e in entries]
    expected = [
        "gone.py does not exist",
        "python_file",
        "'atribute'",
        "is an address",
        "",
        "'a.py' stands in line 6",
        "7",
    ]
    assert all(part in problem for part, problem in zip(expected, problems, strict=True))
    assert [f"workspace.yaml:{n}" in p for n, p in enumerate(problems, 2) if p] == [True] * 6
