"""Where outputs are kept and inputs come from."""

from __future__ import annotations

import contextlib
import inspect
import os
import pickle
import secrets
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from jupyter_orch.definitions.config import Field, Noneable, as_field
from jupyter_orch.definitions.decorator import makes
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.init_contexts import InitResourceContext
from jupyter_orch.definitions.io_contexts import InputContext, OutputContext
from jupyter_orch.definitions.metadata import AssetKey, EventMetadataEntry
from jupyter_orch.definitions.output import AssetMaterialization
from jupyter_orch.definitions.resource import ResourceDefinition
from jupyter_orch.definitions.shown import described
from jupyter_orch.records.files import file_stem


class InputManager(ABC):
    """Loads inputs."""

    @abstractmethod
    def load_input(self, context: InputContext) -> Any:
        """The value for an input."""


RootInputManager = InputManager


class OutputManager(ABC):
    """Stores outputs."""

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store a value; may yield or return AssetMaterializations and metadata entries."""


class IOManager(InputManager, OutputManager):
    """Stores outputs and loads them for the inputs behind."""

    keeps_values_in_memory = False

    def get_output_asset_key(self, _context: OutputContext) -> AssetKey | None:
        """The asset that an output is; then storing it is recorded as a materialization."""
        return None

    def get_output_asset_partitions(self, _context: OutputContext) -> set[str]:
        """The partitions of the asset that an output is."""
        return set()

    def get_input_asset_key(self, _context: InputContext) -> AssetKey | None:
        """The asset that an input reads."""
        return None


class MemoizableIOManager(IOManager):
    """An IO manager that can say whether a value is stored, so that memoized runs need not make it again."""

    @abstractmethod
    def has_output(self, context: OutputContext) -> bool:
        """Whether the value of ``context.version`` is stored."""


class IOManagerDefinition(ResourceDefinition):
    """A resource that is an IO manager; inputs and outputs may have config of their own.

    Args:
        resource_fn, config_schema, description, required_resource_keys, version: as for a resource.
        input_config_schema: what may stand under ``solids.<name>.inputs.<input>``.
        output_config_schema: what may stand under ``solids.<name>.outputs.<output>``.
    """

    noun = "IO manager"

    def __init__(
        self,
        resource_fn: Callable[..., Any],
        config_schema: Any = None,
        description: str | None = None,
        required_resource_keys: set[str] | None = None,
        version: str | None = None,
        input_config_schema: Any = None,
        output_config_schema: Any = None,
    ) -> None:
        super().__init__(resource_fn, config_schema, description, required_resource_keys, version)
        self.input_config_field = None if input_config_schema is None else as_field(input_config_schema)
        self.output_config_field = None if output_config_schema is None else as_field(output_config_schema)

    @staticmethod
    def hardcoded_io_manager(value: IOManager, description: str | None = None) -> IOManagerDefinition:
        """A definition whose IO manager is a given one."""
        return IOManagerDefinition(lambda _init_context: value, description=description)


@makes(IOManagerDefinition)
def io_manager(
    config_schema: Any = None,
    description: str | None = None,
    output_config_schema: Any = None,
    input_config_schema: Any = None,
    required_resource_keys: set[str] | None = None,
    version: str | None = None,
) -> Any:
    """Decorator: a function ``(init_context)`` → :class:`IOManager` becomes an IO manager definition."""
    if inspect.isfunction(config_schema):
        return IOManagerDefinition(config_schema, None, inspect.getdoc(config_schema))

    def decorate(resource_fn: Callable[..., Any]) -> IOManagerDefinition:
        return IOManagerDefinition(
            resource_fn,
            config_schema,
            description or inspect.getdoc(resource_fn),
            required_resource_keys,
            version,
            input_config_schema,
            output_config_schema,
        )

    return decorate


def able_to(method: str, value: Any, key: str) -> Any:
    """The open resource, when it can load or store values.

    Args:
        method: ``"load_input"`` or ``"handle_output"``.
        value: what the resource's function gave.
        key: the resource's key, for the message.

    Raises:
        DagsterInvariantViolationError: it has no such method.
    """
    if callable(getattr(value, method, None)):
        return value
    wanted = "an IOManager" if method == "handle_output" else "an IOManager or InputManager"
    raise DagsterInvariantViolationError(
        f"the resource {key!r} must be {wanted}, an object with {method}(…), but its function gave {described(value)}"
    )


class _LoadedByFunction(InputManager):
    def __init__(self, load_fn: Callable[[InputContext], Any]) -> None:
        self._load_fn = load_fn

    def load_input(self, context: InputContext) -> Any:
        return self._load_fn(context)


class RootInputManagerDefinition(ResourceDefinition):
    """A resource that loads inputs to which nothing is connected.

    Args:
        resource_fn: ``(init_context)`` → :class:`InputManager`.
        input_config_schema: what may stand under ``solids.<name>.inputs.<input>``.
        config_schema, description, required_resource_keys, version: as for a resource.
    """

    noun = "root input manager"

    def __init__(
        self,
        resource_fn: Callable[..., Any],
        config_schema: Any = None,
        description: str | None = None,
        input_config_schema: Any = None,
        required_resource_keys: set[str] | None = None,
        version: str | None = None,
    ) -> None:
        super().__init__(resource_fn, config_schema, description, required_resource_keys, version)
        self.input_config_field = None if input_config_schema is None else as_field(input_config_schema)


@makes(RootInputManagerDefinition)
def root_input_manager(
    config_schema: Any = None,
    description: str | None = None,
    input_config_schema: Any = None,
    required_resource_keys: set[str] | None = None,
    version: str | None = None,
) -> Any:
    """Decorator: a function ``(input_context)`` → value loads inputs to which nothing is connected.

    Its config stands in ``context.resource_config``, the input's own in ``context.config``.
    """

    def made(load_fn: Callable[[InputContext], Any], schema: Any) -> RootInputManagerDefinition:
        return RootInputManagerDefinition(
            lambda _init_context: _LoadedByFunction(load_fn),
            schema,
            description or inspect.getdoc(load_fn),
            input_config_schema,
            required_resource_keys,
            version,
        )

    if inspect.isfunction(config_schema):
        return made(config_schema, None)
    return lambda load_fn: made(load_fn, config_schema)


class InMemoryIOManager(IOManager):
    """Keeps values in this process."""

    keeps_values_in_memory = True

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], Any] = {}

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keep the value."""
        self.values[tuple(context.get_run_scoped_output_identifier())] = obj

    def load_input(self, context: InputContext) -> Any:
        """The kept value.

        Raises:
            DagsterInvariantViolationError: another run or process made it.
        """
        identifier = tuple(_upstream(context).get_run_scoped_output_identifier())
        try:
            return self.values[identifier]
        except KeyError:
            raise DagsterInvariantViolationError(
                f"output {identifier[2]!r} of step {identifier[1]!r} was made by another run or process and was only "
                "kept in its memory; "
                "use an IO manager that stores values, e.g. fs_io_manager"
            ) from None


def _upstream(context: InputContext) -> OutputContext:
    if context.upstream_output is None:
        raise DagsterInvariantViolationError(
            f"input {context.name!r} is connected to no output; give it a root_manager_key or a value in the run config"
        )
    return context.upstream_output


class PickledFiles(IOManager):
    """Keeps each value as a pickle file of its own, readable by the owner alone.

    Args:
        folder: values of a run stand in ``<folder>/<run id>/<step>/<output>``.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._known_folders: set[str] = set()

    def path_for(self, context: OutputContext) -> str:
        """Where the value of an output stands."""
        name = f"{context.name}[{context.mapping_key}]" if context.mapping_key else context.name
        return os.path.join(self.folder, file_stem(context.run_id), file_stem(context.step_key), file_stem(name))

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Write the value under a temporary name, then move it into place.

        Raises:
            DagsterInvariantViolationError: it can not be pickled.
        """
        path = self.path_for(context)
        folder = os.path.dirname(path)
        if folder not in self._known_folders:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            self._known_folders.add(folder)
        temporary = f"{path}.{secrets.token_hex(4)}.tmp"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "wb") as file:
                pickle.dump(obj, file, pickle.HIGHEST_PROTOCOL)
            os.replace(temporary, path)
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            if isinstance(error, (pickle.PicklingError, TypeError, AttributeError, RecursionError)):
                raise DagsterInvariantViolationError(
                    f"output {context.name!r} of step {context.step_key!r} is a {type(obj).__name__} that can not be "
                    f"pickled ({error}); "
                    "return data instead, or give the output an IO manager that knows how to store it "
                    "(OutputDefinition(io_manager_key=…))"
                ) from error
            raise
        context.add_output_metadata({"path": EventMetadataEntry.path(path, "path")})

    def load_input(self, context: InputContext) -> Any:
        """Read the value back; only from a plain file that belongs to us.

        Raises:
            DagsterInvariantViolationError: the file is missing, belongs to somebody else, or does not load.
        """
        source = _upstream(context)
        path = self.path_for(source)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except OSError as error:
            raise DagsterInvariantViolationError(
                f"the value of output {source.name!r} of step {source.step_key!r} (run {source.run_id}) is not at "
                f"{path}: {error.strerror}"
            ) from error
        with open(descriptor, "rb") as file:
            _refuse_foreign(os.fstat(descriptor), path)
            try:
                return pickle.load(file)
            except Exception as error:
                raise DagsterInvariantViolationError(
                    f"output {source.name!r} of step {source.step_key!r} was stored, but step {context.step_key!r} "
                    "can not load it for input "
                    f"{context.name!r}: {type(error).__name__}: {error}"
                ) from error


def _refuse_foreign(facts: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise DagsterInvariantViolationError(f"{path} is no plain file; refusing to load it")
    if hasattr(os, "getuid") and facts.st_uid != os.getuid():
        raise DagsterInvariantViolationError(
            f"{path} belongs to another user; refusing to load it, because loading a pickle runs code"
        )


class _PickledAtGivenPaths(PickledFiles):
    """Keeps values where the outputs' metadata says: ``OutputDefinition(metadata={"path": …})``."""

    def path_for(self, context: OutputContext) -> str:
        path = context.metadata.get("path")
        if not isinstance(path, str) or not path:
            raise DagsterInvariantViolationError(
                f"output {context.name!r} of step {context.step_key!r} needs metadata={{'path': …}} for this IO manager"
            )
        return os.path.join(self.folder, path)

    def handle_output(self, context: OutputContext, obj: Any) -> AssetMaterialization:
        super().handle_output(context, obj)
        return AssetMaterialization(
            [context.pipeline_name, *context.step_key.split("."), context.name],
            metadata_entries=[EventMetadataEntry.path(os.path.abspath(self.path_for(context)), "path")],
        )


class _VersionedPickledFiles(PickledFiles, MemoizableIOManager):
    """Keeps values by version, so that a memoized run finds those of earlier ones."""

    def path_for(self, context: OutputContext) -> str:
        if context.version is None:
            raise DagsterInvariantViolationError(
                f"output {context.name!r} of step {context.step_key!r} has no version; give the solid one"
            )
        return os.path.join(
            self.folder, file_stem(context.step_key), file_stem(context.name), file_stem(context.version)
        )

    def has_output(self, context: OutputContext) -> bool:
        """Whether the value of this version is stored."""
        return os.path.exists(self.path_for(context))


def _mem(_init_context: InitResourceContext) -> IOManager:
    return InMemoryIOManager()


def _fs(init_context: InitResourceContext) -> IOManager:
    return PickledFiles(init_context.resource_config.get("base_dir") or init_context.storage_directory)


def _custom_path(init_context: InitResourceContext) -> IOManager:
    return _PickledAtGivenPaths(init_context.resource_config["base_dir"])


def _versioned(init_context: InitResourceContext) -> IOManager:
    return _VersionedPickledFiles(
        init_context.resource_config.get("base_dir")
        or os.path.join(init_context.storage_directory, "versioned_outputs")
    )


_FOLDER = {"base_dir": Field(Noneable(str), description="folder for the values; the instance's own when null")}

mem_io_manager = IOManagerDefinition(_mem, description="Keeps values in the memory of the process.")
fs_io_manager = IOManagerDefinition(_fs, _FOLDER, "Keeps each value as a pickle file, one folder per run and step.")
custom_path_fs_io_manager = IOManagerDefinition(
    _custom_path, {"base_dir": str}, "Keeps values where the metadata of the outputs says."
)
versioned_filesystem_io_manager = IOManagerDefinition(
    _versioned, _FOLDER, "Keeps values by version, for memoized runs."
)
