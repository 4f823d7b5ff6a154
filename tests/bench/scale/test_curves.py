"""The law of a curve is found again in values that follow it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.scale import Curve, draw, page

SIZES = (10, 100, 1_000, 10_000)


def curve(cost: Callable[[float], float]) -> Curve:
    points = {size: (cost(size) * 0.99, cost(size), cost(size) * 1.01) for size in SIZES}
    return Curve(name="one", title="One", size="things", unit="ms", points=points, expected="linear")


@pytest.mark.parametrize(
    ("cost", "constant", "factor", "exponent"),
    [
        (lambda n: 5 + 0.25 * n, 5, 0.25, 1.0),
        (lambda n: 0.01 * n**1.5, 0, 0.01, 1.5),
        (lambda n: 2 + 30 / n, 2, 30, -1.0),
    ],
)
def test_a_law_is_found(cost: Callable[[float], float], constant: float, factor: float, exponent: float) -> None:
    law = curve(cost).law
    assert law.exponent == pytest.approx(exponent) and law.r2 > 0.999
    assert law.constant == pytest.approx(constant, abs=0.02) and law.factor == pytest.approx(factor, rel=0.02)


def test_what_hardly_differs_is_flat() -> None:
    law = curve(lambda n: 3.0 if n < 500 else 3.6).law
    assert law.is_flat and str(law).startswith("flat, about 3.")


def test_each_curve_is_drawn_and_stands_in_the_table(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra 'bench' has it")
    curves = [curve(lambda n: n)]
    (path,) = draw(curves, tmp_path)
    assert path.name in page(curves) and "<svg" in path.read_text()
