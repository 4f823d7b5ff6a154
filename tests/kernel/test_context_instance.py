"""``context.instance`` in launched runs, schedules and sensors is the deployment's, opened when it is asked."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupyter_orch as orch
from jupyter_orch_kernel.code_server import CodeServer
from jupyter_orch_kernel.loader import LOOSE, load
from tests.kernel.orders import Launched, target_for

LOOKS = """
@solid
def look(context) -> list:
    instance = context.instance
    own = instance.get_run_by_id(context.run_id)
    newest = instance.get_latest_materialization_event(AssetKey("made"))
    return [own.pipeline_name, newest.run_id, [run.run_id for run in instance.get_runs()]]

@pipeline
def p(): look()
"""

TICKS = """
@solid
def one(): return 1

@pipeline
def p(): one()

@sensor(pipeline_name="p")
def follows(context):
    events = context.instance.events_for_asset_key(AssetKey("made"), after_cursor=context.cursor, limit=1)
    if not events:
        return SkipReason("nothing new")
    number, event = events[0]
    context.update_cursor(str(number))
    return RunRequest(run_key=str(number), tags={"source": event.pipeline_name})

@asset_sensor(AssetKey("made"), pipeline_name="p")
def told(context, event):
    return RunRequest(run_key=event.run_id, tags={"all": str(len(context.instance.events_for_asset_key(event.asset_key)))})

@schedule("* * * * *", "p")
def counted(context): return {"runs": context.instance.get_runs_count()}
"""


@orch.solid
def make(_: Any) -> Any:
    yield orch.AssetMaterialization("made")
    yield orch.Output(1)


@orch.pipeline
def making() -> None:
    make()


def made() -> str:
    with orch.DagsterInstance.get() as instance:
        return orch.execute_pipeline(making, instance=instance).run_id


def test_a_launched_run_reads_the_deployments_runs_and_assets(tmp_path: Path, private_home: Path) -> None:
    earlier = made()
    looked = Launched(tmp_path, LOOKS, "in_process", run_id="now", home=str(private_home))
    assert looked.outcome.ok, looked.outcome.failure
    with orch.DagsterInstance.get() as instance:
        assert value_of(looked) == ["p", earlier, [earlier]]
        assert instance.storage_directory() == str(private_home / "storage")


def test_its_step_processes_read_as_well(tmp_path: Path, private_home: Path) -> None:
    earlier = made()
    looked = Launched(tmp_path, LOOKS, home=str(private_home), executor_config={"start_method": {"spawn": {}}})
    assert looked.outcome.ok, looked.outcome.failure
    assert value_of(looked) == ["p", earlier, [earlier]]


def test_a_run_without_a_deployment_knows_itself_and_no_asset(tmp_path: Path) -> None:
    code = LOOKS.replace("newest.run_id", "newest")
    looked = Launched(tmp_path, code, "in_process")
    assert looked.outcome.ok, looked.outcome.failure
    assert value_of(looked) == ["p", None, []]


def test_nothing_is_opened_for_code_that_does_not_ask(tmp_path: Path, private_home: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from tests.kernel.orders import Launched
done = Launched(Path({str(tmp_path)!r}), "@solid\\ndef one(): return 1\\n@pipeline\\ndef p(): one()\\n", "in_process",
                home={str(private_home)!r})
assert done.outcome.ok
assert "sqlalchemy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
    assert not private_home.exists()


def test_sensors_and_schedules_read_it_too(tmp_path: Path) -> None:
    server = CodeServer(load(target_for(tmp_path, TICKS)))

    def ask(**params: Any) -> dict[str, Any]:
        method = "evaluate_schedule" if "schedule" in params else "evaluate_sensor"
        answer: dict[str, Any] = server.answer(method, {"repository": LOOSE, **params})
        assert answer["failure"] is None, answer["failure"]
        return answer

    assert ask(sensor="follows")["skip_reason"] == "nothing new"
    made()
    first = ask(sensor="follows")
    assert first["requests"][0]["tags"]["source"] == "making"
    assert ask(sensor="follows", cursor=first["cursor"])["skip_reason"] == "nothing new"
    event = {"cursor": 7, "asset_key": ["made"], "run_id": "r", "timestamp": 1.0}
    assert ask(sensor="told", asset_events=[event])["requests"][0]["tags"]["all"] == "1"
    assert ask(schedule="counted")["requests"][0]["run_config"] == {"runs": 1}


def value_of(launched: Launched) -> Any:
    (path,) = launched.logs.parent.glob("storage/**/result")
    return pickle.loads(path.read_bytes())
