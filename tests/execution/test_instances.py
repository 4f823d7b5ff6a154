"""What a script can ask of an instance, ephemeral or the deployment's own, and what becomes of its runs."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import jupyter_orch as orch
from jupyter_orch.daemon.rescuer import Rescuer
from jupyter_orch.execution import door
from jupyter_orch.instance import Instance, open_instance
from jupyter_orch.launchers.cold import ColdLauncher
from jupyter_orch.records.run import Run, RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.cancel import Canceler
from jupyter_orch.settings import read_settings
from tests.execution.quiet import one
from tests.kernel.orders import Launched

KEY = orch.AssetKey(["shop", "orders"])


@orch.solid
def load(context: Any) -> Any:
    yield orch.AssetMaterialization(KEY, partition="mon", metadata={"rows": 3})
    yield orch.AssetObservation(KEY, description="looks right")
    context.log.info("three rows")
    yield orch.Output(3)


@orch.solid(config_schema={"factor": orch.Field(int, default_value=2), "fail": orch.Field(bool, default_value=False)})
def multiply(context: Any, rows: int) -> int:
    if context.solid_config["fail"]:
        raise ValueError("as told")
    return rows * int(context.solid_config["factor"])


@orch.pipeline
def shop() -> None:
    multiply(load())


FAILING = {"solids": {"multiply": {"config": {"fail": True}}}}


@pytest.fixture(params=["ephemeral", "persistent"])
def instance(request: pytest.FixtureRequest) -> Iterator[orch.DagsterInstance]:
    made = orch.DagsterInstance.ephemeral() if request.param == "ephemeral" else orch.DagsterInstance.get()
    with made:
        yield made


@pytest.fixture
def deployment(private_home: Path) -> Iterator[Instance]:
    """The same storage as a server sees it."""
    opened = open_instance(read_settings())
    yield opened
    opened.close()


def wait_for(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return found


def test_a_run_and_its_events_are_kept(instance: orch.DagsterInstance) -> None:
    result = orch.execute_pipeline(shop, instance=instance, tags={"team": "ice"})
    run = instance.get_run_by_id(result.run_id)
    assert run is not None and run.is_success and instance.has_run(result.run_id)
    assert (run.pipeline_name, run.tags) == ("shop", {"team": "ice"})
    kept = instance.all_logs(result.run_id)
    assert [entry.event for entry in kept] == [event.event for event in result.event_list]
    assert [entry.seq for entry in kept] == list(range(1, len(kept) + 1))
    (line,) = instance.all_logs(result.run_id, "LOG")
    assert (line.message, line.step_key, line.is_dagster_event, line.dagster_event) == (
        "three rows",
        "load",
        False,
        None,
    )
    (end,) = instance.all_logs(result.run_id, orch.DagsterEventType.PIPELINE_SUCCESS)
    assert end.dagster_event is not None and end.dagster_event.is_pipeline_success
    assert instance.logs_after(result.run_id, kept[-3].seq) == kept[-2:]
    assert instance.logs_after(result.run_id, -1, limit=2) == kept[:2]


def test_runs_are_listed_counted_filtered_and_paged(instance: orch.DagsterInstance) -> None:
    good = [orch.execute_pipeline(shop, instance=instance).run_id for _ in range(2)]
    bad = orch.execute_pipeline(shop, FAILING, instance=instance, raise_on_error=False).run_id
    assert [run.run_id for run in instance.get_runs()] == [bad, *good[::-1]]
    failed = orch.PipelineRunsFilter(statuses=[orch.PipelineRunStatus.FAILURE])
    assert [run.run_id for run in instance.get_runs(failed)] == [bad]
    assert instance.get_runs_count() == 3 and instance.get_runs_count(failed) == 1
    assert [run.run_id for run in instance.get_runs(cursor=bad, limit=1)] == [good[1]]
    with pytest.raises(orch.DagsterRunNotFoundError, match="nobody"):
        instance.get_runs(cursor="nobody")


def test_assets_can_be_asked_for(instance: orch.DagsterInstance) -> None:
    first, second = (orch.execute_pipeline(shop, instance=instance).run_id for _ in range(2))
    assert instance.all_asset_keys() == [KEY] == instance.get_asset_keys(prefix=["shop"])
    assert instance.has_asset_key(KEY) and not instance.has_asset_key(orch.AssetKey("shop"))
    events = instance.events_for_asset_key(KEY)
    assert [entry.run_id for _, entry in events] == [second, first] == instance.run_ids_for_asset_key(KEY)
    newest_id, newest = events[0]
    made = newest.dagster_event.step_materialization_data.materialization  # type: ignore[union-attr]
    assert (made.asset_key, made.partition, newest.pipeline_name) == (KEY, "mon", "shop")
    assert made.metadata_entries[0].entry_data.value == 3
    assert instance.events_for_asset_key(KEY, after_cursor=str(newest_id)) == []
    assert instance.events_for_asset_key(KEY, before_cursor=newest_id, limit=1) == events[1:]
    assert instance.events_for_asset_key(KEY, partitions=["tue"]) == []
    assert instance.events_for_asset_key(KEY, ascending=True, limit=1) == events[1:]
    assert instance.get_latest_materialization_event(KEY) == newest
    other = orch.AssetKey("none")
    assert instance.get_latest_materialization_events([KEY, other]) == {KEY: newest, other: None}
    assert instance.get_materialization_count_by_partition([KEY, other]) == {KEY: {"mon": 2}, other: {}}


def test_records_of_an_asset_say_their_place(instance: orch.DagsterInstance) -> None:
    orch.execute_pipeline(shop, instance=instance)
    wanted = orch.EventRecordsFilter(orch.DagsterEventType.ASSET_OBSERVATION, asset_key=KEY)
    (record,) = instance.get_event_records(wanted, limit=1)
    assert record.event_log_entry.dagster_event_type is orch.DagsterEventType.ASSET_OBSERVATION
    later = orch.EventRecordsFilter(
        orch.DagsterEventType.ASSET_OBSERVATION, asset_key=KEY, after_cursor=record.storage_id
    )
    assert instance.get_event_records(later) == []
    with pytest.raises(orch.DagsterInvariantViolationError, match="all_logs"):
        instance.get_event_records(orch.EventRecordsFilter(orch.DagsterEventType.STEP_START))


def test_assets_are_wiped_all_or_none(instance: orch.DagsterInstance) -> None:
    run_id = orch.execute_pipeline(shop, instance=instance).run_id
    with pytest.raises(orch.DagsterInvariantViolationError, match="'none'"):
        instance.wipe_assets([KEY, orch.AssetKey("none")])
    assert instance.has_asset_key(KEY)
    instance.wipe_assets([KEY])
    assert instance.all_asset_keys() == []
    assert len(instance.all_logs(run_id, "ASSET_MATERIALIZATION")) == 1


def test_a_run_is_executed_again_from_its_failure(instance: orch.DagsterInstance) -> None:
    io = orch.ModeDefinition(resource_defs={"io_manager": orch.fs_io_manager})

    @orch.pipeline(mode_defs=[io])
    def stored_shop() -> None:
        multiply(load())

    folder = {"resources": {"io_manager": {"config": {"base_dir": instance.storage_directory()}}}}
    failed = orch.execute_pipeline(stored_shop, {**folder, **FAILING}, instance=instance, raise_on_error=False)
    again = orch.reexecute_pipeline(stored_shop, failed.run_id, folder, instance=instance, from_failure=True)
    assert again.success and again.result_for_solid("multiply").output_value() == 6
    run = instance.get_run_by_id(again.run_id)
    assert run is not None and run.parent_run_id == run.root_run_id == failed.run_id
    assert [event.step_key for event in again.event_list if event.is_step_start] == ["multiply"]
    root, family = instance.get_run_group(again.run_id)
    assert root == failed.run_id and [member.run_id for member in family] == [again.run_id, failed.run_id]


def test_a_line_can_be_added_to_a_run_that_goes_on(instance: orch.DagsterInstance) -> None:
    @orch.solid
    def speak(context: Any) -> None:
        context.instance.report_engine_event("half way", context.pipeline_run, {"done": 0.5}, cls=threading.Event)

    @orch.pipeline
    def speaking() -> None:
        speak()

    run_id = orch.execute_pipeline(speaking, instance=instance).run_id
    (line,) = [entry for entry in instance.all_logs(run_id, "ENGINE_EVENT") if "half way" in entry.message]
    assert (line.message, line.event.data) == ("[Event] half way", {"done": 0.5})
    with pytest.raises(orch.DagsterInvariantViolationError, match="SUCCESS"):
        instance.report_engine_event("too late", run_id=run_id)


def test_a_run_is_deleted_when_it_has_ended(instance: orch.DagsterInstance) -> None:
    run_id = orch.execute_pipeline(shop, instance=instance).run_id
    instance.delete_run(run_id)
    assert not instance.has_run(run_id) and instance.all_logs(run_id) == []
    with pytest.raises(orch.DagsterRunNotFoundError):
        instance.delete_run(run_id)


def test_an_iterator_that_is_closed_ends_its_run(instance: orch.DagsterInstance) -> None:
    events = orch.execute_pipeline_iterator(shop, instance=instance)
    next(event for event in events if event.is_step_start)
    events.close()  # type: ignore[attr-defined]
    (run,) = instance.get_runs()
    assert run.is_failure


def test_the_deployment_sees_a_scripts_run(deployment: Instance) -> None:
    with orch.DagsterInstance.get() as instance:
        failed = orch.execute_pipeline(shop, FAILING, instance=instance, raise_on_error=False)
    run = deployment.storage.get_run(failed.run_id)
    assert run is not None and run.is_held and run.status is RunStatus.FAILURE
    assert run.failure is not None and run.failure.message == "step multiply failed: ValueError: as told"
    assert run.submission.location == "(script)" and run.submission.created_by
    assert [e.event.message for e in deployment.storage.read_events(failed.run_id)] == [
        event.message for event in failed.event_list
    ]
    assert deployment.storage.list_assets(limit=9) == [KEY.parts]


FORKING_SCRIPT = """
import jupyter_orch as orch

@orch.solid
def look(context):
    yield orch.AssetMaterialization("seen")
    yield orch.Output([run.run_id for run in context.instance.get_runs()])

@orch.pipeline(mode_defs=[orch.ModeDefinition(executor_defs=[orch.multiprocess_executor])])
def looking():
    look()
    look.alias("look_too")()

with orch.DagsterInstance.get() as instance:
    result = orch.execute_pipeline(looking, {"execution": {"multiprocess": {}}}, instance=instance)
    starts = [event.event.data["isolation"] for event in result.event_list if event.is_step_start]
    assert starts == ["forked", "forked"], starts
    assert result.result_for_solid("look").output_value() == [result.run_id]
    assert instance.has_run(result.run_id)
    assert len(instance.events_for_asset_key("seen")) == 2
"""


def test_steps_are_forked_beside_the_heart_and_ask_by_connections_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "forks.py").write_text(FORKING_SCRIPT)
    done = subprocess.run([sys.executable, tmp_path / "forks.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


SCRIPT = """
import sys, time
import jupyter_orch as orch

@orch.solid
def wait(_):
    print("here", flush=True)
    time.sleep(60)

@orch.pipeline
def waiting():
    wait()

orch.execute_pipeline(waiting, instance=orch.DagsterInstance.get())
"""


def started_script(tmp_path: Path, text: str) -> subprocess.Popen[str]:
    (tmp_path / "waits.py").write_text(text)
    process = subprocess.Popen(
        [sys.executable, tmp_path / "waits.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "here\n"
    return process


def the_run(deployment: Instance) -> Run:
    (run,) = deployment.storage.list_runs(RunFilter(), limit=9)
    return run


def test_a_script_that_is_killed_leaves_a_run_that_the_rescuer_ends(tmp_path: Path, deployment: Instance) -> None:
    process = started_script(tmp_path, SCRIPT)
    assert the_run(deployment).status is RunStatus.STARTED
    process.kill()
    process.wait()
    Rescuer(deployment.storage, deployment.journal, ColdLauncher(cold_runner=True)).poll()
    run = the_run(deployment)
    assert run.status is RunStatus.FAILURE and run.failure is not None
    assert f"worker process {process.pid} is gone" in run.failure.message


def test_a_script_is_canceled_from_elsewhere(tmp_path: Path, deployment: Instance) -> None:
    process = started_script(tmp_path, SCRIPT)
    Canceler(deployment.storage, deployment.journal).cancel(the_run(deployment).run_id, "ada")
    _, errors = process.communicate(timeout=30)
    run = the_run(deployment)
    assert run.status is RunStatus.CANCELED, errors
    assert "the run was canceled" in errors


def test_a_run_in_another_thread_is_canceled_at_its_next_event(deployment: Instance) -> None:
    reached, canceled = threading.Event(), threading.Event()

    @orch.solid
    def speak(context: Any) -> None:
        reached.set()
        assert canceled.wait(30)
        context.log.info("still here")

    @orch.pipeline
    def speaking() -> None:
        speak()

    with orch.DagsterInstance.get() as instance:
        thread = threading.Thread(
            target=orch.execute_pipeline, args=(speaking,), kwargs={"instance": instance, "raise_on_error": False}
        )
        thread.start()
        assert reached.wait(30)
        run_id = the_run(deployment).run_id
        Canceler(deployment.storage, deployment.journal).cancel(run_id, "ada")
        own = instance.archive._held[run_id]  # type: ignore[attr-defined]
        wait_for(lambda: own.is_canceling)
        canceled.set()
        thread.join(30)
    assert the_run(deployment).status is RunStatus.CANCELED


def test_a_run_that_is_marked_as_canceled_stops_and_its_process_goes_on(tmp_path: Path, deployment: Instance) -> None:
    text = SCRIPT.replace("orch.execute_pipeline(waiting,", "try:\n    orch.execute_pipeline(waiting,")
    process = started_script(tmp_path, text + "except KeyboardInterrupt:\n    print('goes on')\n")
    Canceler(deployment.storage, deployment.journal).cancel(the_run(deployment).run_id, "ada", immediately=True)
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "goes on\n"), errors
    assert the_run(deployment).status is RunStatus.CANCELED


def test_without_the_servers_part_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "DOOR", "jupyter_orch.not_installed_here")
    with pytest.raises(orch.DagsterInvariantViolationError, match="pip install jupyter-orch"):
        orch.DagsterInstance.get()
    run = orch.execute_pipeline(shop, instance=orch.DagsterInstance.local_temp())
    assert run.success


def test_wrong_settings_are_told_with_their_place(private_home: Path) -> None:
    private_home.mkdir(parents=True, exist_ok=True)
    (private_home / "orch.yaml").write_text("storrage: sqlite\n")
    with pytest.raises(Exception, match=r"orch\.yaml:1:1"):
        orch.DagsterInstance.get()


def test_values_that_are_no_json_do_not_stop_a_run() -> None:
    @orch.solid(config_schema={"when": orch.Any})
    def take(context: Any) -> str:
        return str(context.solid_config["when"])

    @orch.pipeline
    def taking() -> None:
        take()

    with orch.DagsterInstance.get() as instance:
        config = {"solids": {"take": {"config": {"when": {1, 2}}}}}
        result = orch.execute_pipeline(taking, config, instance=instance)
        run = instance.get_run_by_id(result.run_id)
        assert run is not None and run.is_success


VERSIONED = """
@solid(version="1")
def make(context) -> int: return 1

@solid(version="1")
def double(context, x: int) -> int: return 2 * x

@pipeline(mode_defs=[ModeDefinition(resource_defs={"io_manager": versioned_filesystem_io_manager})])
def p(): double(make())
"""


def test_a_memoized_launched_run_finds_what_a_script_has_made(private_home: Path) -> None:
    code: dict[str, Any] = {}
    exec("from jupyter_orch import *\n" + VERSIONED, code)
    memoized = {"dagster/is_memoized_run": "true"}
    with orch.DagsterInstance.get() as instance:
        assert orch.execute_pipeline(code["p"], instance=instance, tags=memoized).success
        again = orch.execute_pipeline(code["p"], instance=instance, tags=memoized)
        assert not [event for event in again.event_list if event.is_step_start]
        assert instance.storage_directory() == str(private_home / "storage")
    launched = Launched(private_home, VERSIONED, "in_process", home=str(private_home), tags=memoized)
    assert launched.outcome.ok and not launched.of("make") + launched.of("double")


def test_the_signal_of_the_run_is_given_back() -> None:
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    try:
        with orch.DagsterInstance.get() as instance:
            orch.execute_pipeline(shop, instance=instance)
        assert signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_an_instance_gives_figures_of_a_run_and_of_its_steps() -> None:
    @orch.solid
    def wrote(_: Any) -> Any:
        yield orch.AssetMaterialization("table")
        yield orch.ExpectationResult(True)
        yield orch.Output(1)

    @orch.solid
    def bad(_: Any, x: Any) -> None:
        raise ValueError("no")

    @orch.pipeline(tags={"team": "ice"})
    def half() -> None:
        bad(wrote())

    instance = orch.DagsterInstance.ephemeral()
    run_id = orch.execute_pipeline(half, instance=instance, raise_on_error=False).run_id
    stats = instance.get_run_stats(run_id)
    assert (stats.steps_succeeded, stats.steps_failed, stats.materializations, stats.expectations) == (1, 1, 1, 1)
    assert stats.start_time is not None and stats.end_time is not None and stats.start_time <= stats.end_time
    first, second = instance.get_run_step_stats(run_id)
    assert (first.step_key, first.status, first.attempts, len(first.materializations)) == ("wrote", "SUCCESS", 1, 1)
    assert (second.step_key, second.status) == ("bad", "FAILURE")
    assert [step.step_key for step in instance.get_run_step_stats(run_id, ["bad"])] == ["bad"]
    assert instance.get_run_tags() == [("team", {"ice"})]
    assert [record.pipeline_run.run_id for record in instance.get_run_records()] == [run_id]
    again = orch.reexecute_pipeline(half, run_id, instance=instance, raise_on_error=False).run_id
    groups = instance.get_run_groups()
    assert list(groups) == [run_id]
    assert {run.run_id for run in groups[run_id]["runs"]} == {run_id, again}
    assert groups[run_id]["count"] == 2
    with pytest.raises(orch.DagsterRunNotFoundError):
        instance.get_run_stats("none")


def test_a_wiped_instance_knows_no_run_and_no_asset() -> None:
    @orch.solid
    def wrote(_: Any) -> Any:
        yield orch.AssetMaterialization("table")
        yield orch.Output(1)

    @orch.pipeline
    def writing() -> None:
        wrote()

    instance = orch.DagsterInstance.ephemeral()
    orch.execute_pipeline(writing, instance=instance)
    instance.wipe()
    assert instance.get_runs() == []
    assert instance.all_asset_keys() == []


def test_an_instance_is_not_wiped_under_a_run() -> None:
    @orch.solid
    def wipes(context: Any) -> None:
        context.instance.wipe()

    @orch.pipeline
    def wiping() -> None:
        wipes()

    with pytest.raises(orch.DagsterInvariantViolationError, match="have not ended"):
        orch.execute_pipeline(wiping, instance=orch.DagsterInstance.ephemeral())


def test_what_only_the_server_does_is_refused_with_what_to_use_instead() -> None:
    instance = orch.DagsterInstance.ephemeral()
    for refused in (instance.create_run_for_pipeline, instance.launch_run, instance.submit_run):
        with pytest.raises(orch.DagsterInvariantViolationError, match=r"execute_pipeline.*OrchClient"):
            refused()
    with pytest.raises(orch.DagsterInvariantViolationError, match="tags="):
        instance.add_run_tags("r", {"a": "b"})


def test_a_run_that_is_over_is_neither_failed_nor_canceled_again() -> None:
    @orch.pipeline
    def simple() -> None:
        one()

    instance = orch.DagsterInstance.ephemeral()
    run = instance.get_run_by_id(orch.execute_pipeline(simple, instance=instance).run_id)
    assert run is not None
    for report in (instance.report_run_failed, instance.report_run_canceled):
        with pytest.raises(orch.DagsterInvariantViolationError, match="SUCCESS"):
            report(run)
