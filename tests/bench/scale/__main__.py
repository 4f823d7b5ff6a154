"""``python -m tests.bench.scale --out FOLDER``: the curves alone."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.bench.scale import draw, measure, table


def main() -> None:
    """Measure, draw and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="folder of the pictures and scale.json")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="orch-scale-") as folder:
        curves = measure(Path(folder))
    draw(curves, out)
    (out / "scale.json").write_text(json.dumps([curve.as_json() for curve in curves], indent=1) + "\n")
    print(table(curves))


if __name__ == "__main__":
    main()
