"""Behaviour suites for storages: subclass one in your own tests, and pytest runs it on yours.

A suite asks for one fixture, which opens your storage the way another process would::

    class TestMyRuns(RunStorageSuite):
        @pytest.fixture
        def open_storage(self, tmp_path):
            return lambda: MyRunStorage(path=str(tmp_path / "runs"))

Every call of what the fixture returns has to open the same, at first empty place. The suite closes what it opens with
``dispose()``, if there is one.
"""

from __future__ import annotations

from jupyter_orch.testing.assets import AssetStorageSuite
from jupyter_orch.testing.backfills import BackfillStorageSuite
from jupyter_orch.testing.event_log import EventLogStorageSuite
from jupyter_orch.testing.notices import NoticeStorageSuite
from jupyter_orch.testing.replicas import ReplicaStorageSuite
from jupyter_orch.testing.runs import RunStorageSuite
from jupyter_orch.testing.schedules import ScheduleStorageSuite
from jupyter_orch.testing.status_changes import StatusChangesSuite

__all__ = [
    "AssetStorageSuite",
    "BackfillStorageSuite",
    "EventLogStorageSuite",
    "NoticeStorageSuite",
    "ReplicaStorageSuite",
    "RunStorageSuite",
    "ScheduleStorageSuite",
    "StatusChangesSuite",
]
