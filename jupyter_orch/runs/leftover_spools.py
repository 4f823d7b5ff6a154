"""Spools that nobody removed: their worker was killed between the end of its run and the removal."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_orch.ports import RunStorage
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.spool import remove_spool

RESTS = 60.0
"""Seconds since the last write after which a spool is looked at: who has ended a run removes it at once."""

UNKNOWN_RESTS = 86_400.0
"""The same for a spool whose run is not stored: it was deleted, or it is of another database with the same folder."""

AT_ONCE = 500


def sweep_spools(home: Path, storage: RunStorage, now: float) -> int:
    """Remove the spools that nobody will read; returns how many.

    Args:
        home: the instance's folder on this host.
        now: seconds since the epoch.
    """
    resting = _resting(home, now)
    removed = 0
    for start in range(0, len(resting), AT_ONCE):
        some = resting[start : start + AT_ONCE]
        ids = tuple({run_id for _, run_id, _, _ in some})
        known = {run.run_id: run for run in storage.list_runs(RunFilter(run_ids=ids), limit=len(ids))}
        for path, run_id, epoch, age in some:
            if _is_done(known.get(run_id), epoch, age):
                remove_spool(path)
                removed += 1
    return removed


def _resting(home: Path, now: float) -> list[tuple[Path, str, int, float]]:
    """Path, id of the run, epoch and age of every spool that was not written to for a while."""
    found: list[tuple[Path, str, int, float]] = []
    try:
        with os.scandir(home / "spool") as entries:
            for entry in entries:
                run_id, _, epoch = entry.name.rpartition(".")
                if run_id and epoch.isdigit():
                    found.append((Path(entry.path), run_id, int(epoch), now - entry.stat().st_mtime))
    except OSError:  # no run has had a spool yet, or one was just removed
        pass
    return [one for one in found if one[3] > RESTS]


def _is_done(run: Run | None, epoch: int, age: float) -> bool:
    if run is None:
        return age > UNKNOWN_RESTS
    return run.is_final or run.epoch > epoch
