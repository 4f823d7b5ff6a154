"""What a type checker makes of a program written with the API."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).parent / "programs"
STRICT_MYPY = [sys.executable, "-m", "mypy", "--strict", "--config-file="]
_LINE = re.compile(r"(?P<file>\w+)\.py:(?P<line>\d+): (?P<level>error|note): (?P<text>.*?)(  \[(?P<code>[\w-]+)\])?$")


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> list[re.Match[str]]:
    """Every line that mypy says about the programs, in strict mode, in a project of somebody else."""
    done = subprocess.run(
        [*STRICT_MYPY, "--cache-dir", tmp_path_factory.mktemp("cache"), "right.py", "wrong.py"],
        cwd=PROGRAMS,
        env={"MYPYPATH": f"{ROOT}:{ROOT / 'kernel'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    found = [match for line in done.stdout.splitlines() if (match := _LINE.match(line))]
    assert found, done.stdout + done.stderr
    return found


def test_a_right_program_is_right_in_strict_mode(complaints: list[re.Match[str]]) -> None:
    assert [match[0] for match in complaints if match["file"] == "right" and match["level"] == "error"] == []


def test_the_types_of_what_decorators_make_are_known(complaints: list[re.Match[str]]) -> None:
    text = (PROGRAMS / "right.py").read_text().splitlines()
    revealed = {
        text[int(match["line"]) - 1]: re.sub(r"jupyter_orch\.[\w.]+\.|builtins\.|[\w.]*right\.", "", match["text"])
        for match in complaints
        if match["text"].startswith("Revealed type")
    }
    assert {line: kind.removeprefix("Revealed type is ").strip('"') for line, kind in revealed.items()} == {
        "reveal_type(one)": "SolidDefinition",
        "reveal_type(repeat)": "SolidDefinition",
        "reveal_type(thrice)": "SolidDefinition",
        "reveal_type(twice)": "CompositeSolidDefinition",
        "reveal_type(flow)": "PipelineDefinition",
        "reveal_type(warehouse)": "ResourceDefinition",
        "reveal_type(shelf)": "IOManagerDefinition",
        "reveal_type(cheer)": "HookDefinition",
        "reveal_type(sigh)": "HookDefinition",
        "reveal_type(early)": "ScheduleDefinition",
        "reveal_type(daily)": "PartitionScheduleDefinition",
        "reveal_type(watch)": "SensorDefinition",
        "reveal_type(everything)": "RepositoryDefinition",
        "reveal_type(result)": "PipelineExecutionResult",
        "reveal_type(result.success)": "bool",
        'reveal_type(result.result_for_solid("one"))': "SolidExecutionResult",
        "reveal_type(execute_solid(one).success)": "bool",
        'reveal_type(one.alias("other"))': "PendingInvocation",
        "reveal_type(build_solid_context())": "BuiltSolidContext",
        "reveal_type(Even)": "DagsterType",
        "reveal_type(Pear)": "def (weight: int) -> Pear",
        "reveal_type(Apple)": "def () -> Apple",
    }


def test_mistakes_are_reported_where_they_are(complaints: list[re.Match[str]]) -> None:
    expected = {
        number: line.rpartition("#")[2].strip()
        for number, line in enumerate((PROGRAMS / "wrong.py").read_text().splitlines(), 1)
        if "  # " in line
    }
    reported: dict[int, set[str]] = {}
    for match in complaints:
        if match["file"] == "wrong" and match["level"] == "error":
            reported.setdefault(int(match["line"]), set()).add(match["code"])
    assert {
        line: code if code in reported.get(line, ()) else reported.get(line) for line, code in expected.items()
    } == expected
    assert set(reported) == set(expected)
