"""Plain notebooks become pipelines and schedules without a line of code around them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.execution.api import execute_pipeline
from jupyter_orch.plan.prepare import shape_for
from jupyter_orch.records import codec
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.notebook_job import NotebookJob, NotebookSource, pin_file, pipeline_names
from jupyter_orch_kernel.loader import Loaded, LoadError, load
from tests.kernel.test_notebooks import write


def job(path: str, job_id: str = "0123456789", **facts: Any) -> NotebookJob:
    return NotebookJob(**{"job_id": job_id, "name": Path(path).stem, "path": path, **facts})


def loaded(folder: Path, *jobs: NotebookJob) -> Loaded:
    file = folder / "jobs.json"
    file.write_text(json.dumps(codec.to_json(jobs)))
    return load(LocationTarget(name="notebooks", kind="notebook_jobs", path=str(file), working_directory=str(folder)))


def test_a_notebook_runs_with_the_parameters_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    out = tmp_path / "out.txt"
    write(
        tmp_path / "reports/daily.ipynb",
        f"open({str(out)!r}, 'w').write(f'{{rows}} {{name}}')",
        parameters="rows = 1\nname = 'Ada'",
    )
    found = loaded(tmp_path, job("reports/daily.ipynb"))
    pipeline = found.repositories["notebooks"].pipelines["reports_daily"]
    config = {"solids": {"notebook": {"config": {"rows": 7}}}}
    assert execute_pipeline(pipeline, run_config=config).success
    assert out.read_text() == "7 Ada"
    assert found.has_notebook_solids
    assert pipeline.tags["jupyter_orch/notebook"] == "reports/daily.ipynb"


def test_its_parameters_are_typed_and_described(tmp_path: Path) -> None:
    write(tmp_path / "a.ipynb", parameters="rows = 1  # how many\nname: str = None\nday = today()\n")
    pipeline = loaded(tmp_path, job("a.ipynb")).repositories["notebooks"].pipelines["a"]
    shape = shape_for(pipeline, "default", None)
    _, errors = shape.check({"solids": {"notebook": {"config": {"rows": "seven", "nme": 1}}}})
    assert {(error.kind, error.path[-1]) for error in errors} == {
        ("TYPE_MISMATCH", "rows"),
        ("UNDEFINED_FIELD", "config"),
    }
    _, errors = shape.check({"solids": {"notebook": {"config": {"name": None, "day": "2020-01-01"}}}})
    assert errors == []
    assert "how many" in json.dumps(shape.root.json_schema())


def test_a_job_with_a_time_is_a_schedule_with_its_parameters(tmp_path: Path) -> None:
    write(tmp_path / "a.ipynb", parameters="rows = 1")
    found = loaded(
        tmp_path,
        job("a.ipynb", cron="0 9 * * 1-5", timezone="Europe/Berlin", parameters={"rows": 3}, name="Every morning!"),
        job("a.ipynb", "zz", name="by hand"),
    )
    repository = found.repositories["notebooks"]
    assert list(repository.pipelines) == ["a"]
    (schedule,) = repository.schedules.values()
    assert (schedule.name, schedule.cron_schedule, schedule.execution_timezone) == (
        "a_01234567",
        "0 9 * * 1-5",
        "Europe/Berlin",
    )
    assert schedule.tags == {"jupyter_orch/notebook_job": "0123456789"}


def test_a_missing_or_broken_notebook_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path / "good.ipynb")
    (tmp_path / "broken.ipynb").write_text("{")
    found = loaded(tmp_path, job("good.ipynb"), job("gone.ipynb"), job("broken.ipynb"))
    pipelines = found.repositories["notebooks"].pipelines
    assert set(pipelines) == {"good", "gone", "broken"}
    assert "can not be read now" in (pipelines["gone"].description or "")
    assert [Path(source).name for source in found.sources] == ["jobs.json", "broken.ipynb", "good.ipynb"]


def test_names_are_unique_and_stay_the_same(tmp_path: Path) -> None:
    names = pipeline_names(
        [job("a-b.ipynb"), job("a_b.ipynb"), job("9.ipynb"), job("c.ipynb", kernel_name="ir"), job("ü/ß.ipynb")]
    )
    assert names[NotebookSource("9.ipynb")] == "n_9"
    assert names[NotebookSource("c.ipynb", "ir")] == "c__ir"
    assert len(set(names.values())) == 5
    first = NotebookSource("a-b.ipynb")
    assert names[first] == pipeline_names([job("a_b.ipynb"), job("a-b.ipynb")])[first]


@pytest.mark.parametrize(
    "path",
    ["ü ß/日本.ipynb", "日本.ipynb", "with spaces (1).ipynb", "my{draft}.ipynb", "a://b.ipynb", f"{'x' * 240}.ipynb"],
)
def test_any_name_of_a_file_is_a_pipeline_that_runs(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    write(tmp_path / path, "open('ran', 'w').write(str(n))", parameters="n = 1")
    one = job(path, cron="@daily")
    (pipeline,) = loaded(tmp_path, one).repositories["notebooks"].pipelines.values()
    result = execute_pipeline(pipeline, run_config={"solids": {"notebook": {"config": {"n": 2}}}}, raise_on_error=False)
    assert result.success, result.all_events
    assert (tmp_path / path).with_name("ran").read_text() == "2"


def test_a_pinned_notebook_runs_as_it_was_in_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    write(tmp_path / "reports/a.ipynb", "open('ran', 'w').write(f'old {n}')", parameters="n = 1")
    pinned = (tmp_path / "reports/a.ipynb").read_text()
    one = job("reports/a.ipynb", pinned=pinned)
    (tmp_path / pin_file(one.source.pin)).write_text(pinned)
    write(tmp_path / "reports/a.ipynb", "open('ran', 'w').write('new')")
    pipelines = loaded(tmp_path, one, job("reports/a.ipynb", "9")).repositories["notebooks"].pipelines
    assert len(pipelines) == 2
    assert execute_pipeline(pipelines[f"reports_a__pinned_{one.source.pin[:6]}"]).success
    assert (tmp_path / "reports/ran").read_text() == "old 1"
    assert execute_pipeline(pipelines["reports_a"]).success
    assert (tmp_path / "reports/ran").read_text() == "new"


def test_a_change_of_the_jobs_or_of_a_notebook_is_another_code_version(tmp_path: Path) -> None:
    write(tmp_path / "a.ipynb", "1")
    first = loaded(tmp_path, job("a.ipynb")).code_version
    assert loaded(tmp_path, job("a.ipynb")).code_version == first
    assert loaded(tmp_path, job("a.ipynb", cron="@daily")).code_version != first
    write(tmp_path / "a.ipynb", "2")
    assert loaded(tmp_path, job("a.ipynb")).code_version != first


def test_a_file_of_jobs_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "jobs.json").write_text("{")
    target = LocationTarget(
        name="notebooks", kind="notebook_jobs", path=str(tmp_path / "jobs.json"), working_directory=str(tmp_path)
    )
    with pytest.raises(LoadError):
        load(target)
