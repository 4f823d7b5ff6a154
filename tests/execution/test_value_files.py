"""Values of built-in types that run config reads from files and writes to files."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

import jupyter_orch as orch
from tests.execution.quiet import inc, run


@orch.pipeline
def increased() -> None:
    """One solid whose input comes from run config."""
    inc()


def asked(x: Any, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"solids": {"inc": {"inputs": {"x": x}, "outputs": list(outputs)}}}


@pytest.mark.parametrize("held", ['{"value": 7}', "7"])
def test_a_number_loads_from_a_json_file(tmp_path: Path, held: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(held)
    assert run(increased, asked({"json": {"path": str(file)}})).output_for_solid("inc") == 8


def test_a_number_loads_from_a_pickle_file_and_from_value(tmp_path: Path) -> None:
    file = tmp_path / "x.pickle"
    file.write_bytes(pickle.dumps(7))
    assert run(increased, asked({"pickle": {"path": str(file)}})).output_for_solid("inc") == 8
    assert run(increased, asked({"value": 7})).output_for_solid("inc") == 8


def test_a_file_with_a_value_of_another_type_or_no_file_fails_the_step(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"value": "seven"}')
    with pytest.raises(orch.DagsterTypeCheckDidNotPass, match="'x'"):
        orch.execute_pipeline(increased, asked({"json": {"path": str(file)}}))
    failed = run(increased, asked({"json": {"path": str(tmp_path / "none.json")}})).result_for_solid("inc")
    assert "input 'x'" in failed.failure_data.error.message
    assert "none.json" in failed.failure_data.error.message


def test_a_number_is_written_to_json_and_pickle_and_each_file_is_a_materialization(tmp_path: Path) -> None:
    text, binary = tmp_path / "made.json", tmp_path / "made.pickle"
    config = asked(7, {"result": {"json": {"path": str(text)}}}, {"result": {"pickle": {"path": str(binary)}}})
    result = run(increased, config)
    assert json.loads(text.read_text()) == {"value": 8}
    assert pickle.loads(binary.read_bytes()) == 8
    made = result.result_for_solid("inc").materializations_during_compute
    assert [item.asset_key.path[-1] for item in made] == ["made.json", "made.pickle"]


def test_any_value_loads_from_a_file(tmp_path: Path) -> None:
    @orch.solid
    def same(_: Any, x: Any) -> Any:
        return x

    @orch.pipeline
    def passed_on() -> None:
        same()

    file = tmp_path / "x.json"
    file.write_text('{"value": [1, 2]}')
    for written, expected in (
        ({"json": {"path": str(file)}}, [1, 2]),
        ({"json": {"path": str(file)}, "more": 1}, {"json": {"path": str(file)}, "more": 1}),
        ({"value": 3}, 3),
    ):
        config = {"solids": {"same": {"inputs": {"x": written}}}}
        assert run(passed_on, config).output_for_solid("same") == expected


def test_run_config_that_names_a_file_wrongly_is_refused() -> None:
    with pytest.raises(orch.DagsterInvalidConfigError, match="pth"):
        orch.execute_pipeline(increased, asked({"json": {"pth": "x.json"}}))
    with pytest.raises(orch.DagsterInvalidConfigError, match="csv"):
        orch.execute_pipeline(increased, asked(1, {"result": {"csv": {"path": "x.csv"}}}))
