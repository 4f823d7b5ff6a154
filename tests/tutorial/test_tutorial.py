"""The tutorial is true: every file on the page works, every cell shows what stands below it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch import execute_pipeline, validate_run_config
from jupyter_orch.cli.main import parse
from jupyter_orch.yaml_text import load_yaml
from tests.cli.console import Console
from tests.tutorial.page import PAGE, TUTORIAL, blocks, run_cell, write_file


@pytest.fixture
def folder(tmp_path: Path, private_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The reader's folder; the modules of the page are forgotten at the end."""
    work = tmp_path / "work"
    work.mkdir()
    private_home.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(TUTORIAL / "breakfasts.csv", work)
    monkeypatch.chdir(work)
    monkeypatch.syspath_prepend(str(work))
    for block in blocks():
        if block.info.get("title", "").endswith(".py"):
            monkeypatch.delitem(sys.modules, block.info["title"].removesuffix(".py"), raising=False)
    before = set(sys.modules)
    yield work
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(work)):
            del sys.modules[name]


def write_files(folder: Path) -> None:
    for block in blocks():
        if "title" in block.info and block.info["title"] != "run_config":
            write_file(folder, block)


def test_every_cell_shows_what_stands_below_it(folder: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    page = blocks()
    cells = 0
    for block, following in zip(page, [*page[1:], None], strict=True):
        if block.language == "python" and "title" in block.info:
            write_file(folder, block)
        elif block.language == "python":
            shown = run_cell(block, names)
            assert following is not None and following.language == "output", f"{PAGE}:{block.line} shows nothing"
            assert shown == following.text, f"{PAGE}:{following.line}"
            cells += 1
    assert cells >= 10
    assert (folder / "by_maker.json").exists() and (folder / "shelf.db").exists()


def test_the_tests_that_the_page_shows_pass(folder: Path) -> None:
    write_files(folder)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_typed.py"],
        cwd=folder,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_the_run_config_of_the_last_chapter_fits(folder: Path) -> None:
    write_files(folder)
    (written,) = (block.text for block in blocks() if block.info.get("title") == "run_config")
    from prepared import shelf_pipeline  # type: ignore[import-not-found]  # written a line above

    config = load_yaml(written).value
    assert validate_run_config(shelf_pipeline, config, mode="trial")["execution"]["multiprocess"]
    assert execute_pipeline(shelf_pipeline, mode="trial").success


def test_the_commands_of_the_page_exist() -> None:
    commands = re.findall(r"jupyter orch ([a-z][^`\n]*)", PAGE.read_text("utf-8"))
    assert len(commands) >= 6
    for command in commands:
        assert callable(parse(shlex.split(command)).act), command


def test_the_table_is_small_and_the_links_lead_somewhere() -> None:
    assert (TUTORIAL / "breakfasts.csv").stat().st_size < 5000
    text = PAGE.read_text("utf-8")
    files = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert files and [link for link in files if not (TUTORIAL / link).exists()] == []
    headings = {
        re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^## (.+)$", text, re.MULTILINE)
    }
    anchors = re.findall(r"\]\(#([^)]+)\)", text)
    assert anchors and set(anchors) <= headings


@pytest.mark.journey
def test_the_last_chapter_runs_in_the_terminal(folder: Path, private_home: Path) -> None:
    write_files(folder)
    console = Console(folder, private_home)
    checked = console("workspace", "check")
    assert checked.code == 0, checked.out + checked.err
    listed = console("pipeline", "list").out
    assert all(name in listed for name in ("shelf_pipeline", "summarizing", "picking")), listed
    launched = console("pipeline", "launch", "shelf_pipeline", "--preset", "for_real", "--wait")
    assert launched.code == 0, launched.out + launched.err
    assert "1 of 16 rows have gaps" in launched.out
    assert "shelf_pipeline" in console("run", "list").out
    assert console("schedule", "start", "shelf_of_the_day").code == 0
    assert "shelf_of_the_day" in console("schedule", "list").out
