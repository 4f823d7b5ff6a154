"""Pipelines and results as the last value of a cell."""

from __future__ import annotations

from typing import Any

from jupyter_orch import composite_solid, execute_pipeline, lambda_solid, pipeline, solid
from jupyter_orch.display.bundle import GRAPH


@lambda_solid
def load() -> int:
    return 1


@lambda_solid
def double(n: int) -> int:
    return n * 2


@solid
def fail(_context: Any, n: int) -> int:
    raise ValueError(f"no {n}s <here>")


@composite_solid
def twice(n: int) -> int:
    return double.alias("second")(double(n))


@pipeline
def numbers() -> None:
    fail(twice(load()))
    double(load.alias("other")())


def test_a_pipeline_is_drawn_with_composites_as_boxes() -> None:
    bundle = numbers._repr_mimebundle_()
    assert set(bundle) == {GRAPH, "text/html", "text/vnd.mermaid", "text/plain"}
    assert bundle["text/plain"].splitlines() == [
        "pipeline numbers",
        "  load",
        "  other  (load)",
        "  twice  (composite)  ← load",
        "  double  ← other",
        "  fail  ← twice",
    ]
    assert twice._repr_mimebundle_()["text/plain"].splitlines()[0] == "composite twice"


def test_a_result_is_drawn_with_states_and_errors() -> None:
    result = execute_pipeline(numbers, raise_on_error=False)
    bundle = result._repr_mimebundle_()
    lines = bundle["text/plain"].splitlines()
    assert lines[0] == "run of numbers: failure"
    marks = {line.split()[1]: line.split()[0] for line in lines[1:6]}
    assert marks == {"load": "✓", "other": "✓", "twice": "✓", "double": "✓", "fail": "✗"}
    assert "no 1s" not in lines[-1]
    assert "no 4s <here>" in lines[-1]
    assert "no 4s &lt;here&gt;" in bundle["text/html"]
    assert (bundle[GRAPH]["pipeline"], bundle[GRAPH]["runId"]) == ("numbers", result.run_id)
    assert {box["key"]: box["state"] for box in bundle[GRAPH]["boxes"]}["fail"] == "failure"


def test_what_did_not_run_is_told() -> None:
    @pipeline
    def broken() -> None:
        double(fail(load()))

    text = execute_pipeline(broken, raise_on_error=False)._repr_mimebundle_()["text/plain"]
    assert "– double  (did not run)" in text
