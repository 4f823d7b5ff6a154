"""Takes one rule out of a scratch copy of the package, and looks which suite notices."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
COPIED = ("jupyter_orch", "kernel", "tests", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "labextension", "graphiql", ".screens", "browser")
LONGEST = 600.0
"""Seconds that a suite may take."""
TIDYING = 30.0
"""Seconds that it then has for ending what it has started."""
PASSES, FAILS = "passes", "fails"


class NotCaught(Exception):
    """No suite was seen to catch a mutant; says why."""


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

    @property
    def number(self) -> int:
        return int(self.patch.stem.partition("_")[0])


def mutants(names: list[str] | None = None, folder: Path = HERE) -> list[Mutant]:
    """All of them, or those whose file names begin with one of the names."""
    found = sorted(map(_read, folder.glob("*.patch")), key=lambda mutant: mutant.number)
    return [mutant for mutant in found if not names or any(mutant.patch.stem.startswith(name) for name in names)]


def _read(path: Path) -> Mutant:
    head = [line for line in path.read_text().splitlines() if line.startswith(("Rule: ", "Suite: "))]
    (rule,) = [line.removeprefix("Rule: ") for line in head if line.startswith("Rule: ")]
    return Mutant(patch=path, rule=rule, suites=tuple(line[7:] for line in head if line.startswith("Suite: ")))


def apply(mutant: Mutant, folder: Path, *options: str) -> None:
    """Change the sources in a folder.

    Raises:
        NotCaught: the patch does not fit any more; write it anew.
    """
    words = ["git", "apply", "--unidiff-zero", "-C1", *options, str(mutant.patch)]
    env = {"PATH": os.environ["PATH"], "GIT_CEILING_DIRECTORIES": str(folder.parent)}  # no repository around it counts
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode:
        raise NotCaught(f"the patch does not fit: {done.stderr.strip()}")


class Judge:
    """Judges mutants of the sources as they are when it is made.

    What a suite says counts only if it passes in the copy that nothing was changed in.
    """

    def __init__(self, folder: Path, repository: Path = REPOSITORY) -> None:
        """Args:
        folder: for the copies.
        """
        self.longest = LONGEST
        self._folder = folder
        self._untouched = folder / "untouched"
        self._controls: dict[str, str] = {}
        self._untouched.mkdir()
        for name in COPIED:
            source = repository / name
            if source.is_dir():
                shutil.copytree(source, self._untouched / name, ignore=LEFT_OUT)
            else:
                shutil.copy(source, self._untouched / name)

    def catcher(self, mutant: Mutant) -> str:
        """The suite that catches a mutant.

        Raises:
            NotCaught: it survives, or can not be judged.
        """
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            copy = shutil.copytree(self._untouched, Path(folder, "copy"))
            apply(mutant, copy)
            for suite in mutant.suites:
                if self._notices(suite, copy):
                    return suite
        raise NotCaught("it survives")

    def _notices(self, suite: str, copy: Path) -> bool:
        if suite not in self._controls:
            self._controls[suite] = self._run(suite, self._untouched)
        if self._controls[suite] != PASSES:
            raise NotCaught(f"without it {suite} {self._controls[suite]}")
        ended = self._run(suite, copy)
        if ended not in (PASSES, FAILS):
            raise NotCaught(f"{suite} {ended}")
        return ended == FAILS

    def _run(self, suite: str, copy: Path) -> str:
        """How a suite ends: it passes, fails, or does neither."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        own.pop("PYTHONDONTWRITEBYTECODE", None)  # the control compiles for all
        env = {**own, "PYTHONPATH": f"{copy}{os.pathsep}{copy / 'kernel'}", "GIT_DIR": os.devnull}
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-m",
            "",
            *suite.split(maxsplit=2),
        ]
        with subprocess.Popen(
            words, cwd=copy, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process:
            try:
                said, _ = process.communicate(timeout=self.longest)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=TIDYING)
                process.kill()
                return f"does not come to an end in {self.longest:g} s"
        ends = {0: PASSES, 1: FAILS}
        return ends.get(process.returncode, f"can not be run ({process.returncode}):\n{said[-2000:]}")
