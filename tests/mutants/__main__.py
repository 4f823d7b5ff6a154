"""``python -m tests.mutants [NAME…]``: are the tests able to fail?

Each patch beside this file takes one rule out of a scratch copy of the package; the suites named in it must notice. Prints,
for each mutant, the suite that caught it, and ends with 1 if one was not caught or could not be judged.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.judge import Judge, Mutant, NotCaught, mutants


def judge_all(judge: Judge, judged: list[Mutant]) -> int:
    """Judge them one after the other; how many were not caught."""
    failed = 0
    for mutant in judged:
        begun = time.monotonic()
        try:
            verdict = f"caught by {judge.catcher(mutant)}"
        except NotCaught as problem:
            failed += 1
            verdict = f"NOT CAUGHT, {problem}"
        print(f"{mutant.patch.stem:<32} {verdict} ({time.monotonic() - begun:.0f} s): {mutant.rule}", flush=True)
    return failed


def main(names: list[str]) -> int:
    """Judge all, or those that are named."""
    judged = mutants(names)
    if not judged:
        print(f"no mutant is called {' or '.join(names)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        return 1 if judge_all(Judge(Path(folder)), judged) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
