"""Finds definitions in a module, file, package or notebook. A failure to load is an answer, not an accident."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import os
import platform
import sys
import sysconfig
import time
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from jupyter_orch.code_version import code_cells, code_version
from jupyter_orch.definitions.describe import describe_repository
from jupyter_orch.definitions.graph import GraphDefinition
from jupyter_orch.definitions.names import unknown
from jupyter_orch.definitions.partition_set import PartitionSetDefinition
from jupyter_orch.definitions.pipeline import PipelineDefinition
from jupyter_orch.definitions.repository import RepositoryDefinition, listed_data
from jupyter_orch.definitions.schedule import ScheduleDefinition
from jupyter_orch.definitions.sensor import SensorDefinition
from jupyter_orch.errors import OrchError
from jupyter_orch.execution.failures import failure_of
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.records.notebook_job import REPOSITORY
from jupyter_orch.records.snapshot import LocationSnapshot
from jupyter_orch_kernel import notebook_jobs
from jupyter_orch_kernel.notebook_module import run_as_module

LOOSE = "__repository__"
_LOOSE_KINDS = (PipelineDefinition, ScheduleDefinition, SensorDefinition, PartitionSetDefinition)
EDITED = "+edited"
"""Ends the version of code that was saved while it was being loaded."""


class LoadError(OrchError):
    """The code of a location could not be loaded.

    Attributes:
        failure: what happened, with file, line and source line where they are known.
        sources: files and folders to look at for a change that may mend it.
    """

    code = "LOAD_ERROR"

    def __init__(self, failure: Failure, sources: tuple[str, ...] = ()) -> None:
        """Args:
        failure: what happened.
        sources: files and folders to look at for a change that may mend it.
        """
        super().__init__(failure.message)
        self.failure = failure
        self.sources = sources


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The code of a location, loaded into this process.

    Attributes:
        target: what was asked for.
        repositories: by name, at least one.
        code_version: hash of the sources; equal sources give an equal version on every machine.
        load_seconds: how long importing took.
        sources: the files that were loaded, absolute paths.
    """

    target: LocationTarget
    repositories: dict[str, RepositoryDefinition]
    code_version: str
    load_seconds: float
    sources: tuple[str, ...] = ()

    def snapshot(self) -> LocationSnapshot:
        """What the server may know of it."""
        return LocationSnapshot(
            code_version=self.code_version,
            repositories=tuple(describe_repository(item) for item in self.repositories.values()),
            python=platform.python_version(),
            load_seconds=self.load_seconds,
            sources=self.sources,
            executable=sys.executable,
        )

    @property
    def has_notebook_solids(self) -> bool:
        """Whether any solid is a notebook."""
        return any(
            _has_notebook(pipeline.graph)
            for repository in self.repositories.values()
            for pipeline in repository.pipelines.values()
        )


def _has_notebook(graph: GraphDefinition) -> bool:
    waiting, seen = [graph], set()
    while waiting:
        for invocation in waiting.pop().invocations.values():
            definition = invocation.definition
            if id(definition) in seen:
                continue
            seen.add(id(definition))
            if isinstance(definition, GraphDefinition):
                waiting.append(definition)
            elif definition.kind == "notebook":
                return True
    return False


def load(target: LocationTarget) -> Loaded:
    """Load a location's code and find its definitions.

    Args:
        target: where the code is.

    Raises:
        LoadError: whatever went wrong, as data.
    """
    began, clock = time.monotonic(), time.time()
    module = None
    try:
        _go_to(target.working_directory, target.path)
        if target.kind == notebook_jobs.KIND:
            return _notebook_jobs(target, began)
        module = _imported(target)
        repositories = _repositories(module, target)
    except BaseException as error:
        sources = _sources(target, module)
        _forget_fresh_bytecode(sources, clock)
        raise LoadError(_failure(error, target), _worth_watching(error, sources, target)) from error
    sources = _sources(target, module)
    _forget_fresh_bytecode(sources, clock)
    return Loaded(
        target=target,
        repositories=repositories,
        code_version=code_version(target.working_directory or os.getcwd(), sources) + _mark(sources, clock),
        load_seconds=time.monotonic() - began,
        sources=sources,
    )


def _mark(sources: tuple[str, ...], began: float) -> str:
    """What tells that a file was saved while it was being loaded: nobody knows which of the two contents it was."""
    return EDITED if any(_saved_at(path) > began for path in sources) else ""


def _saved_at(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _notebook_jobs(target: LocationTarget, began: float) -> Loaded:
    jobs = notebook_jobs.read_jobs(target.path)
    sources = (target.path, *notebook_jobs.files_of(jobs, target.working_directory))
    repository = notebook_jobs.repository_of(jobs, target.working_directory, os.path.dirname(target.path))
    return Loaded(
        target=target,
        repositories={REPOSITORY: repository},
        code_version=code_version(target.working_directory, sources),
        load_seconds=time.monotonic() - began,
        sources=sources,
    )


def _failure(error: BaseException, target: LocationTarget) -> Failure:
    if isinstance(error, LoadError):
        return error.failure
    if isinstance(error, SystemExit):
        failure = failure_of(error, "move sys.exit() below `if __name__ == '__main__':`")
        return replace(failure, message=f"the code ended the process (exit {_exit_code(error)}) while loading")
    return failure_of(error, _hint(error, target))


def _worth_watching(error: BaseException, sources: tuple[str, ...], target: LocationTarget) -> tuple[str, ...]:
    """Where a change may mend the error: what was loaded, what the error went through, and the folder it looked in."""
    found = {*sources, target.working_directory or os.getcwd()}
    if isinstance(error, SyntaxError) and error.filename:
        found.add(error.filename.split("#cell=")[0])
    trace = error.__traceback__
    while trace is not None:
        found.add(trace.tb_frame.f_code.co_filename.split("#cell=")[0])
        trace = trace.tb_next
    root = os.path.realpath(target.working_directory or os.getcwd())
    return tuple(sorted(path for path in found if os.path.realpath(path).startswith(root) and os.path.exists(path)))


def _exit_code(error: SystemExit) -> Any:
    return 0 if error.code is None else error.code


def _hint(error: BaseException, target: LocationTarget) -> str:
    if isinstance(error, ModuleNotFoundError):
        folder = target.working_directory or os.getcwd()
        return f"install {error.name!r} into this location's environment, or set working_directory (now {folder})"
    return ""


def _go_to(folder: str, own_file: str) -> None:
    if not folder:
        return
    if not os.path.isdir(folder):
        raise LoadError(
            Failure(
                cls="NotADirectoryError",
                message=f"the working directory {folder} is no folder",
                hint="mend working_directory in the workspace file",
            )
        )
    if folder in sys.path:
        sys.path.remove(folder)
    hidden = _names_of_standard_modules(folder)
    sys.path.insert(_behind_standard_library() if hidden else 0, folder)
    if hidden := [name for name in hidden if name != os.path.basename(own_file)]:
        print(
            f"note: {', '.join(hidden)} in {folder} has the name of a module of the standard library; an import of "
            "that name means Python's own",
            file=sys.stderr,
        )
    os.chdir(folder)


def _names_of_standard_modules(folder: str) -> list[str]:
    """What in a folder would take the place of a module of the standard library, were the folder first."""
    names = {entry.name for entry in os.scandir(folder) if entry.name.endswith(".py") or entry.is_dir()}
    packages = {name for name in names if os.path.exists(os.path.join(folder, name, "__init__.py"))}
    modules = {name for name in names if name.endswith(".py")}
    return sorted(name for name in packages | modules if name.removesuffix(".py") in sys.stdlib_module_names)


def _behind_standard_library() -> int:
    """The first place on ``sys.path`` behind Python's own folders."""
    own = {os.path.dirname(os.__file__), sysconfig.get_path("platstdlib"), sysconfig.get_path("stdlib")}
    places = [n for n, path in enumerate(sys.path) if path in own or path.endswith((".zip", "lib-dynload"))]
    return max(places, default=-1) + 1


def _imported(target: LocationTarget) -> ModuleType:
    if target.kind in ("python_module", "python_package"):
        importlib.invalidate_caches()
        return _imported_module(target)
    if target.kind not in ("python_file", "notebook"):
        raise LoadError(
            Failure(
                cls="ValueError",
                message=f"a location can not be of the kind {target.kind!r}; use python_file, python_module, "
                "python_package or notebook",
            )
        )
    if not os.path.isfile(target.path):
        raise LoadError(
            Failure(
                cls="FileNotFoundError",
                message=f"there is no file {target.path}",
                file=target.path,
                hint="mend the path in the workspace file",
            )
        )
    name = _module_name(target.path)
    return _executed_notebook(target.path, name) if target.kind == "notebook" else _executed_file(target.path, name)


def _imported_module(target: LocationTarget) -> ModuleType:
    name = target.module
    if not all(part.isidentifier() for part in name.split(".")):
        raise _problem(
            f"{name!r} is no name of a module, such as team.repo",
            f"mend {target.kind} in the workspace file; a file is named by python_file",
        )
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if not error.name or not f"{name}.".startswith(f"{error.name}."):
            raise
        missing = "" if error.name == name else f": there is no {error.name!r}"
        raise LoadError(
            Failure(
                cls="ModuleNotFoundError",
                message=f"the module {name!r}, which the workspace file names, can not be found{missing}",
                hint=_hint(error, target),
            )
        ) from None


def _module_name(path: str) -> str:
    """The file's own name, so that values pickled in one process load in another;
    a made-up one where that would hide another module.
    """
    stem = os.path.splitext(os.path.basename(path))[0]
    present = sys.modules.get(stem)
    is_free = present is None or os.path.realpath(getattr(present, "__file__", None) or "") == os.path.realpath(path)
    if stem.isidentifier() and is_free and stem not in sys.stdlib_module_names and stem != "__main__":
        return stem
    return "orch_file_" + "".join(letter if letter.isalnum() else "_" for letter in stem)


def _executed_file(path: str, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LoadError(
            Failure(cls="ImportError", message=f"{path} is no Python file (its name must end in .py)", file=path)
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec._initializing = True  # type: ignore[attr-defined]  # as an import does, for Python's word on circular ones
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        spec._initializing = False  # type: ignore[attr-defined]
    return module


def _executed_notebook(path: str, name: str) -> ModuleType:
    try:
        code_cells(path)
    except (ValueError, OSError) as error:
        raise LoadError(Failure(cls=type(error).__name__, message=str(error), file=path)) from error
    try:
        return run_as_module(path, name)
    except BaseException as error:
        sys.modules.pop(name, None)
        failure = failure_of(error)
        cell = _cell_of(error, path)
        if cell is None or isinstance(error, SystemExit):
            raise
        raise LoadError(replace(failure, message=f"cell {cell + 1}: {failure.message}", file=path)) from error


def _cell_of(error: BaseException, path: str) -> int | None:
    """The 0-based cell in which an error arose."""
    names = [error.filename] if isinstance(error, SyntaxError) else []
    trace = error.__traceback__
    while trace is not None:
        names.append(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next
    cells = [name.removeprefix(f"{path}#cell=") for name in names if name and name.startswith(f"{path}#cell=")]
    return int(cells[0] if isinstance(error, SyntaxError) else cells[-1]) if cells else None


def _repositories(module: ModuleType, target: LocationTarget) -> dict[str, RepositoryDefinition]:
    if target.attribute is not None:
        return _from_attribute(module, target.attribute)
    found = list(vars(module).values())
    repositories = {id(item): item for item in found if isinstance(item, RepositoryDefinition)}
    if repositories:
        named: dict[str, RepositoryDefinition] = {}
        for item in repositories.values():
            if named.setdefault(item.name, item) is not item:
                raise _problem(f"two repositories of this location are named {item.name!r}; rename one of them")
        return named
    loose = list({id(item): item for item in found if isinstance(item, _LOOSE_KINDS) or _is_job(item)}.values())
    if not loose:
        raise _problem(
            f"nothing to run was found in {target.path or target.module}: no @repository, and no loose pipeline, "
            "job, schedule, sensor or partition set "
            "at the top level",
            "define a @pipeline or a @repository there, or set attribute to what makes one",
        )
    return {LOOSE: RepositoryDefinition(LOOSE, listed_data(loose))}


def _is_job(item: Any) -> bool:
    return (
        not isinstance(item, type)
        and hasattr(item, "as_pipeline")
        and not isinstance(item, ModuleType)
        and not hasattr(item, "_mock_name")
        and isinstance(getattr(type(item), "as_pipeline", None), type(_is_job))
    )


def _problem(message: str, hint: str = "") -> LoadError:
    return LoadError(Failure(cls="LoadError", message=message, hint=hint))


def _from_attribute(module: ModuleType, attribute: str) -> dict[str, RepositoryDefinition]:
    if not hasattr(module, attribute):
        raise _problem(unknown("attribute", attribute, _what_may_be_named(module), module.__name__))
    thing = getattr(module, attribute)
    if inspect.isfunction(thing):
        thing = thing()
    thing = thing.as_pipeline() if _is_job(thing) else thing
    if isinstance(thing, RepositoryDefinition):
        return {thing.name: thing}
    if isinstance(thing, _LOOSE_KINDS):
        return {LOOSE: RepositoryDefinition(LOOSE, listed_data([thing]))}
    if isinstance(thing, (list, tuple)):
        return {LOOSE: RepositoryDefinition(LOOSE, listed_data(thing))}
    fitting = ", ".join(_what_may_be_named(module)) or "none"
    raise _problem(
        f"{attribute!r} is a {type(thing).__name__}; it must be a repository, a pipeline, or a function that returns "
        f"one of them; {module.__name__} has: {fitting}"
    )


def _what_may_be_named(module: ModuleType) -> list[str]:
    """Names of what can be a location's attribute: repositories, pipelines and the like, the module's own functions."""
    return sorted(
        name
        for name, item in vars(module).items()
        if isinstance(item, (RepositoryDefinition, *_LOOSE_KINDS))
        or _is_job(item)
        or (inspect.isfunction(item) and item.__module__ == module.__name__ and not name.startswith("_"))
    )


def _sources(target: LocationTarget, module: ModuleType | None) -> tuple[str, ...]:
    """The files that were loaded, absolute: the file or notebook, and every module from below the working directory."""
    root = os.path.realpath(target.working_directory or os.getcwd()) + os.sep
    main = os.path.realpath(target.path or getattr(module, "__file__", None) or "")
    found = {main} if os.path.isfile(main) else set()
    for item in list(sys.modules.values()):
        path = os.path.realpath(getattr(item, "__file__", None) or "")
        if path.startswith(root) and "site-packages" not in path and path.endswith((".py", ".ipynb")):
            found.add(path)
    return tuple(sorted(found))


def _forget_fresh_bytecode(sources: tuple[str, ...], began: float) -> None:
    """Remove the bytecode of what was saved a moment ago.

    Python takes bytecode for good when time in whole seconds and size agree, so the second of two quick saves of one
    size would never be seen.
    """
    for path in sources:
        with contextlib.suppress(OSError, NotImplementedError):
            if path.endswith(".py") and _saved_at(path) > began - 2:
                os.unlink(importlib.util.cache_from_source(path))
