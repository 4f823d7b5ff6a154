"""Where a part of the bench works: a folder of its own, a share of the turns, and servers that it starts there."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure
from tests.server_process import ServerProcess

CODE = Path(__file__).with_name("code.py")


@dataclass(frozen=True, slots=True)
class Place:
    """What a part is given.

    Attributes:
        folder: of the part alone; the second visit finds there what the first has left.
        visit: 1 before the peers are measured, 2 after them, 0 when there is only one.
        scale: how many of the usual turns are taken.
    """

    folder: Path
    visit: int = 0
    scale: float = 1.0

    @property
    def is_last(self) -> bool:
        """Whether nothing comes after this visit."""
        return self.visit != 1

    def turns(self, usual: int, least: int = 2) -> int:
        """How many turns of ``usual`` in all are this visit's."""
        return max(least, math.ceil(usual * self.scale / (2 if self.visit else 1)))

    def fresh(self, name: str) -> Path:
        """A new folder of this visit."""
        path = self.folder / f"{name}-{self.visit}"
        path.mkdir(parents=True)
        return path

    @contextmanager
    def serving(
        self, name: str, settings: str = "", *, code: str | None = None, env: dict[str, str] | None = None
    ) -> Iterator[ServerProcess]:
        """A server whose locations are loaded.

        Args:
            name: of its folder.
            settings: its ``orch.yaml``.
            code: of its one location; the measured repository by default.
            env: further variables.
        """
        home = self.fresh(name)
        root = workspace(home / "root", code=code)
        (home / "orch").mkdir(mode=0o700)
        (home / "orch" / "orch.yaml").write_text(settings)
        server = ServerProcess(root, home)
        try:
            server.start(wait=False, env=env)
            server.wait_until_ready(180)
            entries = server.wait_for_locations(180)
            assert all(entry["loadStatus"] == "LOADED" for entry in entries.values()), entries
            yield server
        finally:
            server.stop()

    def stored(self, usual: int) -> int:
        """How many of ``usual`` things are stored or launched at once: fewer only where the turns are less than half."""
        return round(usual * min(1.0, 2 * self.scale))


Measure = Callable[[Place], list[Figure]]


def workspace(root: Path, locations: int = 1, *, code: str | None = None) -> Path:
    """A root folder with the measured repository, as one location or several."""
    root.mkdir(parents=True, exist_ok=True)
    names = [f"code{number}.py" if number else "code.py" for number in range(locations)]
    for name in names:
        (root / name).write_text(CODE.read_text() if code is None else code)
    (root / "workspace.yaml").write_text("load_from:\n" + "".join(f"- python_file: {name}\n" for name in names))
    return root


def until(condition: Callable[[], bool], timeout: float = 60.0, every: float = 0.002) -> float:
    """Wait for a condition in small steps; returns the instant at which it was seen, by ``time.time``."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout:g} s")
        time.sleep(every)
    return time.time()


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
