"""Files that solids hand to each other by reference: a resource that stores them and gives them back."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import IO, Any

from jupyter_orch.definitions.config import Field, Noneable
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.resource import ResourceDefinition


class FileHandle(ABC):
    """Stands for a stored file; small, so that it can be an output."""

    @property
    @abstractmethod
    def path_desc(self) -> str:
        """Where the file is, in words for people."""


class LocalFileHandle(FileHandle):
    """A file of this machine.

    Args:
        path: where it is.
    """

    def __init__(self, path: str) -> None:
        self.path = str(path)

    @property
    def path_desc(self) -> str:
        """The path."""
        return self.path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalFileHandle) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"LocalFileHandle({self.path!r})"


class LocalFileManager:
    """Stores files in a folder, each under a name of its own.

    Args:
        base_dir: the folder; made when it is needed.
    """

    def __init__(self, base_dir: str) -> None:
        self.base_dir = base_dir

    @contextlib.contextmanager
    def read(self, file_handle: LocalFileHandle, mode: str = "rb") -> Iterator[IO[Any]]:
        """Open a stored file: ``with file_manager.read(handle) as file``.

        Raises:
            DagsterInvariantViolationError: ``mode`` is neither ``"r"`` nor ``"rb"``, or the file is gone.
        """
        if mode not in ("r", "rb"):
            raise DagsterInvariantViolationError(f"a stored file is opened with mode 'r' or 'rb', not {mode!r}")
        try:
            file = open(file_handle.path, mode, encoding=None if "b" in mode else "utf-8")  # noqa: SIM115
        except OSError as error:
            raise DagsterInvariantViolationError(
                f"the stored file {file_handle.path} can not be read: {error.strerror}"
            ) from error
        with file:
            yield file

    def read_data(self, file_handle: LocalFileHandle) -> bytes:
        """The bytes of a stored file."""
        with self.read(file_handle) as file:
            return bytes(file.read())

    def write_data(self, data: bytes, ext: str | None = None) -> LocalFileHandle:
        """Store bytes.

        Args:
            data: the bytes.
            ext: ending of the file's name, e.g. ``"csv"``.
        """
        return self.write(io.BytesIO(data), "wb", ext)

    def write(self, file_obj: IO[Any], mode: str = "wb", ext: str | None = None) -> LocalFileHandle:
        """Store what an open file holds.

        Args:
            file_obj: read to its end.
            mode: ``"wb"`` when it gives bytes, ``"w"`` when it gives text.
            ext: ending of the file's name.

        Raises:
            DagsterInvariantViolationError: ``mode`` is neither.
        """
        if mode not in ("w", "wb"):
            raise DagsterInvariantViolationError(f"a file is stored with mode 'w' or 'wb', not {mode!r}")
        os.makedirs(self.base_dir, mode=0o700, exist_ok=True)
        path = os.path.join(self.base_dir, uuid.uuid4().hex + (f".{ext.lstrip('.')}" if ext else ""))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, mode, encoding=None if "b" in mode else "utf-8") as file:
            shutil.copyfileobj(file_obj, file)
        return LocalFileHandle(path)

    def copy_handle_to_local_temp(self, file_handle: LocalFileHandle) -> str:
        """A path at which ordinary programs can read the file; here it is the file's own."""
        return file_handle.path

    def delete_local_temp(self) -> None:
        """Remove copies made for other programs; here there are none."""


def _local(init_context: Any) -> LocalFileManager:
    base = init_context.resource_config.get("base_dir") or os.path.join(init_context.storage_directory, "files")
    return LocalFileManager(base)


local_file_manager = ResourceDefinition(
    _local,
    {"base_dir": Field(Noneable(str), description="folder for the files; the instance's own when null")},
    "Keeps files in a folder of this machine.",
)
