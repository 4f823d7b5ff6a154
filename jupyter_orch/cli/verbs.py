"""The verbs there are. Each has a module of its name, which only its own command imports."""

from __future__ import annotations

VERBS = {
    "demo": "copy the example workspace and start JupyterLab with it",
    "init": "lay out a new workspace",
    "lab": "open JupyterLab with the current folder's workspace",
    "doctor": "check that every part works, and say how to mend what does not",
    "workspace": "the code locations: list, check",
    "pipeline": "the pipelines: list, print, execute, launch, backfill, scaffold-config",
    "run": "the runs: list, show, logs, cancel, delete, rerun, wipe, export",
    "schedule": "the schedules: list, start, stop, preview, ticks",
    "sensor": "the sensors: list, start, stop, preview, ticks, cursor",
    "backfill": "runs for many partitions: list, show, cancel, pause, resume",
    "asset": "what runs have made: list, show, materializations, wipe",
    "daemon": "the daemon without a Jupyter server: run, status, liveness-check",
    "instance": "the instance: info, check, migrate",
    "deploy": "files for a deployment: helm, compose, jupyterhub",
    "completion": "a script that completes these words in your shell",
}
