"""``python -m tests.mutants [NAME…]``: are the tests able to fail?

Each patch beside this file takes one rule out of a scratch copy of the package; the suites named in it must notice. Prints,
for each mutant, the suite that caught it, and ends with 1 if one survived.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
COPIED = ("jupyter_orch", "kernel", "tests", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "labextension", "graphiql", ".screens", "browser")
LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One rule that is left out.

    Attributes:
        rule: which one, in words.
        suites: what pytest is called with, the quickest first; the first that fails has caught it.
    """

    patch: Path
    rule: str
    suites: tuple[str, ...]


def mutants(names: list[str]) -> list[Mutant]:
    """All of them, or those whose file names begin with one of the names."""
    found = sorted(HERE.glob("*.patch"), key=lambda path: int(path.stem.partition("_")[0]))
    return [_read(path) for path in found if not names or any(path.stem.startswith(name) for name in names)]


def _read(path: Path) -> Mutant:
    head = [line for line in path.read_text().splitlines() if line.startswith(("Rule: ", "Suite: "))]
    (rule,) = [line.removeprefix("Rule: ") for line in head if line.startswith("Rule: ")]
    return Mutant(patch=path, rule=rule, suites=tuple(line[7:] for line in head if line.startswith("Suite: ")))


def copy_of_the_repository(folder: Path) -> Path:
    """What the suites need, as it is now."""
    for name in COPIED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, folder / name)
    return folder


def apply(mutant: Mutant, copy: Path) -> None:
    """Change the copy.

    Raises:
        CalledProcessError: the patch does not fit any more; write it anew.
    """
    subprocess.run(["git", "apply", "--unidiff-zero", "-C1", str(mutant.patch)], cwd=copy, check=True)


def passes(suite: str, copy: Path) -> bool:
    """Whether a suite does not notice; one that does not come to an end, or is killed by what it tests, has noticed."""
    env = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{copy / 'kernel'}", "GIT_DIR": os.devnull}
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "", *suite.split(maxsplit=2)]
    try:
        done = subprocess.run(words, cwd=copy, env=env, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode > 1:
        raise SystemExit(f"{suite} can not be run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 0


def judge(mutant: Mutant) -> str | None:
    """The suite that catches a mutant; None when it survives."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = copy_of_the_repository(Path(folder))
        apply(mutant, copy)
        return next((suite for suite in mutant.suites if not passes(suite, copy)), None)


def main(names: list[str]) -> int:
    """Judge them one after the other."""
    survivors = 0
    for mutant in mutants(names):
        begun = time.monotonic()
        caught_by = judge(mutant)
        survivors += caught_by is None
        verdict = f"caught by {caught_by}" if caught_by else "SURVIVED"
        print(f"{mutant.patch.stem:<28} {verdict} ({time.monotonic() - begun:.0f} s): {mutant.rule}", flush=True)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
