"""Paths that lead out of the folders that are meant, against every route that gives files (V5; rows P1 to P8)."""

from __future__ import annotations

import http.client
import json
import os
from pathlib import Path

import pytest

from jupyter_orch.records.files import file_stem
from tests.journeys.test_rest import ended
from tests.server_process import ServerProcess

pytestmark = pytest.mark.journey

SECRET = "canary-of-paths-5b1e"
SNEAKY = (
    "..", ".", "../../x", "..\\..\\x", "%2e%2e", "%2e%2e%2f%2e%2e%2fx", "%252e%252e%252fx", "..%5c..%5cx", "..%c0%afx",
    "%2fetc%2fpasswd", "C:%5cx", "%5c%5chost%5cshare", "file:%2f%2f%2fetc%2fpasswd", "CON", "x.", "a%00b", "%0d%0aX-Evil:1",
    "x" * 300, "%ff%fe", "~", "..;", "....%2f%2f", "%e2%80%ae", "logs2", "{run}2", "{run}%2f..%2f{run}2", ".%2f{run}",
)  # fmt: skip


def get(server: ServerProcess, path: str) -> tuple[int, bytes, http.client.HTTPMessage]:
    """One request whose path is sent as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("GET", f"{server.base_url}{path}", skip_accept_encoding=True)
    connection.putheader("Authorization", f"token {server.token}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


@pytest.fixture(scope="module")
def run_id(shared: ServerProcess) -> str:
    """A run, and beside its folders others of nearly the same name with something in them."""
    found = ended(shared, pipeline="with_notebook")
    for folder in (shared.orch_home / "compute_logs", shared.orch_home / "storage"):
        for sibling in (f"{found}2", "logs2", "x"):
            (folder / sibling / "wait").mkdir(parents=True, exist_ok=True)
            (folder / sibling / "wait.out").write_text(SECRET)
            (folder / sibling / "wait" / "x.ipynb").write_text(SECRET)
    (shared.orch_home / "x.out").write_text(SECRET)
    return found


@pytest.mark.parametrize("route", ["runs/{a}/logs/{b}/stdout", "runs/{a}/notebooks/{b}", "runs/{a}/events", "runs/{a}"])
def test_p1_p2_no_name_in_an_address_becomes_a_path(shared: ServerProcess, run_id: str, route: str) -> None:
    for text in SNEAKY:
        sneaky = text.replace("{run}", run_id)
        for first, second in ((sneaky, "wait"), (run_id, sneaky), (sneaky, sneaky)):
            if first == run_id and "{b}" not in route:
                continue
            path = f"orch/api/v1/{route.format(a=first, b=second)}"
            status, body, headers = get(shared, path)
            assert status in (400, 404, 405), (path, status)
            assert SECRET.encode() not in body and b"root:" not in body and b"Traceback" not in body, path
            assert "X-Evil" not in headers
            json.loads(body)


@pytest.mark.parametrize("stream", ["stdouts", "..%2fx", "stdin", "stdout%00", "STDOUT", "out"])
def test_p1_there_are_two_streams(shared: ServerProcess, run_id: str, stream: str) -> None:
    assert get(shared, f"orch/api/v1/runs/{run_id}/logs/wait/{stream}")[0] == 404


def test_p3_p5_what_user_code_puts_in_the_place_of_its_files_is_not_served(
    shared: ServerProcess, tmp_path: Path
) -> None:
    run_id = ended(shared, pipeline="with_notebook")
    (tmp_path / "secret.ipynb").write_text(json.dumps({"cells": [], "secret": SECRET}))
    output = shared.orch_home / "compute_logs" / run_id / "wait.out"
    (notebook,) = (shared.orch_home / "storage" / run_id / file_stem("double")).glob("*.ipynb")
    addresses = {output: f"runs/{run_id}/logs/wait/stdout", notebook: f"runs/{run_id}/notebooks/double"}
    for file, address in addresses.items():
        assert get(shared, f"orch/api/v1/{address}")[0] == 200
        file.unlink()
        file.symlink_to(tmp_path / "secret.ipynb")
        assert get(shared, f"orch/api/v1/{address}")[0] == 404, "a link"
        file.unlink()
        os.mkfifo(file)
        assert get(shared, f"orch/api/v1/{address}")[0] == 404, "a pipe"
        file.unlink()
        around = file.parent.rename(tmp_path / f"moved-{file.stem}")
        (around / file.name).write_text(SECRET)
        file.parent.symlink_to(around, target_is_directory=True)
        assert get(shared, f"orch/api/v1/{address}")[0] == 404, "its folder is a link"


HOSTILE = """
from jupyter_orch import *

@solid(output_defs=[DynamicOutputDefinition(int)])
def spread():
    for key in ("plain", "con", "x" * 200):
        yield DynamicOutput(1, mapping_key=key)

@solid
def {name}(x):
    print("said")
    yield AssetMaterialization(asset_key=["a", "../../b"], partition="../../../p")
    yield Output(x)

@pipeline
def hostile():
    spread().map({name})

@repository
def repo():
    return [hostile]
"""


def test_p4_long_and_strange_names_of_steps_stay_in_their_folder(own: ServerProcess) -> None:
    name = "s" * 120
    (own.root / "code.py").write_text(HOSTILE.replace("{name}", name))
    own.request("orch/api/v1/locations/code.py/reload", {}, method="POST")
    run_id = own.launch("hostile")["run"]["runId"]
    assert own.wait_for_run(run_id)["status"] == "SUCCESS"
    for key in ("plain", "con", "x" * 200):
        status, body, _ = get(own, f"orch/api/v1/runs/{run_id}/logs/{name}%5B{key}%5D/stdout")
        assert (status, body) == (200, b"said\n"), key
    for folder in (own.orch_home / "compute_logs", own.orch_home / "storage"):
        for path in folder.rglob("*"):
            assert len(path.name.encode()) < 200 and ".." not in path.name
            assert path.relative_to(folder).parts[0] == run_id
    assert get(own, "orch/api/v1/assets/a%2F..%2F..%2Fb")[0] in (200, 404)
