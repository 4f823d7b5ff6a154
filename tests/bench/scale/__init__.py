"""How costs grow: measured, fitted and drawn."""

from tests.bench.scale.curves import Curve, draw, page, table
from tests.bench.scale.measured import measure

__all__ = ["Curve", "draw", "measure", "page", "table"]
