"""Assets of runs that are kept by a storage which knows none: their facts are told to the one that does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_orch.ports import Storage
from jupyter_orch.records.event import EventType
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.event_log import SqlEventLog
from jupyter_orch.storage.joined import join
from jupyter_orch.storage.sql import SqlStorage
from jupyter_orch.testing import AssetStorageSuite
from jupyter_orch.testing.samples import event, start
from tests.plugins.lmdb_runs import LmdbRuns


def opened(folder: Path, *, apart: bool) -> Storage:
    event_log = SqlEventLog(Database(f"sqlite:///{folder}/events.db")) if apart else None
    rest = SqlStorage(Database(f"sqlite:///{folder}/rest.db"))
    return join(rest, LmdbRuns(path=str(folder / "runs")), None, event_log)


@pytest.mark.parametrize("apart", [True, False], ids=["events apart", "events with runs"])
class TestAssetsOfRunsElsewhere(AssetStorageSuite):
    @pytest.fixture
    def open_storage(self, tmp_path: Path, apart: bool) -> Callable[[], Storage]:
        return lambda: opened(tmp_path, apart=apart)


def test_a_fact_that_was_missed_is_stored_before_its_event_moves_on(tmp_path: Path) -> None:
    runs = LmdbRuns(path=str(tmp_path / "runs"))
    run_id = start(runs, "r")
    told = event(EventType.ASSET_MATERIALIZATION, data={"asset_key": ["a"]})
    assert runs.append_events(run_id, 1, [event(), told]) == 2  # and its process dies here
    runs.dispose()
    storage = opened(tmp_path, apart=True)
    assert storage.list_assets(limit=9) == []
    assert storage.move_on() == 2
    assert storage.list_assets(limit=9) == [("a",)]
    assert [stored.seq for stored in storage.read_events(run_id)] == [1, 2]
    storage.dispose()
