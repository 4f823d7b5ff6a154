"""The verbs that load code: real kernels, real workers, no Jupyter server unless the verb starts one."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from jupyter_orch.cli.example import copy_example
from jupyter_orch.cli.jupyter_process import free_port
from tests.cli.console import Console

pytestmark = pytest.mark.journey
BROKEN = "from jupyter_orch import solid\n\n\n@solid\ndef broken(context:\n    return 1\n"
SLOW = """\
import time
from pathlib import Path
from jupyter_orch import pipeline, solid

@solid
def nap(_):
    while not Path(__file__).with_name("enough").exists():
        time.sleep(0.05)

@pipeline
def slow():
    nap()
"""
STEPS = {
    "load",
    "clean",
    "measure_adelie",
    "measure_chinstrap",
    "measure_gentoo",
    "fit_line",
    "gather",
    "report",
}


@pytest.fixture
def example(console: Console) -> Console:
    """In a copy of the example."""
    copy_example(console.folder / "demo")
    return Console(console.folder / "demo", console.home)


@pytest.mark.parametrize("is_there", [False, True])
def test_what_a_verb_makes_without_a_server_is_private_whatever_the_umask(console: Console, is_there: bool) -> None:
    (console.folder / "code.py").write_text(SLOW)
    (console.folder / "enough").touch()
    (console.folder / "workspace.yaml").write_text("load_from:\n  - python_file: code.py\n")
    before = os.umask(0)
    try:
        if is_there:
            console.home.mkdir(mode=0o755, parents=True)
        assert console("pipeline", "launch", "slow", "--wait").code == 0
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (console.home, console.home / "worker.log")}
    assert modes == {console.home.name: 0o755 if is_there else 0o700, "worker.log": 0o600}


def test_check_tells_file_and_line_of_what_is_broken_and_loads_the_rest(workspace: Console) -> None:
    assert workspace("workspace", "check").code == 0
    (workspace.folder / "broken.py").write_text(BROKEN)
    with open(workspace.folder / "workspace.yaml", "a") as file:
        file.write("  - python_file: broken.py\n  - python_file: absent.py\n")
    answer = workspace("workspace", "check", "--json")
    assert answer.code == 1
    assert [row["status"] for row in answer.json] == ["LOADED", "ERROR", "ERROR"]
    assert answer.json[0]["pipelines"] == ["greetings"]
    assert f"{workspace.folder / 'broken.py'}:5" in answer.err and "SyntaxError" in answer.err
    assert "absent.py does not exist" in answer.err
    known = workspace("workspace", "list", "--json").json
    assert [row["pipelines"] for row in known] == [["greetings"], [], []]


def test_the_pipeline_of_init_runs_to_success(workspace: Console) -> None:
    (row,) = workspace("pipeline", "list", "--json").json
    assert (row["name"], row["location"]) == ("greetings", "first_pipeline.py")
    (workspace.folder / "config.yaml").write_text("solids: {names: {config: {names: [Katherine]}}}\n")
    answer = workspace("pipeline", "launch", "greetings", "-c", "config.yaml", "-t", "why=test", "--wait")
    assert answer.code == 0, answer.err
    assert "Hello, Katherine!" in answer.out and "PIPELINE_SUCCESS" in answer.out
    shown = workspace("run", "show", "latest", "--json").json
    assert shown["status"] == "SUCCESS" and shown["tags"]["why"] == "test"
    assert {step["step_key"] for step in shown["steps"]} == {"names", "greet"}


def test_every_mistake_in_a_run_config_is_told_and_nothing_is_launched(workspace: Console) -> None:
    (workspace.folder / "config.yaml").write_text("solids: {names: {config: {names: 5}}, gret: {}}\n")
    answer = workspace("pipeline", "launch", "greetings", "-c", "config.yaml", "--wait")
    assert answer.code == 1 and "Traceback" not in answer.err
    assert "solids › names › config › names" in answer.err and "gret" in answer.err
    assert workspace("run", "list", "--json").json == []


def test_a_pipeline_that_is_not_there(workspace: Console) -> None:
    answer = workspace("pipeline", "launch", "greeting")
    assert answer.code == 1 and "did you mean 'greetings'" in answer.err


def test_a_run_goes_on_when_its_command_has_ended(workspace: Console) -> None:
    answer = workspace("pipeline", "launch", "greetings")
    assert answer.code == 0, answer.err
    run_id = answer.out.split()[1]
    followed = workspace("run", "logs", run_id, "--follow", "--json")
    assert followed.code == 0, followed.err
    assert json.loads(followed.out.splitlines()[-1])["type"] == "PIPELINE_SUCCESS"


def test_ctrl_c_ends_the_command_and_not_its_run(workspace: Console) -> None:
    (workspace.folder / "first_pipeline.py").write_text(SLOW)
    launch = workspace.start("pipeline", "launch", "slow", "--wait")
    assert launch.stdout is not None and launch.stderr is not None
    assert any("STEP_START" in line for line in launch.stdout)
    launch.send_signal(signal.SIGINT)
    assert launch.wait(timeout=20) == 130
    assert "the run goes on; cancel it with: jupyter orch run cancel" in launch.stderr.readline()
    assert workspace("run", "show", "latest", "--json").json["status"] == "STARTED"
    (workspace.folder / "enough").touch()
    assert workspace("run", "logs", "latest", "--follow").code == 0


def test_the_failing_example_fails_clearly(example: Console) -> None:
    answer = example("pipeline", "launch", "failing_on_purpose", "--wait", timeout=120)
    assert answer.code == 1
    assert "PenguinNotFound: there is no Emperor penguin among 344 penguins" in answer.err
    assert re.search(r"penguins\.py:\d+", answer.err)
    steps = {s["step_key"]: s["status"] for s in example("run", "show", "latest", "--json").json["steps"]}
    assert steps == {"load": "SUCCESS", "find_emperors": "FAILURE"}


def test_schedules_are_switched(example: Console) -> None:
    (row,) = example("schedule", "list", "--json").json
    assert (row["name"], row["status"], row["timezone"]) == ("nightly_report", "OFF", "Europe/Berlin")
    assert "is ON; next due" in example("schedule", "start", "nightly_report").out
    (row,) = example("schedule", "list", "--json").json
    assert row["status"] == "ON" and row["next_due"] > time.time()
    assert "is OFF" in example("schedule", "stop", "nightly_report").out
    assert "did you mean 'nightly_report'" in example("schedule", "start", "nightly_reprt").err


def test_the_daemon_shows_itself_and_stops_on_sigterm(workspace: Console) -> None:
    assert workspace("daemon", "status").code == 1
    daemon = workspace.start("daemon", "run")
    assert daemon.stderr is not None
    assert "works on" in daemon.stderr.readline()
    status = workspace("daemon", "status", "--json")
    for _ in range(50):
        if status.code == 0:
            break
        status = workspace("daemon", "status", "--json")
    (row,) = status.json
    assert row["pid"] == daemon.pid and row["errors"] == {} and "SCHEDULER" in row["loops"]
    daemon.send_signal(signal.SIGTERM)
    daemon.communicate(timeout=30)
    assert daemon.returncode == 0
    assert workspace("daemon", "status").code == 1


def test_the_doctor_starts_a_run_warm(console: Console) -> None:
    findings = {finding["part"]: finding for finding in console("doctor", "--json").json}
    assert findings["warm start"]["state"] == "ok", findings["warm start"]
    assert findings["storage"]["state"] == "ok" and findings["python"]["state"] == "ok"
    assert console("run", "list", "--json").json == []  # its run was on an instance of its own


def test_the_doctor_examines_the_rest_when_one_part_is_sick(console: Console) -> None:
    console.home.mkdir(parents=True)
    (console.home / "orch.yaml").write_text("storage: sqlight\n")
    answer = console("doctor", "--json")
    findings = {finding["part"]: finding for finding in answer.json}
    assert answer.code == 1
    assert findings["storage"]["state"] == "fails" and "did you mean 'sqlite'" in findings["storage"]["mend"]
    assert findings["example"]["state"] == "ok" and findings["warm start"]["state"] == "ok"


def test_the_demo_runs_its_main_pipeline_through_a_real_server(console: Console) -> None:
    answer = console("demo", "demo", "--headless", timeout=240)
    assert answer.code == 0, answer.out + answer.err
    assert "penguin_report: SUCCESS in" in answer.out
    shown = console("--home", "demo/.orch", "run", "show", "latest", "--json").json
    assert {step["step_key"] for step in shown["steps"] if step["status"] == "SUCCESS"} == STEPS
    found = re.search(r"Executed notebook: (.+)", answer.out)
    assert found is not None
    notebook = nbformat.read(Path(found[1]), as_version=4)
    kinds = {kind for cell in notebook.cells for output in cell.get("outputs", ()) for kind in output.get("data", ())}
    assert "image/png" in kinds
    history = re.search(r"^Its history: jupyter orch (.+)$", answer.out, re.MULTILINE)
    assert history is not None
    assert "penguin_report" in console(*shlex.split(history[1])).out
    again = console("demo", "demo", "--headless", timeout=240)
    assert again.code == 0 and "Using the example in" in again.out


def test_a_demo_that_fails_says_where_and_why(console: Console) -> None:
    folder = console.folder / "demo"
    copy_example(folder)
    code = (folder / "penguins.py").read_text("utf-8")
    spoilt = code.replace("    folder.mkdir(parents=True, exist_ok=True)\n", '    raise OSError("no space left")\n')
    assert spoilt != code
    (folder / "penguins.py").write_text(spoilt, "utf-8")
    answer = console("demo", "demo", "--headless", timeout=240)
    assert answer.code == 1
    assert "penguin_report: FAILURE in" in answer.out
    line = spoilt[: spoilt.index("raise OSError")].count("\n") + 1
    assert f"step clean: OSError: no space left\n  at {folder / 'penguins.py'}:{line}" in answer.out
    (folder / "penguins.py").write_text("import penguin_tools\n", "utf-8")
    answer = console("demo", "demo", "--headless", timeout=240)
    assert answer.code == 1 and "penguins.py does not load: ModuleNotFoundError" in answer.err


def test_the_demo_prints_the_address_of_a_working_lab(console: Console) -> None:
    demo = console.start("demo", "demo", "--no-browser", "--port", str(free_port()))
    assert demo.stdout is not None
    url = next(line.strip() for line in demo.stdout if "/lab?token=" in line and line.startswith("        http"))
    history = next(line for line in demo.stdout if "Its history" in line)
    assert f"jupyter orch --home {console.folder / 'demo' / '.orch'} run list" in history
    with urllib.request.urlopen(url, timeout=60) as page:
        assert page.status == 200 and "JupyterLab" in page.read().decode()
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)
    assert demo.returncode == 0


def test_a_run_config_that_can_not_be_read_is_named_once(workspace: Console) -> None:
    (workspace.folder / "bad.yaml").write_text("solids:\n  names: [\n")
    answer = workspace("pipeline", "launch", "greetings", "-c", "absent.yaml")
    assert (answer.code, answer.err) == (1, "jupyter-orch: absent.yaml: No such file or directory\n")
    answer = workspace("pipeline", "launch", "greetings", "-c", "bad.yaml")
    assert answer.code == 1 and answer.err.startswith("jupyter-orch: bad.yaml:3:1: ")
