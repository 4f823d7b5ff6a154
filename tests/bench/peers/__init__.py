"""Other orchestrators, measured side by side with us: each by a program of its own in an environment of its own.

``python -m tests.bench.peers prepare`` makes the environments; ``python -m tests.bench.peers Dagster P1 P2`` prints figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from tests.bench.figures import Figure
from tests.bench.peers.environments import ENVIRONMENTS, Tell
from tests.bench.peers.sessions import PROGRAMS, Problem, Session

PEERS = {
    "Dagster": ("dagster", "dagster_peer.py"),
    "Airflow": ("airflow", "airflow_peer.py"),
    "Prefect": ("prefect", "prefect_peer.py"),
    "jupyter-scheduler": ("jupyter-scheduler", "scheduler_peer.py"),
    "papermill": ("papermill", "papermill_peer.py"),
    "Luigi": ("small", "luigi_peer.py"),
    "Dask": ("small", "dask_peer.py"),
    "huey": ("small", "huey_peer.py"),
}
"""Name of each peer → its environment and its program."""


def prepare(names: Iterable[str] = PEERS, tell: Tell = print) -> dict[str, str]:
    """Make the environments of these peers that are not there yet.

    Returns:
        The reason, in pip's words, for each peer that cannot be had.
    """
    reasons = {name: ENVIRONMENTS[name].prepare(tell) for name in dict.fromkeys(PEERS[peer][0] for peer in names)}
    return {peer: reason for peer in names if (reason := reasons[PEERS[peer][0]]) is not None}


def versions() -> dict[str, str]:
    """What is installed of each peer that is there."""
    found = {peer: ENVIRONMENTS[environment].version(peer) for peer, (environment, _) in PEERS.items()}
    return {peer: version for peer, version in found.items() if version is not None}


class Peers:
    """The peers that are there, ready to be asked for one row after the other; to be used in a ``with``.

    A peer's program, and the servers that it keeps, stay up from the first row asked until the end; between rows they are
    held still. What could not be measured is told in ``problems``, and the others go on.

    Args:
        names: which peers; all unless told.
        tell: gets a line for whatever takes long.
    """

    def __init__(self, names: Iterable[str] = PEERS, tell: Tell = print) -> None:
        self.names = list(names)
        self.problems: list[Problem] = []
        self._tell = tell
        self._sessions: dict[str, Session] = {}

    def __enter__(self) -> Peers:
        absent = prepare(self.names, self._tell)
        self.problems += [Problem(peer, "", reason) for peer, reason in absent.items()]
        for peer in self.names:
            if peer not in absent:
                environment, program = PEERS[peer]
                self._sessions[peer] = Session(peer, [ENVIRONMENTS[environment].python, PROGRAMS / program], self._tell)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            session.close()

    def measuring(self, row: str) -> list[str]:
        """Names of the peers that know this row."""
        return [peer for peer, session in self._sessions.items() if row in session.rows]

    def measure(self, peer: str, row: str) -> list[Figure]:
        """A peer's figures of a row; none where it does not know the row or it could not be measured."""
        session = self._sessions.get(peer)
        if session is None or row not in session.rows:
            return []
        figures, problems = session.measure(row)
        self.problems += problems
        return figures
