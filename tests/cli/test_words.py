"""Help with examples, near names, closed pipes, narrow terminals."""

from __future__ import annotations

import argparse
import importlib
import os
import pty
import re
import shlex
import subprocess
from collections.abc import Iterator

import pytest

from jupyter_orch.cli.examples import EXAMPLES
from jupyter_orch.cli.listing import Column, show_listing
from jupyter_orch.cli.main import parse
from jupyter_orch.cli.verbs import VERBS
from jupyter_orch.instance import open_instance
from jupyter_orch.settings import read_settings
from tests.cli.console import COMMAND, Console
from tests.conftest import submission

WITHOUT_JSON = {"demo", "init", "lab", "completion", "daemon run", "run export"} | {
    f"deploy {target}" for target in ("helm", "compose", "jupyterhub")
}
"""They start something, or write files."""


def leaves(parser: argparse.ArgumentParser, path: str) -> Iterator[str]:
    children = [a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not children:
        yield path
    for choices in children:
        for name, child in choices.items():
            yield from leaves(child, f"{path} {name}")


def all_verbs() -> list[str]:
    found = []
    for verb in VERBS:
        parser = argparse.ArgumentParser(prog=verb)
        importlib.import_module(f"jupyter_orch.cli.{verb}").declare(parser)
        found += leaves(parser, verb)
    return found


@pytest.mark.parametrize("path", all_verbs())
def test_every_verb_shows_an_example_that_is_right(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([*path.split(), "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert f"example: jupyter-orch {EXAMPLES[path]}" in shown and EXAMPLES[path].startswith(path)
    words = shlex.split(EXAMPLES[path].split(" > ")[0])
    if "--help" not in words:
        assert callable(parse(words).act)
    assert (path in WITHOUT_JSON) != ("--json" in shown), path


def test_no_example_is_left_over() -> None:
    assert set(EXAMPLES) == set(all_verbs())


@pytest.mark.parametrize(
    "words, meant",
    [
        (["rum", "list"], "did you mean 'run'"),
        (["run", "lst"], "did you mean 'list'"),
        (["run", "list", "--status", "SUCESS"], "did you mean 'SUCCESS'"),
        (["run", "list", "--limmit", "3"], "did you mean '--limit'"),
        (["schedule", "preview", "x", "--jsn"], "did you mean '--json'"),
        (["pipeline", "launch", "chain", "--tags", '{"a":"b"}'], "did you mean '--tag'"),
        (["completion", "fsh"], "did you mean 'fish'"),
    ],
)
def test_what_is_misspelt_is_answered_with_what_is_near(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(words)
    assert stopped.value.code == 2 and meant in capsys.readouterr().err


def test_options_of_other_verbs_are_not_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["pipeline", "list", "--waits"])
    told = capsys.readouterr().err
    assert "unrecognized arguments: --waits" in told and "did you mean" not in told


@pytest.fixture
def runs(console: Console) -> Console:
    instance = open_instance(read_settings(console.home))
    for number in range(60):
        instance.journal.submit(submission(created_by=f"somebody with a long name {number}"))
    instance.close()
    return console


def test_a_reader_that_has_seen_enough_is_no_error(runs: Console) -> None:
    command = shlex.join([*COMMAND, "run", "list", "--limit", "60", "--json"])
    line = f"{command} | head -c 100; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], env=runs.environment, capture_output=True, text=True, cwd=runs.folder)
    assert (done.returncode, done.stderr) == (0, "") and len(done.stdout) == 100


def test_names_are_asked_for_at_tab(runs: Console) -> None:
    ids = {row["run_id"][:8] for row in runs("run", "list", "--json", "--limit", "50").json}
    assert set(runs("completion", "--names", "runs").out.split()) == ids
    assert runs("completion", "--names", "pipelines").out == "pipe\n"
    assert runs("completion", "--names", "sensors").out.strip() == ""
    script = runs("completion", "bash").out
    assert "completion --names runs" in script and "completion --names schedules" in script
    (runs.home / "orch.yaml").write_text("storage: [")
    broken = runs("completion", "--names", "runs")
    assert (broken.code, broken.out, broken.err) == (0, "", "")


@pytest.mark.parametrize("width", [100, 40])
def test_colours_are_for_terminals_and_tables_fit_narrow_ones(runs: Console, width: int) -> None:
    assert "\x1b[" not in runs("run", "list").out
    ours, theirs = pty.openpty()
    environment = {**runs.environment, "COLUMNS": str(width), "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [*COMMAND, "run", "list", "--limit", "2"], stdout=theirs, stderr=theirs, env=environment, cwd=runs.folder
    )
    os.close(theirs)
    shown = b""
    while piece := _read(ours):
        shown += piece
    os.close(ours)
    assert process.wait(60) == 0 and (b"\x1b[" in shown) == (width == 100)
    plain = re.sub(r"\x1b\[\d*m|\r", "", shown.decode())
    assert max(map(len, plain.splitlines())) <= max(width, 60) and plain.count("QUEUED") == 2
    assert width == 100 or "STATUS     QUEUED" in plain, "a block for each run"


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 65536)
    except OSError:  # the other end is closed
        return b""


def test_hostile_names_do_not_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    show_listing([{"name": "a\x1b[2Jb\nc"}], (Column("name", "NAME"),), as_json=False)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and len(shown.splitlines()) == 2
