"""``jupyter-orch doctor``: does every part work, and if not, how to mend it. Changes nothing of the instance's runs."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_core.paths import jupyter_config_path, jupyter_path
from jupyter_server.extension.config import ExtensionConfigManager

from jupyter_orch import clock
from jupyter_orch.cli.checking import look_at_places
from jupyter_orch.cli.example import example_folder
from jupyter_orch.cli.listing import Column, duration, show_listing
from jupyter_orch.cli.opening import describe, opened_instance
from jupyter_orch.cli.watching import events_of, follow
from jupyter_orch.code_servers.pool import code_servers_of
from jupyter_orch.compose import close, compose, make_coordinator, make_launcher
from jupyter_orch.errors import OrchError
from jupyter_orch.orchestrator import Orchestrator
from jupyter_orch.records.run import RunFilter
from jupyter_orch.records.status import RunStatus
from jupyter_orch.runs.submit import Wish
from jupyter_orch.settings import ClassChoice, Settings, read_settings

OLDEST_PYTHON = (3, 11)
EXTENSION, LAB_EXTENSION, KERNEL = "jupyter_orch", "@jupyter-orch/lab", "jupyter-orch"
INSTALL = "pip install --force-reinstall --no-deps jupyter-orch"
PROBE = '''\
"""The smallest pipeline there is."""

from jupyter_orch import pipeline, solid


@solid
def breathe(_):
    """Does nothing, successfully."""


@pipeline
def probe():
    """One breath."""
    breathe()
'''
COLUMNS = (
    Column("part", "PART"),
    Column("state", "STATE"),
    Column("found", "FOUND"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one part is.

    Attributes:
        part: which part.
        state: ``"ok"`` or ``"fails"``.
        found: what was seen.
        mend: what to do; empty when it is well.
    """

    part: str
    state: str
    found: str
    mend: str = ""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(act=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    findings = [_looked(look) for look in LOOKS]
    show_listing([asdict(f) for f in findings], COLUMNS, as_json=arguments.json)
    sick = [f for f in findings if f.mend]
    for finding in sick:
        print(f"{finding.part}: {finding.mend}", file=sys.stderr)
    return 1 if sick else 0


def _looked(look: Callable[[], Finding]) -> Finding:
    """One finding, whatever happens: a part that breaks its examination is a part that fails."""
    part = look.__name__.strip("_").replace("_", " ")
    try:
        return look()
    except OSError as error:
        return _finding(
            part, False, f"{error.filename}: {error.strerror}", "check the rights and the room of that place"
        )
    except Exception as error:
        sentence = f"{type(error).__name__}: {error}".split("\n")[0]
        return _finding(part, False, sentence, f"unexpected; please report it with this sentence: {sentence}")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= OLDEST_PYTHON
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return _finding("python", good, f"{version} at {sys.executable}", f"use Python {oldest} or newer")


def _server_extension() -> Finding:
    enabled = False
    for folder in reversed(jupyter_config_path()):  # nearer folders have the last word
        extensions = ExtensionConfigManager(read_config_path=[folder]).get_jpserver_extensions()  # type: ignore[no-untyped-call]
        enabled = extensions.get(EXTENSION, enabled)
    return _finding(
        "server extension",
        enabled,
        "enabled" if enabled else "not enabled",
        f"jupyter server extension enable {EXTENSION} --sys-prefix",
    )


def _lab_extension() -> Finding:
    for folder in map(Path, jupyter_path("labextensions")):
        package = folder / LAB_EXTENSION / "package.json"
        if package.is_file():
            version = json.loads(package.read_text("utf-8")).get("version", "?")
            return _finding("labextension", True, f"{version} in {package.parent}")
    return _finding("labextension", False, "not installed", INSTALL)


def _kernel() -> Finding:
    try:
        spec = KernelSpecManager().get_kernel_spec(KERNEL)
    except NoSuchKernel:
        return _finding("kernelspec", False, "not installed", INSTALL)
    python = spec.argv[0]
    good = shutil.which(python) is not None
    return _finding("kernelspec", good, f"{spec.resource_dir}", f"its interpreter {python!r} is not on PATH")


def _storage() -> Finding:
    try:
        with opened_instance() as instance:
            count = instance.storage.count_runs(RunFilter())
            name = instance.settings.storage.cls or instance.settings.storage.name
            return _finding("storage", True, f"{name}, {count} runs, {instance.settings.home}")
    except OrchError as error:
        return _finding("storage", False, "does not open", error.message)


def _places() -> Finding:
    """Write a little wherever the instance keeps something, and take it away again."""
    try:
        rows = look_at_places(read_settings())
    except OrchError as error:
        return _finding("places", False, "not known", error.message)
    wrong = [f"{row['about']}: {row['detail']}" for row in rows if row["status"] == "fails"]
    return _finding("places", not wrong, "can not be used" if wrong else "all can be written", "; ".join(wrong))


def _run_coordinator() -> Finding:
    """Make the coordinator that the settings choose."""
    try:
        choice = read_settings().coordinator
        make_coordinator(choice)
    except OrchError as error:
        return _finding("run coordinator", False, "can not be had", error.message)
    return _finding("run coordinator", True, choice.cls or choice.name)


def _run_launcher() -> Finding:
    """Make the launcher that the settings choose, and stop it again."""
    try:
        settings = read_settings()
        make_launcher(settings.launcher, settings.home).stop()
    except OrchError as error:
        return _finding("run launcher", False, "can not be had", error.message)
    return _finding("run launcher", True, settings.launcher.cls or settings.launcher.name)


def _example() -> Finding:
    try:
        return _finding("example", True, str(example_folder()))
    except OrchError as error:
        return _finding("example", False, "missing", error.message)


def _warm_start() -> Finding:
    """Load a small pipeline in a kernel and run it, on a throw-away instance."""
    with _throw_away() as folder:
        (folder / "probe.py").write_text(PROBE, "utf-8")
        (folder / "workspace.yaml").write_text("load_from:\n  - python_file: probe.py\n", "utf-8")
        try:
            return _run_probe(folder)
        except OrchError as error:
            return _finding("warm start", False, "fails", error.message)


def _run_probe(folder: Path) -> Finding:
    home = folder / "home"
    settings = replace(
        _settings_or_defaults(home),
        home=home,
        storage=ClassChoice(name="sqlite", config={"path": str(home / "orch.db")}),
        run_storage=None,
        event_log_storage=None,
        schedule_storage=None,
        coordinator=ClassChoice(name="default"),
        launcher=ClassChoice(name="warm"),
    )
    orchestrator = compose(settings, code_servers_of(settings, folder / "workspace.yaml"))
    try:
        orchestrator.code_servers.start()
        orchestrator.code_servers.wait_until_loaded(settings.code_servers.startup_timeout)
        return _probe(orchestrator)
    finally:
        close(orchestrator)


def _probe(orchestrator: Orchestrator) -> Finding:
    (state,) = orchestrator.code_servers.states()
    if state.failure is not None:
        return _finding("warm start", False, "the code does not load", describe(state.failure))
    assert state.snapshot is not None
    target = orchestrator.code_servers.entry(state.name).target
    begun = clock.now()
    repository = state.snapshot.repositories[0].name
    run, _ = orchestrator.submitter.submit(
        Wish(location=state.name, target=target, repository=repository, pipeline="probe", created_by="doctor")
    )
    for _event in follow(orchestrator.instance, run.run_id):
        pass
    took = clock.now() - begun
    ended = orchestrator.instance.storage.get_run(run.run_id)
    if ended is None or ended.status != RunStatus.SUCCESS:
        why = describe(ended.failure) if ended and ended.failure else "see the run's log"
        return _finding("warm start", False, "the probe run failed", why)
    launches = [stored.event.data for stored in events_of(orchestrator.instance, run.run_id)]
    cold = next((data.get("reason") for data in launches if data.get("launch") == "spawned"), None)
    if cold is not None:
        return _finding("warm start", False, f"runs work, but start cold: {cold}", "each run imports all its code")
    return _finding("warm start", True, f"from submitted to success in {duration(took)}")


def _settings_or_defaults(home: Path) -> Settings:
    try:
        return read_settings()
    except OrchError:  # the storage's finding tells of it
        return read_settings(home)


@contextmanager
def _throw_away() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="orch-doctor-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _finding(part: str, good: bool, found: str, mend: str = "") -> Finding:
    return Finding(part=part, state="ok" if good else "fails", found=found, mend="" if good else mend)


LOOKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _server_extension,
    _lab_extension,
    _kernel,
    _storage,
    _places,
    _run_coordinator,
    _run_launcher,
    _example,
    _warm_start,
)
