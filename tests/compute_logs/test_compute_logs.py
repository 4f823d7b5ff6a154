"""Captured output, wherever it is kept: one suite for every place, and what only some places can do."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import pytest

from jupyter_orch.code_servers.pool import KernelCodeServers
from jupyter_orch.compose import compose
from jupyter_orch.compute_logs.local import LocalComputeLogs, NoComputeLogs
from jupyter_orch.compute_logs.opening import open_compute_logs
from jupyter_orch.compute_logs.store import StoredComputeLogs, StoreUnavailable
from jupyter_orch.ports import ComputeLogs
from jupyter_orch.settings import SettingsError, read_settings
from tests.server_process import wait_for

asyn = pytest.importorskip("fsspec.asyn")


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, Any]]:
    """An S3 server of our own; gives the storage options for it."""
    pytest.importorskip("s3fs")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{url}/moto-api/", timeout=5):
                return True
        except OSError:
            return False

    try:
        wait_for(answers, 60)
        request = urllib.request.Request(f"{url}/logs", method="PUT")
        request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/aws4_request")
        urllib.request.urlopen(request, timeout=10).close()
        yield {"key": "k", "secret": "s", "endpoint_url": url}
    finally:
        server.kill()
        server.wait()


@pytest.fixture(autouse=True, scope="module")
def no_loop_of_fsspec() -> Iterator[None]:
    """Its event loop has a thread that would go on for ever, and with it nothing after this could be forked."""
    yield
    if asyn.loop[0] is not None:
        asyncio.run_coroutine_threadsafe(asyn.loop[0].shutdown_default_executor(), asyn.loop[0]).result(30)
        asyn.loop[0].call_soon_threadsafe(asyn.loop[0].stop)
        asyn.iothread[0].join(30)
        asyn.reset_lock()
    for thread in threading.enumerate():
        if "_run_safe_shutdown_loop" in thread.name:  # of pycares: waits for ever for a resolver that is to be closed
            thread.sleeps_through_forks = True  # type: ignore[attr-defined]


@pytest.fixture(params=["local", "folder", "memory", "s3"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., ComputeLogs]:
    """Makes compute logs as a machine would see them; ``machine`` names its own folder."""
    kind = request.param
    options = request.getfixturevalue("s3") if kind == "s3" else None

    def made(machine: str = "one") -> ComputeLogs:
        here = tmp_path / machine
        if kind == "local":
            return LocalComputeLogs(here)
        place = {"folder": f"file://{tmp_path}/store", "memory": f"memory://{tmp_path.name}", "s3": "s3://logs/orch"}
        return StoredComputeLogs(place[kind], here, options, upload_interval=0.1)

    return made


@pytest.fixture
def logs(make: Callable[..., ComputeLogs]) -> ComputeLogs:
    return make()


def write(logs: ComputeLogs, run_id: str, name: str, data: bytes) -> None:
    """As a step does."""
    folder = logs.folder(run_id)
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / name, "ab") as file:
        file.write(data)


def test_what_was_written_is_read_from_any_place(logs: ComputeLogs) -> None:
    with logs.keeping("r", resumed=False):
        write(logs, "r", "step.out", "grün und blau\n".encode() * 1000)
        assert logs.size("r", "step", "stdout") == 15_000
        assert logs.read("r", "step", "stdout", 15, 15) == "grün und blau\n".encode()
        assert logs.read("r", "step", "stdout", 20_000, 10) == b""
    assert logs.size("r", "step", "stderr") is None and logs.open("r", "other", "stdout") is None


def test_the_whole_of_it_can_be_opened(logs: ComputeLogs) -> None:
    with logs.keeping("r", resumed=False):
        write(logs, "r", "step.err", b"all of it")
    fd = logs.open("r", "step", "stderr")
    assert fd is not None
    with os.fdopen(fd, "rb") as file:
        assert file.read() == b"all of it"


def test_names_of_users_are_no_paths(logs: ComputeLogs) -> None:
    for key in ("../../etc/passwd", "/etc/passwd", "a/../../b", "\0"):
        assert logs.size("r", key, "stdout") is None
        assert logs.size(key, "step", "stdout") is None


def test_a_run_that_is_deleted_leaves_nothing(logs: ComputeLogs) -> None:
    with logs.keeping("r", resumed=False):
        write(logs, "r", "step.out", b"x")
    assert logs.delete("r") and not logs.delete("r")
    assert logs.size("r", "step", "stdout") is None


@pytest.mark.parametrize("make", ["folder", "memory", "s3"], indirect=True)
def test_another_machine_reads_what_grows_while_the_run_goes_on(make: Callable[..., ComputeLogs]) -> None:
    here, there = make("here"), make("there")
    with here.keeping("r", resumed=False):
        write(here, "r", "step.out", b"first ")
        wait_for(lambda: there.size("r", "step", "stdout") == 6, 20)
        write(here, "r", "step.out", b"second")
        wait_for(lambda: there.read("r", "step", "stdout", 6, 100) == b"second", 20)
        write(here, "r", "step.err", b"the last byte")
    assert there.read("r", "step", "stderr", 0, 100) == b"the last byte", "all of it is there when the run has ended"
    fd = there.open("r", "step", "stdout")
    assert fd is not None
    with os.fdopen(fd, "rb") as file:
        assert file.read() == b"first second"


@pytest.mark.parametrize("make", ["folder", "s3"], indirect=True)
def test_a_run_that_is_resumed_elsewhere_goes_on_behind_what_was_written(make: Callable[..., ComputeLogs]) -> None:
    first, second = make("first"), make("second")
    with first.keeping("r", resumed=False):
        write(first, "r", "step.out", b"before ")
    with second.keeping("r", resumed=True):
        write(second, "r", "step.out", b"after")
    assert make("third").read("r", "step", "stdout", 0, 100) == b"before after"


def test_a_store_that_is_away_ends_no_run_and_comes_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = tmp_path / "store"
    store.write_text("a file where the folder should be")
    logs = StoredComputeLogs(f"file://{store}", tmp_path / "here", upload_interval=0.05)
    with logs.keeping("r", resumed=True):
        write(logs, "r", "step.out", b"kept")
        wait_for(lambda: "could not be uploaded" in caplog.text, 20)
        assert logs.read("r", "step", "stdout", 0, 10) == b"kept"
        store.unlink()
    assert StoredComputeLogs(f"file://{store}", tmp_path / "there").read("r", "step", "stdout", 0, 10) == b"kept"


def test_a_store_without_its_package_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="pip install"):
        StoredComputeLogs("gs://bucket/logs", tmp_path).check()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nosuch://x/y", "fsspec knows no store 'nosuch'"),
        ("gs://bucket/logs", "No module named 'gcsfs'; pip install"),
        ("memory://logs", ""),
        ("file:///tmp/logs", ""),
        ("/tmp/logs", ""),
    ],
)
def test_a_store_that_there_is_not_is_told_before_anything_starts(tmp_path: Path, url: str, told: str) -> None:
    logs = StoredComputeLogs(url, tmp_path)
    with pytest.raises(StoreUnavailable, match=told) if told else nullcontext():
        logs.check_installed()


def test_a_deployment_whose_store_there_is_not_is_not_opened() -> None:
    settings = settings_with("compute_logs: {fsspec: {url: 'nosuch://x/y'}}\n")
    with pytest.raises(StoreUnavailable, match="fsspec knows no store 'nosuch'"):
        compose(settings, cast(KernelCodeServers, None))
    assert not (settings.home / "orch.db").exists()


def settings_with(text: str) -> Any:
    home = Path(os.environ["JUPYTER_ORCH_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    (home / "orch.yaml").write_text(text)
    return read_settings()


class ShoutingLogs(LocalComputeLogs):
    """Somebody's own."""

    def __init__(self, folder: str) -> None:
        super().__init__(Path(folder))

    def read(self, run_id: str, step_key: str, stream: str, start: int, limit: int) -> bytes:
        return super().read(run_id, step_key, stream, start, limit).upper()


def test_the_settings_choose(tmp_path: Path) -> None:
    default = open_compute_logs(settings_with(""))
    assert isinstance(default, LocalComputeLogs) and default.base_dir.name == "compute_logs"
    local = open_compute_logs(settings_with(f"compute_logs: {{local: {{base_dir: {tmp_path}/o, max_bytes: 2048}}}}"))
    assert (local.folder("r"), local.max_bytes) == (tmp_path / "o" / "r", 2048)
    assert isinstance(open_compute_logs(settings_with("compute_logs: noop")), NoComputeLogs)
    stored = open_compute_logs(settings_with("compute_logs: {fsspec: {url: 'memory://x', upload_interval: 3}}"))
    assert isinstance(stored, StoredComputeLogs)
    text = f"compute_logs: {{module: {__name__}, class: ShoutingLogs, config: {{folder: {tmp_path}}}}}"
    own = open_compute_logs(settings_with(text))
    write(own, "r", "step.out", b"quiet")
    assert own.read("r", "step", "stdout", 0, 10) == b"QUIET"
    with pytest.raises(SettingsError, match=r"orch\.yaml:1.*ComputeLogs"):
        open_compute_logs(settings_with("compute_logs: {module: pathlib, class: Path}"))


def test_large_output_is_uploaded_less_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = StoredComputeLogs(f"file://{tmp_path}/store", tmp_path / "here", upload_interval=0.01)
    uploads: list[float] = []

    def slow(run_id: str, path: Path) -> None:
        time.sleep(0.05)
        uploads.append(time.monotonic())

    monkeypatch.setattr(logs, "_put", slow)
    with logs.keeping("r", resumed=False):
        while len(uploads) < 3:
            write(logs, "r", "step.out", b"x")
    growing = uploads[:3]  # the last one, at the end, waits for nobody
    assert all(later - sooner >= 0.5 for sooner, later in itertools.pairwise(growing))
