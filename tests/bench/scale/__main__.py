"""``python -m tests.bench.scale --out FOLDER``: the curves alone."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.bench.scale import draw, measure, page, table


def main() -> None:
    """Measure, draw and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("build/bench"), help="folder of growth.md, scale.json and the pictures"
    )
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="orch-scale-") as folder:
        curves = measure(Path(folder))
    draw(curves, out)
    (out / "scale.json").write_text(json.dumps([curve.as_json() for curve in curves], indent=1) + "\n")
    (out / "growth.md").write_text(f"# How costs grow\n\n{page(curves)}")
    print(table(curves))


if __name__ == "__main__":
    main()
