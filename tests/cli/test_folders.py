"""``init`` and the copying of ``demo``: nothing of anybody's is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_orch.cli.example import FolderInUse, copy_example, example_folder
from jupyter_orch.code_servers.workspace import read_workspace
from jupyter_orch.settings import read_settings
from tests.cli.console import Console


def test_init_lays_out_a_workspace_and_refuses_to_do_it_twice(console: Console) -> None:
    assert console("init", "new").code == 0
    folder = console.folder / "new"
    (entry,) = read_workspace(folder / "workspace.yaml")
    assert entry.problem is None and Path(entry.target.path) == (folder / "first_pipeline.py").resolve()
    assert {path.name for path in folder.iterdir()} == {"workspace.yaml", "first_pipeline.py"}
    assert console("instance", "info", "--json").json["settings_file"] == str(console.home / "orch.yaml")
    assert read_settings(console.home).storage.name == "sqlite"
    (folder / "first_pipeline.py").write_text("mine")
    again = console("init", "new")
    assert again.code == 1 and "has workspace.yaml and first_pipeline.py already" in again.err
    assert (folder / "first_pipeline.py").read_text() == "mine"


def test_init_leaves_the_settings_of_an_instance_alone(console: Console) -> None:
    console.home.mkdir(parents=True)
    (console.home / "orch.yaml").write_text("run_launcher: subprocess\n")
    answer = console("init")
    assert answer.code == 0 and f"left {console.home / 'orch.yaml'} as it is" in answer.out
    assert (console.home / "orch.yaml").read_text() == "run_launcher: subprocess\n"
    elsewhere = console("--home", "own home", "init", "second")
    assert elsewhere.code == 0 and (console.folder / "own home" / "orch.yaml").is_file()


def test_every_setting_that_init_explains_is_accepted(console: Console) -> None:
    console("init")
    lines = (console.home / "orch.yaml").read_text().splitlines()
    settings = [line[2:] for line in lines if line.startswith("# ") and (":" in line)]
    for wanted in ("storage:", "run_coordinator: default", "run_launcher: subprocess"):
        assert any(line.startswith(wanted) for line in settings)
    for text in ("run_coordinator:\n  queued: {max_concurrent_runs: 10}\n", "run_launcher: subprocess\n",
                 "code_servers: {local_startup_timeout: 180}\nscheduler: {max_catchup_runs: 5}\n"):  # fmt: skip
        console.home.mkdir(parents=True, exist_ok=True)
        (console.home / "orch.yaml").write_text(text)
        assert console("instance", "info").code == 0


def test_the_example_is_copied_once_and_then_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a folder" / "demo"
    assert copy_example(folder)
    copied = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and ".orch" not in p.parts}
    assert {"workspace.yaml", "penguins.py", "report.ipynb", "islands.ipynb", "data/penguins.csv"} <= copied
    (folder / "penguins.py").write_text("# mine now")
    assert not copy_example(folder)
    assert (folder / "penguins.py").read_text() == "# mine now"


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("chapter 1")
    with pytest.raises(FolderInUse, match="is not empty"):
        copy_example(tmp_path)
    with pytest.raises(FolderInUse, match="is a file"):
        copy_example(tmp_path / "thesis.txt")
    assert [p.name for p in tmp_path.iterdir() if p.name != "home"] == ["thesis.txt"]


def test_the_demo_says_so_on_the_console(console: Console) -> None:
    (console.folder / "thesis.txt").write_text("chapter 1")
    answer = console("demo", ".", "--headless")
    assert answer.code == 1 and "is not empty" in answer.err and "Traceback" not in answer.err


def test_every_location_of_the_example_exists() -> None:
    entries = read_workspace(example_folder() / "workspace.yaml")
    assert {entry.target.kind for entry in entries} == {"python_file", "notebook"}
    assert [entry.problem for entry in entries] == [None] * len(entries)
