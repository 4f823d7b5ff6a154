"""The command line finds the server of its workspace and goes through it; without one it does the same by itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server_process import ServerProcess, wait_for

pytestmark = pytest.mark.journey

CODE = """
from jupyter_orch import Field, Int, pipeline, repository, schedule, sensor, solid

print("loaded by", __import__("os").getpid())

@solid(config_schema={"number": Field(int, default_value=1)})
def count(context):
    context.log.info(f"counted {context.solid_config['number']}")
    if context.solid_config["number"] > 8:
        raise ValueError("too many")

@pipeline(tags={"team": "data"})
def counting():
    count()

@schedule(cron_schedule="0 4 * * *", pipeline_name="counting")
def nightly(context):
    return {}

@sensor(pipeline_name="counting")
def watching(context):
    pass

@repository
def repo():
    return [counting, nightly, watching]
"""


def run(server: ServerProcess, *words: str, folder: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jupyter_orch.cli.main", *words],
        cwd=folder or server.root,
        env={**server.environment, **env},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def reason(told: str) -> list[str]:
    """The lines of stderr that tell of a run's end, without its id."""
    lines = told.splitlines()
    begin = next(n for n, line in enumerate(lines) if " is FAILURE" in line)
    return [re.sub("run [0-9a-f-]{36} ", "", line) for line in lines[begin:]]


def test_verbs_go_through_the_server_and_say_the_same_without(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "code.py").write_text(CODE)
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    (root / "nine.yaml").write_text("solids: {count: {config: {number: 9}}}\n")
    (root / "wrong.yaml").write_text("solids: {count: {config: {numbr: 9}}}\n")
    server = ServerProcess(root, tmp_path / "home").start()
    try:
        server.wait_for_locations()
        listings = (("pipeline", "list"), ("schedule", "list"), ("sensor", "list"))
        through = {words: run(server, *words, "--json") for words in listings}
        direct = {words: run(server, *words, "--json", "--server", "none") for words in listings}
        for words in listings:
            there, here = json.loads(through[words].stdout), json.loads(direct[words].stdout)
            assert len(there) == 1 and there == here, (words, through[words].stderr)
        done = run(server, "pipeline", "launch", "counting", "--tag", "why=test", "--wait")
        assert done.returncode == 0 and "counted 1" in done.stdout, done
        run_id = done.stdout.split()[1]
        lines = run(server, "pipeline", "launch", "counting", "--wait", "--json").stdout.splitlines()
        told = [json.loads(line) for line in lines]
        assert list(told[0]) == ["run_id"] and [t["seq"] for t in told[1:]] == list(range(1, len(told)))
        events = server.get(f"orch/api/v1/runs/{run_id}/events")["events"]
        assert "forked" in str(events), "it is launched warm, by the server"
        failed = run(server, "pipeline", "launch", "counting", "-c", "nine.yaml", "--wait")
        assert failed.returncode == 1 and "Traceback" not in failed.stderr
        here = run(server, "pipeline", "launch", "counting", "-c", "nine.yaml", "--wait", "--server", "none")
        assert reason(failed.stderr) == reason(here.stderr) and failed.stderr.count("too many") == 2, failed.stderr
        assert reason(failed.stderr)[0].endswith("is FAILURE: step count: ValueError: too many")
        assert f"at {root / 'code.py'}:10" in failed.stderr and 'raise ValueError("too many")' in failed.stderr

        wrong = run(server, "pipeline", "launch", "counting", "-c", "wrong.yaml")
        here = run(server, "pipeline", "launch", "counting", "-c", "wrong.yaml", "--server", "none")
        assert wrong.returncode == 1 and wrong.stderr == here.stderr
        assert "has 1 mistake(s):\nsolids › count › config: there is no key 'numbr'" in wrong.stderr
        refused = run(server, "pipeline", "launch", "counting", "--tag", "jupyter_orch/pool= ")
        assert refused.returncode == 1 and "Error" not in refused.stderr, refused.stderr
        assert "did you mean 'counting'" in run(server, "pipeline", "launch", "countin").stderr
        assert "is ON; next due" in run(server, "schedule", "start", "nightly").stdout
        assert "did you mean 'nightly'" in run(server, "schedule", "start", "nightli").stderr
        assert [row["status"] for row in json.loads(run(server, "schedule", "list", "--json").stdout)] == ["ON"]
        assert run(server, "sensor", "start", "--all").stdout == "sensor watching is ON\n"

        (started,) = json.loads(run(server, "schedule", "start", "--all", "--json").stdout)
        assert started["name"] == "nightly" and started["status"] == "ON" and started["next_due"]
        assert run(server, "workspace", "reload", "code.py").stdout == "code.py: loaded\n"
        (root / "code.py").write_text(CODE + "\n1 / 0\n")
        broken = run(server, "workspace", "reload", "code.py", "--json")
        assert broken.returncode == 1 and "ZeroDivisionError" in broken.stderr
        assert [row["status"] for row in json.loads(broken.stdout)] == ["ERROR"]
        listed = run(server, "pipeline", "list")
        assert listed.returncode == 1 and "does not load: ZeroDivisionError" in listed.stderr
        refused = run(server, "pipeline", "list", "--server", server.url, "--token", "wrong")
        assert refused.returncode == 1 and "token is wrong" in refused.stderr

        (root / "code.py").write_text(CODE)
        other = tmp_path / "other"
        other.mkdir()
        elsewhere = run(server, "pipeline", "list", JUPYTER_ORCH_HOME=str(other))
        assert elsewhere.returncode == 0 and (other / "orch.db").exists(), "another instance is not that server's"
    finally:
        server.stop()
    gone = run(server, "pipeline", "list", "--server", server.url, JUPYTER_ORCH_TOKEN=server.token)
    assert gone.returncode == 1 and "can not be reached" in gone.stderr
    assert run(server, "pipeline", "list", "--json").stdout == through["pipeline", "list"].stdout


SLOW = """
import time
from pathlib import Path
from jupyter_orch import pipeline, solid

@solid
def nap(context):
    while not Path(__file__).with_name("enough").exists():
        time.sleep(0.05)
    context.log.info("had enough")

@pipeline
def slow():
    nap()
"""


def test_a_run_is_followed_on_when_its_server_is_killed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "code.py").write_text(SLOW)
    (root / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    server = ServerProcess(root, tmp_path / "home").start()
    followers: list[subprocess.Popen[bytes]] = []
    try:
        server.wait_for_locations()
        words = (sys.executable, "-m", "jupyter_orch.cli.main", "pipeline", "launch", "slow", "--wait")
        elsewhere = {"JUPYTER_ORCH_HOME": str(tmp_path / "elsewhere"), "JUPYTER_ORCH_TOKEN": server.token}
        for name, more, env in (("near", (), {}), ("far", ("--server", server.url), elsewhere)):
            with open(tmp_path / f"{name}.out", "wb") as out, open(tmp_path / f"{name}.err", "wb") as err:
                environment = {**server.environment, **env}
                followers.append(
                    subprocess.Popen(
                        [*words, *more], cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err
                    )
                )
        outs, errs = ([tmp_path / f"{name}.{end}" for name in ("near", "far")] for end in ("out", "err"))
        wait_for(lambda: all("STEP_START" in out.read_text() for out in outs), 60)
        server.kill()
        near_id, far_id = (out.read_text().split()[1] for out in outs)
        near, far = followers
        assert far.wait(60) == 3 and not (tmp_path / "elsewhere").exists()
        assert f"the run goes on: jupyter-orch run logs --follow {far_id[:8]}" in errs[1].read_text()
        (root / "enough").touch()
        assert near.wait(60) == 0
        assert f"the run goes on and is followed in {server.orch_home}" in errs[0].read_text()
        stored = run(server, "run", "logs", near_id).stdout.splitlines()
        assert outs[0].read_text().splitlines()[1:] == stored, "no event is missed, none comes twice"
        assert "PIPELINE_SUCCESS" in run(server, "run", "logs", "--follow", far_id).stdout
    finally:
        for follower in followers:
            follower.kill()
            follower.wait()
        (root / "enough").touch()
        server.stop()
