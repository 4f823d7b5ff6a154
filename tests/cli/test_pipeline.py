"""``jupyter-orch pipeline`` with real kernels: what a pipeline is, what it wants, and running it now."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.cli.console import Console

pytestmark = pytest.mark.journey

CODE = '''
from jupyter_orch import ModeDefinition, PresetDefinition, composite_solid, pipeline, resource, solid

@resource(config_schema={"url": str}, version="1")
def database(_):
    return 1

@solid(config_schema={"rows": int}, required_resource_keys={"database"}, version="a")
def load(context):
    """Reads rows."""
    print("loaded", context.solid_config["rows"])
    return context.solid_config["rows"]

@solid(version="b")
def double(_, number: int) -> int:
    return number * 2

@composite_solid
def four_times(number: int):
    return double.alias("again")(double(number))

@pipeline(
    mode_defs=[ModeDefinition("prod", resource_defs={"database": database})],
    preset_defs=[PresetDefinition("small", mode="prod", run_config={
        "solids": {"load": {"config": {"rows": 1}}}, "resources": {"database": {"config": {"url": "x"}}}})],
    tags={"team": "ice"},
)
def numbers():
    """Numbers, four times."""
    four_times(load())

@solid
def broken(_):
    raise ValueError("no luck")

@pipeline
def failing():
    broken()

@solid
def born(context) -> str:
    return context.run_id

@solid
def tell(_, run: str):
    print(run)

@pipeline
def origins():
    tell(born())
'''
CONFIG = "solids: {load: {config: {rows: 5}}}\nresources: {database: {config: {url: x}}}\n"


@pytest.fixture
def numbers(console: Console) -> Console:
    (console.folder / "code.py").write_text(CODE)
    (console.folder / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n")
    (console.folder / "config.yaml").write_text(CONFIG)
    return console


def test_print_tells_what_feeds_what(numbers: Console) -> None:
    answer = numbers("pipeline", "print", "numbers", "--verbose")
    assert answer.code == 0, answer.err
    lines = [line.strip() for line in answer.out.splitlines()]
    for expected in (
        "Numbers, four times.", "tag team=ice", "preset small (mode prod)", "mode prod: resources database",
        "four_times [composite]", "input number: int <- load.result", "again = double", "Reads rows.",
    ):  # fmt: skip
        assert any(expected.replace(": int", "") in line.replace(": int", "").replace(": Int", "") for line in lines), (
            expected, answer.out,
        )  # fmt: skip
    found = numbers("pipeline", "print", "numbers", "--json").json
    assert found["name"] == "numbers" and {s["name"] for s in found["solids"]} == {"load", "four_times"}
    wrong = numbers("pipeline", "print", "number")
    assert wrong.code == 1 and "did you mean 'numbers'" in wrong.err


def test_a_scaffold_is_filled_in_and_runs(numbers: Console) -> None:
    answer = numbers("pipeline", "scaffold-config", "numbers")
    assert answer.code == 0, answer.err
    scaffold = yaml.safe_load(answer.out)
    assert set(scaffold) == {"solids", "resources"}
    (numbers.folder / "scaffold.yaml").write_text(answer.out)
    done = numbers("pipeline", "execute", "numbers", "--config", "scaffold.yaml", "--tag", "by=hand")
    assert done.code == 0, done.err
    assert "PIPELINE_SUCCESS" in done.out
    assert numbers("run", "logs", "latest", "--step", "load").out.startswith("loaded")
    assert "by=hand" in numbers("run", "show", "latest").out


def test_execute_runs_now_whatever_the_queue_and_tells_by_its_exit_code(numbers: Console) -> None:
    numbers.home.mkdir(parents=True, exist_ok=True)
    (numbers.home / "orch.yaml").write_text("run_coordinator: {queued: {max_concurrent_runs: 0}}\n")
    assert numbers("pipeline", "execute", "numbers", "--preset", "small").code == 0
    failed = numbers("pipeline", "execute", "failing")
    assert failed.code == 1 and "no luck" in failed.err
    again = numbers("run", "rerun", "latest", "--from-failure")
    assert again.code == 0 and again.out.startswith("run ")
    newest = numbers("run", "list", "--json").json[0]
    assert newest["status"] == "QUEUED" and again.out.split()[1] == newest["run_id"]


def test_steps_run_again_on_top_of_a_run_and_never_on_stale_values(numbers: Console) -> None:
    def told() -> str:
        return numbers("run", "logs", "latest", "--step", "tell").out.strip()

    assert numbers("pipeline", "execute", "origins").code == 0
    first = told()
    later = numbers("run", "rerun", "latest", "--steps", "tell", "--wait")
    assert later.code == 0 and told() == first, "the parent's value, as nothing newer was made"
    both = numbers("run", "rerun", "latest", "--steps", "born,tell", "--wait")
    assert both.code == 0 and told() == numbers("run", "list", "--json").json[0]["run_id"] != first
    wrong = numbers("run", "rerun", "latest", "--steps", "tel")
    assert wrong.code == 1 and "did you mean 'tell'" in wrong.err


def test_versions_of_steps_follow_code_and_config(numbers: Console) -> None:
    def versions(config: str) -> dict[str, str | None]:
        (numbers.folder / "config.yaml").write_text(config)
        answer = numbers("pipeline", "list-versions", "numbers", "--config", "config.yaml", "--json")
        assert answer.code == 0, answer.err
        return {row["step_key"]: row["version"] for row in answer.json}

    first = versions(CONFIG)
    assert set(first) == {"load", "four_times.double", "four_times.again"} and all(first.values())
    assert versions(CONFIG) == first
    other = versions(CONFIG.replace("5", "6"))
    assert all(other[key] != first[key] for key in first)


def test_a_wrong_config_is_told_with_all_its_mistakes(numbers: Console, tmp_path: Path) -> None:
    (numbers.folder / "config.yaml").write_text("solids: {load: {config: {rows: x, more: 1}}}\n")
    answer = numbers("pipeline", "execute", "numbers", "--config", "config.yaml")
    assert answer.code == 1 and "Traceback" not in answer.err
    assert all(word in answer.err for word in ("rows", "more", "resources"))
