"""The example's pipelines in this process, from a copy in another place."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import jupyter_orch
from jupyter_orch.cli.example import copy_example, example_folder

pytest.importorskip("pandas")
pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example: its paths must not depend on where it stands."""
    copied = tmp_path_factory.mktemp("example") / "copy of the example"
    copy_example(copied)
    return copied


@pytest.fixture(scope="module")
def penguins(folder: Path) -> Iterator[ModuleType]:
    """The module ``penguins.py`` of the copy."""
    spec = importlib.util.spec_from_file_location("penguins_of_a_copy", folder / "penguins.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def ran(pipeline: Any, **arguments: Any) -> Any:
    return jupyter_orch.execute_pipeline(pipeline, **arguments)


def facts(result: Any, kind: str) -> list[dict[str, Any]]:
    """The particulars of a run's events of one kind."""
    return [event.event.data for event in result.event_list if event.event_type_value == kind]


def test_the_report_is_written_from_all_penguins(penguins: ModuleType, folder: Path) -> None:
    result = ran(penguins.penguin_report)
    assert result.success
    findings = result.result_for_solid("gather").output_value()
    assert [(f["species"], f["count"]) for f in findings["species"]] == [
        ("Adelie", 151),
        ("Chinstrap", 68),
        ("Gentoo", 123),
    ]
    assert findings["line"]["slope"] == pytest.approx(49.686, abs=0.001)
    assert findings["line"]["r_squared"] == pytest.approx(0.759, abs=0.001)
    headline = result.result_for_solid("report").output_value()
    assert headline.startswith("342 penguins; the heaviest are Gentoo with 5076 g")
    (asset,) = [fact for fact in facts(result, "ASSET_MATERIALIZATION") if fact["asset_key"] == ["penguin_report"]]
    assert asset["description"] == headline
    (kept,) = (folder / "results").glob("*/penguins_clean.csv")
    assert len(kept.read_text().splitlines()) == 343


def test_cleaning_says_what_it_found(penguins: ModuleType) -> None:
    result = ran(penguins.penguin_report, solid_selection=["*clean"])
    (expectation,) = facts(result, "STEP_EXPECTATION_RESULT")
    assert expectation["success"] and expectation["label"] == "most_rows_are_complete"
    (materialization,) = facts(result, "ASSET_MATERIALIZATION")
    entries = {entry["label"]: entry["value"] for entry in materialization["metadata"]}
    assert entries["rows"] == 342
    assert entries["rows per species"] == {"Adelie": 151, "Chinstrap": 68, "Gentoo": 123}
    assert Path(entries["path"]).is_file()


def test_each_preset_runs(penguins: ModuleType) -> None:
    result = ran(penguins.penguin_report, preset="dream_island")
    findings = result.result_for_solid("gather").output_value()
    assert {f["species"]: f["count"] for f in findings["species"]} == {"Adelie": 56, "Chinstrap": 68, "Gentoo": 0}
    assert findings["line"]["predictor"] == "bill_length_mm"
    assert "124 penguins" in result.result_for_solid("report").output_value()
    assert ran(penguins.penguin_report, preset="all_islands").success


def test_the_sample_mode_takes_a_few_of_each_species(penguins: ModuleType) -> None:
    config = {"resources": {"penguins": {"config": {"rows": 5}}}}
    result = ran(penguins.penguin_report, mode="sample", run_config=config, solid_selection=["*gather"])
    findings = result.result_for_solid("gather").output_value()
    assert [f["count"] for f in findings["species"]] == [4, 5, 5]  # one of the first five Adelies has no measures


def test_the_failing_pipeline_fails_in_its_second_step(penguins: ModuleType) -> None:
    result = ran(penguins.failing_on_purpose, raise_on_error=False)
    assert not result.success
    assert result.result_for_solid("load").success
    assert not result.result_for_solid("find_emperors").success
    (failed,) = facts(result, "STEP_FAILURE")
    assert failed["failure"]["cls"] == "PenguinNotFound"
    assert "there is no Emperor penguin among 344 penguins" in failed["failure"]["message"]
    assert failed["failure"]["file"] == penguins.__file__


def test_a_wrong_predictor_is_named(penguins: ModuleType) -> None:
    config = {"solids": {"fit_line": {"config": {"predictor": "age"}}}}
    with pytest.raises(ValueError, match="'age' is none of bill_length_mm"):
        ran(penguins.penguin_report, run_config=config, solid_selection=["*fit_line"])


def test_everything_has_a_description(penguins: ModuleType) -> None:
    for pipeline in (penguins.penguin_report, penguins.failing_on_purpose):
        assert pipeline.description
        assert all(definition.description for definition in pipeline.node_defs)


def test_the_schedule_gives_a_config_that_validates(penguins: ModuleType) -> None:
    schedule = penguins.nightly_report
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * 1-5", "Europe/Berlin")
    context = jupyter_orch.build_schedule_context()
    (request,) = schedule.evaluate_tick(context).run_requests
    assert jupyter_orch.validate_run_config(penguins.penguin_report, request.run_config)


def test_the_report_runs_by_hand(folder: Path) -> None:
    notebook = nbformat.read(folder / "report.ipynb", as_version=4)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in shown)
    assert "342 penguins; the heaviest are Gentoo" in shown[-1]["data"]["text/plain"]


def test_the_notebook_location_defines_a_pipeline(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {"__name__": "islands"}
    for cell in nbformat.read(folder / "islands.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, "islands.ipynb", "exec"), names)
    result = ran(names["island_census"], run_config={"solids": {"sightings": {"config": {"years": [2007]}}}})
    counts = result.result_for_solid("census").output_value()
    assert counts["Torgersen"]["Adelie"] == 20 and counts["Biscoe"]["Gentoo"] == 34


def test_committed_notebooks_carry_no_outputs() -> None:
    for path in example_folder().glob("*.ipynb"):
        cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
        assert cells and all(not c["outputs"] and c["execution_count"] is None for c in cells), path.name
