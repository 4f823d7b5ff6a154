"""The front door: help, usage, exit codes, and what it does not load."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_orch.cli.doctor import LOOKS
from jupyter_orch.cli.main import parse
from jupyter_orch.cli.verbs import VERBS
from jupyter_orch.instance import open_instance
from jupyter_orch.settings import HOME_VARIABLE, read_settings
from jupyter_orch.version import __version__
from tests.cli.console import Console
from tests.failures.small_disk import small_disk


def test_help_names_every_verb(console: Console) -> None:
    answer = console("--help")
    assert answer.code == 0
    assert all(f" {verb} " in answer.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse([verb, "--help"])
    assert stopped.value.code == 0
    assert f"jupyter-orch {verb}" in capsys.readouterr().out


def test_version(console: Console) -> None:
    assert console("--version").out == f"jupyter-orch {__version__}\n"


@pytest.mark.parametrize(
    "words", [[], ["dance"], ["run"], ["run", "show"], ["run", "list", "--limit", "0"], ["demo", "--port", "x"]]
)
def test_wrong_usage_is_2_with_a_sentence(console: Console, words: list[str]) -> None:
    answer = console(*words)
    assert answer.code == 2
    assert "error:" in answer.err and "Traceback" not in answer.err


def test_where_a_verb_is_missing_the_help_is_shown(console: Console) -> None:
    answer = console()
    assert answer.code == 2 and answer.out == "" and all(f" {verb} " in answer.err for verb in VERBS)
    assert all(f" {verb} " in console("run").err for verb in ("list", "show", "logs"))


def test_an_error_is_one_line_without_traceback(console: Console) -> None:
    answer = console("run", "show", "0123abcd")
    assert answer.code == 1 and answer.out == ""
    assert answer.err.startswith("jupyter-orch: there is no run '0123abcd'")
    assert len(answer.err.splitlines()) == 1


def test_wrong_settings_are_told_with_file_and_line(console: Console) -> None:
    console.home.mkdir(parents=True)
    (console.home / "orch.yaml").write_text("storage: sqlite\nrun_cordinator: queued\n")
    answer = console("run", "list")
    assert answer.code == 1
    assert f"{console.home / 'orch.yaml'}:2" in answer.err and "did you mean 'run_coordinator'" in answer.err


def test_an_instance_that_can_not_be_opened(console: Console) -> None:
    (console.folder / "file").touch()
    console.home.mkdir(parents=True)
    (console.home / "orch.db").write_text("this is no database, and longer than a header of one would be")
    for words in (["--home", "file", "run", "list"], ["run", "list"], ["instance", "info"]):
        answer = console(*words)
        assert answer.code == 1 and len(answer.err.splitlines()) == 1
        assert answer.err.startswith("jupyter-orch: ") and "can not" in answer.err


def test_a_class_that_can_not_be_had_is_told_with_its_place(console: Console) -> None:
    console.home.mkdir(parents=True)
    file = console.home / "orch.yaml"
    file.write_text("run_launcher: {module: nowhere, class: L}\nrun_coordinator:\n  {module: json, class: Nobody}\n")
    for words in (["instance", "info"], ["run", "list"]):
        answer = console(*words)
        assert answer.code == 1 and "Traceback" not in answer.err
        assert f"{file}:1:33: run_launcher › class: there is no module 'nowhere'" in answer.err
        assert f"{file}:3:18: run_coordinator › class: " in answer.err and "'Nobody'" in answer.err


def test_postgres_without_its_driver_says_what_to_install(console: Console) -> None:
    console.home.mkdir(parents=True)
    (console.home / "orch.yaml").write_text("storage: {postgres: {url: 'postgresql://u:secret@127.0.0.1:1/d'}}\n")
    (console.folder / "psycopg.py").write_text("raise ModuleNotFoundError(\"No module named 'psycopg'\")\n")
    answer = console("run", "list")  # -m puts the folder first on the path
    assert answer.code == 1 and len(answer.err.splitlines()) == 1
    assert "pip install 'jupyter-orch[postgres]'" in answer.err and "unexpected" not in answer.err


def test_the_doctor_makes_what_the_settings_choose(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(private_home))
    private_home.mkdir(parents=True, exist_ok=True)
    looks = {look.__name__: look for look in LOOKS}
    chosen = [looks["_run_coordinator"], looks["_run_launcher"]]
    assert [look().state for look in chosen] == ["ok", "ok"]
    (private_home / "orch.yaml").write_text(
        "run_coordinator: {module: json, class: JSONDecoder}\nrun_launcher: {module: json, class: JSONDecoder, config: {x: 1}}\n"
    )
    coordinator, launcher = (look() for look in chosen)
    assert (coordinator.state, launcher.state) == ("fails", "fails")
    assert "orch.yaml:1:33: run_coordinator › class: json.JSONDecoder is not a" in coordinator.mend
    assert (
        "orch.yaml:2:30: run_launcher › class: json.JSONDecoder is not a jupyter_orch.ports.RunLauncher"
        in launcher.mend
    )


def test_the_doctor_finds_a_full_disk_and_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (look,) = (look for look in LOOKS if look.__name__ == "_places")
    with small_disk(tmp_path / "disk", 600) as disk:
        home = disk / "home"
        monkeypatch.setenv(HOME_VARIABLE, str(home))
        open_instance(read_settings()).close()
        assert (look().state, sorted(path.name for path in home.iterdir())) == ("ok", ["orch.db"])
        with contextlib.suppress(OSError), open(disk / "rest", "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        assert look().state == "fails" and f"home: {home} can not be written (No space left" in look().mend
        (disk / "rest").unlink()
        with open(home / "orch.db", "r+b") as file:
            file.seek(4096)
            file.write(b"x" * 20_000)
        assert look().state == "fails" and "storage: " in look().mend, look()


def test_home_on_the_command_line_wins(console: Console) -> None:
    answer = console("--home", "elsewhere", "instance", "info", "--json")
    assert answer.json["home"] == str(console.folder / "elsewhere")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from jupyter_orch.cli.main import parse\n"
        "try: parse(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'sqlalchemy', 'tornado', 'jupyter_server', 'rich', 'msgspec', 'graphql', 'IPython', 'pandas'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_early_is_no_error(console: Console) -> None:
    process = console.start("instance", "info")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0 and "Traceback" not in err
