"""The peers' own virtual environments under ``build/peers``: made once, kept, and told of when they cannot be made."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement

FOLDER = Path(__file__).parents[3] / "build" / "peers"
LIMIT = 900  # seconds one environment may take
NAMES = {"Airflow": "apache-airflow", "Dask": "distributed"}  # of distributions that are called otherwise
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Environment:
    """What is installed together.

    Attributes:
        name: of its folder.
        requirements: as pip reads them; the versions are those that the report names.
        loosened: what the first of them may be given in any version, for an index may lack the one it asks for.
    """

    name: str
    requirements: tuple[str, ...]
    loosened: tuple[str, ...] = ()

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return FOLDER / self.name / "bin" / "python"

    @property
    def _stamp(self) -> Path:
        return FOLDER / self.name / "installed.txt"

    @property
    def is_there(self) -> bool:
        """Whether it holds just these requirements."""
        return self._stamp.exists() and self._stamp.read_text().split("\n") == list(self.requirements)

    def version(self, name: str) -> str | None:
        """Of one of the distributions that it holds; None when it is not there."""
        found = distributions(name=NAMES.get(name, name), path=self._places())
        return next((each.version for each in found), None)

    def prepare(self, tell: Tell) -> str | None:
        """Make it unless it is there; return the reason when that is impossible."""
        with _alone(self.name):
            if self.is_there:
                return None
            tell(f"{self.name}: installing {', '.join(self.requirements)}")
            begun = time.monotonic()
            problem = self._install()
            if problem is None:
                self._stamp.write_text("\n".join(self.requirements))
            tell(f"{self.name}: {problem or 'installed'} ({time.monotonic() - begun:.0f} s)")
            return problem

    def _install(self) -> str | None:
        problem = _done([sys.executable, "-m", "venv", "--clear", "--without-pip", str(FOLDER / self.name)])
        if problem is None and self.loosened:
            problem = self._pip("--no-deps", self.requirements[0])
        return problem or self._pip(*self.requirements[bool(self.loosened) :], *self._loosened())

    def _pip(self, *options: str) -> str | None:
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet", "--no-input"]
        return _done([*pip, *options])

    def _loosened(self) -> list[str]:
        """What the first requirement, which is there by now, asks for in turn."""
        if not self.loosened:
            return []
        name = Requirement(self.requirements[0]).name
        asked = next(distributions(name=name, path=self._places())).requires or []
        wanted = [
            each for each in map(Requirement, asked) if each.marker is None or each.marker.evaluate({"extra": ""})
        ]
        return [each.name if each.name in self.loosened else _without_marker(each) for each in wanted]

    def _places(self) -> list[str]:
        return [str(place) for place in (FOLDER / self.name / "lib").glob("python*/site-packages")]


def _done(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"not installed: still at it after {LIMIT} s"
    except OSError as error:
        return f"not installed: {error}"
    return f"not installed: {_reason(done.stderr or done.stdout)}" if done.returncode else None


def _without_marker(requirement: Requirement) -> str:
    return str(requirement).partition(";")[0].strip()


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Two measurements that begin at once make an environment once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _reason(output: str) -> str:
    """The line in which pip says what was wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1].removeprefix("ERROR: ")


ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("dagster", ("dagster~=1.13.0", "dagster-webserver~=1.13.0", "dagstermill~=0.29.0", "psutil")),
        Environment("prefect", ("prefect~=3.9.0", "psutil"), loosened=("certifi",)),
        Environment(
            "jupyter-scheduler", ("jupyter-scheduler~=2.12.0", "jupyter-server", "ipykernel", "papermill", "psutil")
        ),
        Environment("airflow", ("apache-airflow~=3.3.0", "psutil")),
        Environment("papermill", ("papermill", "ipykernel", "psutil")),
        Environment("small", ("luigi", "distributed", "huey", "psutil")),
    )
}
