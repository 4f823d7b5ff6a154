"""The example workspace: where it is, and how it gets into a folder without touching what is somebody's own."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from jupyter_orch.errors import OrchError

HOME = ".orch"
MARK = "from-the-example"
_NOT_COPIED = shutil.ignore_patterns("results", "__pycache__", ".*")


class FolderInUse(OrchError):
    """The folder holds something else."""

    code = "FOLDER_IN_USE"


class ExampleMissing(OrchError):
    """The example workspace is not installed."""

    code = "EXAMPLE_MISSING"


def history_command(folder: Path) -> str:
    """What lists the runs of a copy of the example, from any folder."""
    return f"jupyter orch --home {shlex.quote(str(folder / HOME))} run list"


def example_folder() -> Path:
    """The example as it was installed with the package, or as it stands in a checkout.

    Raises:
        ExampleMissing: it is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    candidates = (package / "example", package.parent / "notebooks")
    for folder in candidates:
        if (folder / "workspace.yaml").is_file():
            return folder
    looked = " nor in ".join(map(str, candidates))
    raise ExampleMissing(f"the example workspace is not in {looked}: install jupyter-orch again")


def copy_example(folder: Path) -> bool:
    """Copy the example into a new or empty folder; a folder that holds it already is left as it is.

    Returns:
        Whether it was copied now.

    Raises:
        FolderInUse: there are other files in the folder, or it is a file.
    """
    if folder.is_file():
        raise FolderInUse(f"{folder} is a file: name a folder")
    mark = folder / HOME / MARK
    if mark.exists():
        return False
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUse(
            f"{folder} is not empty and was not made by this command, so nothing was copied: name a new or empty folder"
        )
    shutil.copytree(example_folder(), folder, ignore=_NOT_COPIED, dirs_exist_ok=True)
    mark.parent.mkdir(mode=0o700, exist_ok=True)
    mark.touch()
    return True
