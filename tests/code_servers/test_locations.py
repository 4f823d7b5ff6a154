"""Kernels as code servers, without a Jupyter server around them: loading, saving, ending, hanging, sleeping."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.code_servers.location_state import LocationState
from jupyter_orch.code_servers.pool import KernelCodeServers
from jupyter_orch.ports import CodeServerError, LocationUnavailable, StorageUnavailable
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch.settings import CodeServerSettings
from jupyter_orch.storage.database import Database
from jupyter_orch.storage.sql import SqlStorage
from tests.server_process import wait_for

CODE = """
import time
from jupyter_orch import pipeline, repository, schedule, solid
@solid
def one(_):
    return 1
@pipeline
def fine():
    one()
@schedule("* * * * *", pipeline_name="fine")
def slow(context):
    time.sleep(60)
@schedule("* * * * *", pipeline_name="fine")
def spinning(context):
    while True:
        pass
@schedule("* * * * *", pipeline_name="fine")
def deadly(context):
    import os
    os._exit(7)
@repository
def repo():
    return [fine, slow, spinning, deadly]
"""
SELECTOR = {"repository": "repo", "pipeline": "fine"}
Serving = Callable[..., KernelCodeServers]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Code servers on a folder with ``code.py``; stopped at the end."""
    started: list[KernelCodeServers] = []
    (tmp_path / "code.py").write_text(CODE)

    def serve(
        text: str = "load_from:\n- python_file: code.py\n", *, wait: bool = True, **settings: Any
    ) -> KernelCodeServers:
        (tmp_path / "workspace.yaml").write_text(text)
        servers = KernelCodeServers(
            tmp_path / "workspace.yaml",
            tmp_path / "logs",
            CodeServerSettings(**settings),
            secrets=lambda: ["tell-nobody"],
        )
        started.append(servers)
        servers.start()
        assert not wait or servers.wait_until_loaded(60)
        return servers

    yield serve
    for servers in started:
        servers.stop()


def state_of(servers: KernelCodeServers, name: str = "code.py") -> LocationState:
    found = servers.state(name)
    assert found is not None
    return found


def pipelines(servers: KernelCodeServers, name: str = "code.py") -> list[str]:
    snapshot = state_of(servers, name).snapshot
    assert snapshot is not None
    return [pipeline.name for repository in snapshot.repositories for pipeline in repository.pipelines]


def is_right(servers: KernelCodeServers, name: str = "code.py", pipeline: str = "fine") -> bool:
    asked = {"selector": {**SELECTOR, "pipeline": pipeline}, "run_config": {}}
    return bool(servers.ask(name, "validate_config", asked, 20)["valid"])


def kernels_of(servers: KernelCodeServers, name: str = "code.py") -> list[int]:
    """Process ids of a location's kernels."""
    return [replica.kernel.pid for replica in servers._find(name)._replicas if replica.kernel.pid]


def zygotes_of(servers: KernelCodeServers, name: str = "code.py") -> list[int]:
    return [replica.zygote.process.pid for replica in servers._find(name)._replicas if replica.zygote]


def evaluate(servers: KernelCodeServers, schedule: str, timeout: float) -> Any:
    return servers.ask("code.py", "evaluate_schedule", {"repository": "repo", "schedule": schedule}, timeout)


def test_a_location_is_loaded_and_asked(serving: Serving) -> None:
    servers = serving()
    state = state_of(servers)
    assert (state.status, state.launch, pipelines(servers)) == ("LOADED", "fork", ["fine"])
    assert is_right(servers) and servers.memory("code.py") > 0
    address = servers.runner("code.py")
    assert address.socket is not None and Path(address.socket).exists()


def test_of_many_calls_nothing_is_remembered(serving: Serving) -> None:
    servers = serving()
    assert all(is_right(servers) for _ in range(20))
    (replica,) = servers._find("code.py")._replicas
    assert replica.kernel.session.digest_history == set()


def test_saved_code_is_loaded_by_itself_and_a_broken_save_keeps_the_last_good(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "helper_words.py").write_text("NAME = 'fine'\n")
    (tmp_path / "code.py").write_text("import helper_words\n" + CODE.replace("def fine()", "def fine()"))
    servers = serving()
    before = state_of(servers).snapshot
    (tmp_path / "helper_words.py").write_text("NAME = 'neat'\n")  # a module it imports, of the same size, in a moment
    wait_for(lambda: state_of(servers).snapshot != before and state_of(servers).status == "LOADED", 20)
    (tmp_path / "code.py").write_text("def broken(:\n")
    wait_for(lambda: state_of(servers).status == "ERROR", 20)
    failure = state_of(servers).failure
    assert failure is not None and failure.cls == "SyntaxError" and state_of(servers).stale
    assert pipelines(servers) == ["fine"] and is_right(servers), "the last good code serves on"
    (tmp_path / "code.py").write_text(CODE.replace("fine", "other"))
    wait_for(lambda: state_of(servers).status == "LOADED" and pipelines(servers) == ["other"], 20)
    assert is_right(servers, pipeline="other") and not state_of(servers).stale


def test_a_module_that_was_missing_mends_the_location_when_it_comes(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("import helper_that_comes_later\n" + CODE)
    servers = serving()
    assert state_of(servers).status == "ERROR"
    (tmp_path / "helper_that_comes_later.py").write_text("")
    wait_for(lambda: state_of(servers).status == "LOADED", 20)


def test_touching_a_file_or_running_a_notebook_loads_nothing(serving: Serving, tmp_path: Path) -> None:
    servers = serving()
    before = state_of(servers)
    os.utime(tmp_path / "code.py", (1, 1))
    turns = servers._find("code.py")._files
    wait_for(lambda: not turns.changed(), 10)
    assert state_of(servers) == before


def test_without_reload_on_change_an_edit_is_only_shown(serving: Serving, tmp_path: Path) -> None:
    servers = serving(reload_on_change=False)
    (tmp_path / "code.py").write_text(CODE.replace("fine", "other"))
    wait_for(lambda: state_of(servers).stale, 20)
    assert "reload" in state_of(servers).progress and pipelines(servers) == ["fine"]
    servers.reload("code.py")
    wait_for(lambda: pipelines(servers) == ["other"] and not state_of(servers).stale, 20)


def test_c_r_a_call_that_is_going_on_ends_on_the_code_it_began_with(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(CODE.replace("time.sleep(60)", "time.sleep(4); return {}"))
    servers = serving()
    verdicts: list[Any] = []
    caller = threading.Thread(target=lambda: verdicts.append(evaluate(servers, "slow", 30)))
    caller.start()
    wait_for(lambda: bool(servers._find("code.py")._replicas[0].open_calls), 10)
    old = kernels_of(servers)
    (tmp_path / "code.py").write_text(CODE)
    wait_for(lambda: kernels_of(servers) != old and state_of(servers).status == "LOADED", 20)
    caller.join(30)
    assert verdicts and verdicts[0]["failure"] is None and len(verdicts[0]["requests"]) == 1
    wait_for(lambda: not Path(f"/proc/{old[0]}").exists(), 20)


def test_a_slow_request_keeps_no_other_waiting(serving: Serving) -> None:
    servers = serving()
    threading.Thread(target=lambda: _ignoring(evaluate, servers, "slow", 8)).start()
    wait_for(lambda: bool(servers._find("code.py")._replicas[0].open_calls), 10)
    begun = time.monotonic()
    assert is_right(servers)
    assert time.monotonic() - begun < 5


def _ignoring(work: Callable[..., Any], *arguments: Any) -> None:
    with contextlib.suppress(CodeServerError, LocationUnavailable):
        work(*arguments)


def test_a_call_that_takes_too_long_is_given_up_and_busy_is_not_dead(serving: Serving) -> None:
    servers = serving()
    before = kernels_of(servers)
    for _ in range(2):
        with pytest.raises(CodeServerError, match="did not answer 'evaluate_schedule' in 1 s") as raised:
            evaluate(servers, "spinning", 1.0)
        assert raised.value.code == "TIMEOUT"
    assert is_right(servers)
    wait_for(lambda: _busy(servers) == 0, 20)
    assert kernels_of(servers) == before, "the kernel that went on answering was not touched"


def _busy(servers: KernelCodeServers) -> int:
    return int(servers.ask("code.py", "ping", {}, 10)["busy"])


def test_c_k_a_kernel_that_is_killed_comes_back_from_the_warm_process(serving: Serving) -> None:
    servers = serving()
    zygotes, (kernel,) = zygotes_of(servers), kernels_of(servers)
    os.kill(kernel, signal.SIGKILL)
    assert is_right(servers), "a request waits for the successor"
    assert kernels_of(servers) != [kernel] and zygotes_of(servers) == zygotes
    assert state_of(servers).status == "LOADED" and not state_of(servers).stale


def test_c_k_code_that_ends_its_kernel_is_asked_once_more_and_no_more(serving: Serving) -> None:
    servers = serving()
    seen: list[str] = []
    servers.listen(lambda state: seen.append(state.progress))
    with pytest.raises(LocationUnavailable, match=r"ended \(exit code 7\) while it was at work on schedule 'deadly'$"):
        evaluate(servers, "deadly", 20)
    wait_for(lambda: state_of(servers).status == "LOADED", 20)
    assert is_right(servers)
    assert len([text for text in seen if "ended unexpectedly (exit code 7)" in text]) == 2


def test_an_interrupt_ends_what_the_code_does_and_at_rest_nothing_at_all(serving: Serving) -> None:
    servers = serving()
    (kernel,) = kernels_of(servers)
    for _ in range(5):
        os.kill(kernel, signal.SIGINT)
        assert is_right(servers)
    told: list[Any] = []
    asking = threading.Thread(target=lambda: told.append(evaluate(servers, "spinning", 30)))
    asking.start()
    wait_for(lambda: _busy(servers) > 0, 20)
    os.kill(kernel, signal.SIGINT)
    asking.join(20)
    assert told[0]["failure"]["cls"] == "KeyboardInterrupt"
    assert kernels_of(servers) == [kernel] and is_right(servers)
    assert servers._find("code.py").printed() == ""


def test_sockets_that_somebody_removes_are_made_again(serving: Serving) -> None:
    servers = serving()
    zygotes = zygotes_of(servers)
    shutil.rmtree(servers._sockets)
    wait_for(lambda: zygotes_of(servers) not in ([], zygotes), 30)
    wait_for(lambda: state_of(servers).status == "LOADED", 20)
    assert is_right(servers)


def test_z_k_a_killed_zygote_takes_its_kernel_along_and_both_come_back(serving: Serving) -> None:
    servers = serving()
    (zygote,) = zygotes_of(servers)
    os.kill(zygote, signal.SIGKILL)
    wait_for(lambda: zygotes_of(servers) not in ([], [zygote]), 20)
    assert is_right(servers)


def test_c_t_a_stopped_kernel_is_replaced_after_a_call_timed_out(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_orch.code_servers.replica.PING_DEADLINE", 0.5)
    servers = serving()
    (kernel,) = kernels_of(servers)
    os.kill(kernel, signal.SIGSTOP)
    with pytest.raises(CodeServerError, match="did not answer"):
        servers.ask("code.py", "describe", {}, 0.5)
    wait_for(lambda: kernels_of(servers) not in ([], [kernel]), 20)
    assert is_right(servers)


def test_c_o_a_storm_of_crashes_stops_and_reload_begins_anew(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_orch.code_servers.crashes.RESTART_DELAYS", (0.0, 0.0))
    servers = serving()
    while state_of(servers).status != "ERROR":
        for kernel in kernels_of(servers):
            with contextlib.suppress(ProcessLookupError):
                os.kill(kernel, signal.SIGKILL)
        time.sleep(0.05)
    failure = state_of(servers).failure
    assert failure is not None and "3 times" in failure.message and "signal 9" in failure.message
    assert "reload" in failure.hint and kernels_of(servers) == []
    with pytest.raises(LocationUnavailable, match="not started again"):
        is_right(servers)
    servers.reload("code.py")
    wait_for(lambda: state_of(servers).status == "LOADED", 20)
    assert is_right(servers)
    os.kill(kernels_of(servers)[0], signal.SIGKILL)
    wait_for(lambda: state_of(servers).status == "LOADED" and is_right(servers), 20)


def test_replicas_share_the_calls_and_one_takes_over_for_another(serving: Serving) -> None:
    servers = serving("load_from:\n- python_file: {relative_path: code.py, replicas: 2}\n")
    first, second = servers._find("code.py")._replicas
    assert first.snapshot.code_version == second.snapshot.code_version
    used = set()
    for _ in range(4):
        is_right(servers)
        used.add(servers._find("code.py")._next % 2)
    assert used == {0, 1}
    os.kill(zygotes_of(servers)[0], signal.SIGSTOP)  # can not help to bring its kernel back
    os.kill(kernels_of(servers)[0], signal.SIGKILL)
    assert all(is_right(servers) for _ in range(4))
    assert state_of(servers).status == "LOADED"


def test_code_that_leaves_threads_is_served_by_a_cold_ipykernel(serving: Serving, tmp_path: Path) -> None:
    threads = (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(300,), name='poller', daemon=True).start()\n"
    )
    (tmp_path / "code.py").write_text(threads + CODE)
    servers = serving()
    assert "thread 'poller' is alive" in state_of(servers).launch
    assert is_right(servers)
    address = servers.runner("code.py")
    assert address.socket is None and "thread" in address.cold_reason


def test_what_an_import_prints_is_kept_capped_and_shown(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("print('said while importing: tell-nobody')\n" + CODE)
    servers = serving()
    assert servers.output("code.py").startswith("said while importing: ***\n")
    (tmp_path / "code.py").write_text("raise ValueError('tell-nobody')\n")
    wait_for(lambda: state_of(servers).failure is not None, 20)
    failure = state_of(servers).failure
    assert failure is not None and failure.message == "***" and "tell-nobody" not in str(failure)
    (tmp_path / "code.py").write_text(
        "print('x' * 79 + '\\n', end='')\n" * 1 + "for _ in range(40000): print('y' * 79)\n" + CODE
    )
    wait_for(lambda: "y" * 79 in servers.output("code.py") and state_of(servers).status == "LOADED", 20)
    wait_for(lambda: servers._find("code.py").output.size() < 1024 * 1024, 20)
    assert "earlier output was dropped" in (tmp_path / "logs" / "code.py.log").read_text()


def test_imports_that_never_end_keep_no_other_location_waiting(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_orch.code_servers.pool.PATIENCE", 0.2)
    entries = ["hangs0.py", "hangs1.py", "hangs2.py", "code.py"]
    for name in entries[:3]:
        (tmp_path / name).write_text("import time\ntime.sleep(600)\n")
    text = "load_from:\n" + "".join(f"- python_file: {name}\n" for name in entries)
    servers = serving(text, wait=False, max_starting=1)
    wait_for(lambda: {"LOADED"} == {s.status for s in servers.states() if s.name == "code.py"}, 60)
    assert is_right(servers)
    assert [state_of(servers, name).status for name in entries[:3]] == ["LOADING"] * 3


def test_c_l_a_slow_import_says_where_it_is_and_keeps_no_other_waiting(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "helper_slow.py").write_text("import time\ntime.sleep(4)\n")
    (tmp_path / "slow.py").write_text("import helper_slow\n" + CODE)
    (tmp_path / "workspace.yaml").write_text("load_from:\n- python_file: slow.py\n- python_file: code.py\n")
    servers = KernelCodeServers(tmp_path / "workspace.yaml", tmp_path / "logs", CodeServerSettings())
    try:
        seen: list[str] = []
        servers.listen(lambda state: seen.append(f"{state.name} {state.status}: {state.progress}"))
        servers.start()
        wait_for(lambda: any(text.startswith("code.py LOADED") for text in seen), 30)
        assert not any(text.startswith("slow.py LOADED") for text in seen)
        assert servers.wait_until_loaded(60)
        assert any("importing slow.py" in text and "at helper_slow" in text for text in seen), seen
    finally:
        servers.stop()


def test_c_h_an_endless_import_is_ended_and_says_where_it_hung(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("while True:\n    pass\n")
    servers = serving(startup_timeout=2.0)
    failure = state_of(servers).failure
    assert failure is not None and "timed out after 2 s" in failure.message and failure.line in (1, 2)


def test_c_o_code_that_is_killed_while_it_loads_shows_its_last_lines(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("import os\nprint('eating', flush=True)\nos.kill(os.getpid(), 9)\n")
    failure = state_of(serving()).failure
    assert failure is not None and "signal 9" in failure.message and "memory" in failure.message
    assert failure.stack[-1] == "eating" and failure.message.endswith("the last it printed: eating")


def test_an_environment_in_which_we_can_not_be_imported_says_so(serving: Serving, tmp_path: Path) -> None:
    """Its own broken copy of us is passed over; a broken library that we need is named."""
    for package, text in (("mine/jupyter_orch", "raise ImportError('half is gone')"), ("libs/zmq", "import no_core")):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").write_text(text + "\n")
    entries = "".join(
        f"- python_file: {{relative_path: code.py, location_name: {n}, env: {{PYTHONPATH: {tmp_path / n}}}}}\n"
        for n in ("mine", "libs")
    )
    servers = serving(f"load_from:\n{entries}")
    assert state_of(servers, "mine").status == "LOADED"
    failure = state_of(servers, "libs").failure
    assert failure is not None and failure.cls == "EnvironmentError" and failure.stack[-1] in failure.message
    assert "No module named 'no_core'" in failure.message and "ipykernel" in failure.hint


def test_w8_code_that_is_saved_while_it_loads_is_loaded_once_more(serving: Serving, tmp_path: Path) -> None:
    save_while_loading = f"path = {str(tmp_path / 'code.py')!r}\nopen(path, 'w').write(open(path + '.new').read())\n"
    (tmp_path / "code.py.new").write_text(CODE.replace("fine", "newer"))
    (tmp_path / "code.py").write_text(save_while_loading + CODE)
    servers = serving()
    wait_for(lambda: pipelines(servers) == ["newer"] and not state_of(servers).stale, 20)


def test_variables_and_folder_of_an_entry_reach_the_code(serving: Serving, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "code.py").write_text("import os\nprint(os.environ['WORD'], os.getcwd())\n" + CODE)
    servers = serving(
        "load_from:\n- python_file: {relative_path: code.py, env: {WORD: spoken}, working_directory: inner}\n"
    )
    assert f"spoken {tmp_path / 'inner'}" in servers.output("code.py")


def test_w3_an_unknown_kernel_is_told_with_those_there_are(serving: Serving) -> None:
    failure = state_of(serving("load_from:\n- python_file: {relative_path: code.py, kernel: juliaa}\n")).failure
    assert failure is not None and "'juliaa' is not installed; there are:" in failure.message


def test_an_interpreter_that_is_not_there_is_told(serving: Serving) -> None:
    failure = state_of(
        serving("load_from:\n- python_file: {relative_path: code.py, executable_path: no/python}\n")
    ).failure
    assert failure is not None and "no/python" in failure.message and "executable_path" in failure.hint


def kernelspec(name: str, argv: list[str], **more: Any) -> None:
    """Install a kernelspec for this test."""
    folder = Path(os.environ["JUPYTER_DATA_DIR"]) / "kernels" / name
    folder.mkdir(parents=True)
    spec = {"argv": argv, "display_name": name, "language": "python", **more}
    (folder / "kernel.json").write_text(json.dumps(spec))


def test_a_kernelspec_gives_interpreter_and_variables(serving: Serving, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernelspec("mine", argv, env={"WORD": "from the spec"})
    (tmp_path / "code.py").write_text("import os\nprint(os.environ['WORD'])\n" + CODE)
    servers = serving("load_from:\n- python_file: {relative_path: code.py, kernel: mine}\n")
    assert state_of(servers).launch == "fork" and "from the spec" in servers.output("code.py")


def test_a_kernelspec_with_a_command_of_its_own_is_started_as_it_is(serving: Serving) -> None:
    wrapped = ["env", "WRAPPED=1", sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernelspec("wrapped", wrapped)
    servers = serving("load_from:\n- python_file: {relative_path: code.py, kernel: wrapped}\n")
    assert "kernelspec alone" in state_of(servers).launch, state_of(servers).failure
    assert is_right(servers)
    assert servers.runner("code.py").command[0] == sys.executable


def test_a_workspace_that_is_saved_is_read_again(serving: Serving, tmp_path: Path) -> None:
    servers = serving()
    (tmp_path / "more.py").write_text(CODE)
    before = kernels_of(servers)
    (tmp_path / "workspace.yaml").write_text("load_from:\n- python_file: code.py\n- python_file: more.py\n")
    wait_for(lambda: [s.name for s in servers.states()] == ["code.py", "more.py"], 20)
    assert servers.wait_until_loaded(60)
    assert kernels_of(servers) == before, "what did not change is left alone"
    (tmp_path / "workspace.yaml").write_text("load_from: [")
    wait_for(lambda: servers.problem is not None, 20)
    assert len(servers.states()) == 2


def test_w7_many_locations_sleep_until_they_are_needed(serving: Serving, tmp_path: Path) -> None:
    names = [f"part{number}.py" for number in range(8)]
    for name in names:
        (tmp_path / name).write_text(CODE)
    text = "load_from:\n" + "".join(f"- python_file: {name}\n" for name in names)
    servers = serving(text, max_awake=3)
    assert {s.status for s in servers.states()} == {"LOADED"}
    wait_for(lambda: sum(bool(kernels_of(servers, name)) for name in names) == 3, 20)
    asleep = next(name for name in names if not kernels_of(servers, name))
    assert "asleep" in state_of(servers, asleep).progress and pipelines(servers, asleep) == ["fine"]
    assert is_right(servers, asleep) and kernels_of(servers, asleep), "a request wakes it"
    wait_for(lambda: sum(bool(kernels_of(servers, name)) for name in names) == 3, 20)


def test_definitions_that_the_storage_did_not_take_are_kept_when_it_is_back(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = SqlStorage(Database(f"sqlite:///{tmp_path}/orch.db"))
    put, tries = storage.put_snapshot, list[str]()

    def put_unless_away(name: str, snapshot: LocationSnapshot) -> None:
        tries.append(name)
        if len(tries) < 3:
            raise StorageUnavailable("away")
        put(name, snapshot)

    monkeypatch.setattr(storage, "put_snapshot", put_unless_away)
    servers = serving()
    servers.keep_snapshots(storage)
    wait_for(lambda: storage.get_snapshot("code.py") is not None, 20)
    assert storage.get_snapshot("code.py") == state_of(servers).snapshot
    storage.dispose()
