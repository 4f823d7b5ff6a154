"""``python -m tests.bench.peers prepare`` makes the environments; with a peer's name and rows it prints their figures."""

from __future__ import annotations

import argparse
import json
import sys

from tests.bench.peers import PEERS, Peers, prepare


def main() -> int:
    """Prepare, or measure and print JSON lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("what", choices=["prepare", *PEERS])
    parser.add_argument("rows", nargs="*", help="such as P1; all that the peer knows unless told")
    options = parser.parse_args()
    if options.what == "prepare":
        return 1 if prepare(tell=_tell) else 0
    with Peers([options.what], _tell) as peers:
        for row in options.rows or [f"P{number}" for number in range(1, 19)]:
            for figure in peers.measure(options.what, row):
                print(json.dumps(figure.as_json()), flush=True)
    return 1 if peers.problems else 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
