"""What the figures depend on: the machine, its load, and versions."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from jupyter_orch.version import __version__
from tests.browser.conftest import CHROMIUMS
from tests.postgres import find_programs
from tests.server_process import REPOSITORY

PACKAGES = (
    "jupyter-server",
    "jupyterlab",
    "ipykernel",
    "papermill",
    "sqlalchemy",
    "graphql-core",
    "tornado",
)


def circumstances() -> dict[str, str]:
    """Machine and versions, as words."""
    programs = find_programs()
    commit = _said("git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=12")
    browser = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    return {
        "begun": instant(),
        "commit": commit or "unknown",
        "machine": f"{_processor()}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.1f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "databases": f"SQLite {sqlite3.sqlite_version}, {_said(str(programs / 'postgres'), '--version') if programs else 'no Postgres'}",
        "browser": _said(browser, "--version", "--no-sandbox") if browser else "none",
        "packages": ", ".join([f"jupyter-orch {__version__}", *(f"{name} {_version(name)}" for name in PACKAGES)]),
        "load before": load(),
    }


def instant() -> str:
    """Now, in UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def load() -> str:
    """The load averages of 1, 5 and 15 minutes."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
