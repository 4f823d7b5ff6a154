"""The code that README and quickstart show does what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import nbformat
import pytest

import jupyter_orch
from jupyter_orch.cli.main import parse
from tests.cli.console import Console

ROOT = Path(__file__).resolve().parents[2]
README, QUICKSTART = ROOT / "README.md", ROOT / "docs" / "quickstart.md"
PLACEHOLDERS = {"NAME": "name", "RUN": "latest"}


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def commands(path: Path) -> list[str]:
    return sorted(set(re.findall(r"jupyter[ -]orch ([a-z][^`#\n]*)", path.read_text("utf-8"))))


@pytest.mark.journey
def test_the_first_pipeline_of_the_readme(tmp_path: Path, private_home: Path) -> None:
    (tmp_path / "flow.py").write_text(blocks(README, "python")[0])
    (tmp_path / "workspace.yaml").write_text(blocks(README, "yaml")[0])
    answer = Console(tmp_path, private_home)("pipeline", "launch", "sums", "--wait")
    assert answer.code == 0, answer.err
    assert "the total is 6" in answer.out


def test_the_code_of_the_quickstart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text("a\nb\nc\n")
    shown: dict[str, Any] = {}
    for block in blocks(QUICKSTART, "python"):
        if block.startswith("# in report.ipynb"):
            continue
        write_report()
        exec(compile(block, str(QUICKSTART), "exec"), shown)
    repository = shown["mine"]
    context = jupyter_orch.build_schedule_context()
    config = shown["every_morning"].evaluate_tick(context).run_requests[0].run_config
    assert jupyter_orch.execute_pipeline(repository.get_pipeline("counting"), run_config=config).success

    @jupyter_orch.pipeline
    def reporting() -> None:
        shown["report"](three())

    result = jupyter_orch.execute_pipeline(reporting)
    assert result.result_for_solid("report").output_value() == "3 rows"


@jupyter_orch.solid
def three(_: Any) -> int:
    return 3


def write_report() -> None:
    (cell,) = (block for block in blocks(QUICKSTART, "python") if block.startswith("# in report.ipynb"))
    parameters = nbformat.v4.new_code_cell("rows = 0", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[parameters, nbformat.v4.new_code_cell(cell)], metadata=kernel)
    nbformat.write(notebook, "report.ipynb")


@pytest.mark.parametrize("path", [README, QUICKSTART], ids=["readme", "quickstart"])
def test_every_command_that_is_shown_exists(path: Path) -> None:
    shown = commands(path)
    assert shown
    for command in shown:
        words = [PLACEHOLDERS.get(word, word) for word in shlex.split(command)]
        assert callable(parse(words).act), command


@pytest.mark.parametrize("path", [README, QUICKSTART, ROOT / "notebooks" / "README.md"], ids=lambda p: p.parent.name)
def test_links_to_files_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
    broken = [link for link in links if not (path.parent / link).exists()]
    assert broken == []
