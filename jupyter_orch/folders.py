"""Folders and files of ours: private ones for sockets, gone with their process; files that are replaced as a whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path

from jupyter_orch.errors import OrchError

PREFIX = "orch-"
TRIED = 64 * 1024
"""Bytes that are written to see whether there is room."""

LONGEST_ROOT = 40
"""Bytes; a socket address holds 107, and our own part of the path, down to a kernel's sockets, takes up to 50."""


class UnusableHome(OrchError):
    """The instance's folder can not be used."""

    code = "UNUSABLE_HOME"


def make_home(home: Path) -> None:
    """Make the folder of an instance (0700) if it is not there, and see that nobody else can change what is in it.

    Raises:
        UnusableHome: it can not be made or looked into, everybody may write there, or it belongs to somebody else.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = home.stat()
    except OSError as error:
        raise UnusableHome(
            f"can not open the instance in {home}: {error.strerror or error}; check the folder, or set "
            "JUPYTER_ORCH_HOME to one that you may write"
        ) from error
    _refuse_strangers(home, found)


def check_home(home: Path) -> None:
    """What :func:`make_home` looks at, of a folder that need not be there yet.

    Raises:
        UnusableHome: as there.
    """
    if not is_there(home):
        return
    try:
        found = home.stat()
    except OSError as error:
        raise UnusableHome(f"can not look into {home}: {error.strerror or error}") from error
    _refuse_strangers(home, found)


def _refuse_strangers(home: Path, found: os.stat_result) -> None:
    """See that nobody else can change what is in the folder."""
    place = f"{home}, which is {home.resolve()}," if home.is_symlink() else f"{home}"
    if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        raise UnusableHome(f"{place} may be written by everybody on this machine: chmod o-w {home}")
    if os.geteuid() not in (0, found.st_uid):
        raise UnusableHome(
            f"{place} belongs to another user (number {found.st_uid}), who could change what is stored and run: set "
            "JUPYTER_ORCH_HOME to a folder of your own"
        )


class UnusableFolder(OrchError):
    """Nothing can be kept in the folder."""

    code = "UNUSABLE_FOLDER"


def is_there(path: Path) -> bool:
    """Whether there is something; what may not be looked at is taken to be there, and opening it says why."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def nearest_existing(path: Path) -> Path:
    """The path itself, or the nearest of the folders above it that is there."""
    return next((place for place in (path, *path.parents) if os.path.lexists(place)), path)


def try_folder(path: Path) -> None:
    """See whether files can be kept in a folder, which need not be there yet; leaves nothing behind.

    Raises:
        UnusableFolder: it is a file, can not be made, can not be written, or there is no room.
    """
    place = nearest_existing(path)
    try:
        with tempfile.TemporaryFile(dir=place, buffering=0) as file:
            file.write(bytes(TRIED))
            os.fsync(file.fileno())
            return
    except NotADirectoryError:
        reason = "is not a folder"
    except OSError as error:
        reason = f"can not be written ({error.strerror or error})"
    missing = "" if place == path else f", so {path} can not be made"
    raise UnusableFolder(f"{place} {reason}{missing}")


def runtime_folder() -> Path:
    """A new folder (0700) of this process in the system's temporary folder; those that nobody holds are removed.

    It is locked while this process lives: a process in another container that shares the temporary folder does not see
    our number, and programs that remove old temporary files pass over folders that are locked.
    """
    root = Path(tempfile.gettempdir())
    if len(os.fsencode(root)) > LONGEST_ROOT:
        root = Path("/tmp")
    for old in root.glob(f"{PREFIX}*-*"):
        _remove_if_abandoned(old)
    while True:
        made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=root))
        held = os.open(made, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # for as long as this process lives
        fcntl.flock(held, fcntl.LOCK_EX)
        if made.exists():  # another has not removed it before it was locked
            return made
        os.close(held)


def _remove_if_abandoned(folder: Path) -> None:
    pid = folder.name.removeprefix(PREFIX).split("-")[0]
    with contextlib.suppress(OSError):
        if not pid.isdigit() or folder.stat().st_uid != os.getuid() or os.path.exists(f"/proc/{pid}"):
            return
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file as a whole: a reader sees the old content or the new, whenever this process ends."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
