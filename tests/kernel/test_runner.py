"""What a runner says of itself at the end of its run."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_orch import wire
from jupyter_orch.records import codec
from jupyter_orch.records.messages import PipelineSelector, RunSpec
from tests.kernel.orders import target_for

RUNNER = """
import json, os, sys
from jupyter_orch.records import codec
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch_kernel.loader import load
from jupyter_orch_kernel.runner import run_in_fork
os._exit(run_in_fork(load(codec.from_json(LocationTarget, json.loads(sys.argv[2]))), [int(sys.argv[1])]))
"""


@pytest.mark.parametrize(
    ("body", "leaves_nothing"),
    [
        ("pass", True),
        ("subprocess.run(['true'])", True),
        ("subprocess.Popen(['sleep', '600'], start_new_session=True)", False),
        ("threading.Thread(target=time.sleep, args=(600,), daemon=True).start()", False),
    ],
)
def test_a_runner_says_whether_anything_of_its_run_may_still_be_there(
    tmp_path: Path, body: str, leaves_nothing: bool
) -> None:
    target = target_for(tmp_path, f"@solid\ndef works(): {body}\n\n@pipeline\ndef p(): works()\n")
    spec = RunSpec(
        run_id="run-1",
        target=target,
        selector=PipelineSelector(repository="__repository__", pipeline="p"),
        artifact_dir=str(tmp_path / "storage"),
        log_dir=str(tmp_path / "logs"),
    )
    ours, theirs = socket.socketpair()
    with theirs:
        words = (str(theirs.fileno()), json.dumps(codec.to_json(target)))
        runner = subprocess.Popen(
            [sys.executable, "-c", RUNNER, *words], pass_fds=[theirs.fileno()], start_new_session=True
        )
    with ours, runner:
        ours.settimeout(60)
        wire.send(ours, {"k": "start", "spec": codec.to_json(spec)})
        while (said := wire.receive(ours)) is not None and said["k"] != "done":
            pass
        assert said is not None and said["ok"], said
        assert said["leaves_nothing"] is leaves_nothing
