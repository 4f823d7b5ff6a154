"""Secrets are hidden in texts, events, failures and output, however a piece of output is cut."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_orch.compute_logs.local import LocalComputeLogs
from jupyter_orch.compute_logs.masked import MaskedComputeLogs, OutputMask, hide_in_notebooks
from jupyter_orch.masking import MASK, SHORTEST, Mask
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.failure import Failure

SECRET = 'p/w "ö"+x&1'


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET).replace("%C3%B6", "%c3%b6").replace("%2B", "%2b").replace("%26", "%26").replace("%22", "%22"),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"user:{SECRET}".encode()).decode(),
        base64.b64encode(f"user_:{SECRET}; and more".encode()).decode(),
        base64.urlsafe_b64encode(f"u:{SECRET}".encode()).decode(),
    ],
)
def test_a_secret_is_found_however_it_is_written(written: str) -> None:
    mask = Mask([SECRET])
    shown = mask.text(f"it is {written}, as you see")
    assert MASK in shown and shown.startswith("it is ") and shown.endswith(", as you see")
    hidden = mask.written(f"it is {written}, as you see".encode())
    assert b"***" in hidden and len(hidden) == len(f"it is {written}, as you see".encode())


def test_short_values_and_the_names_of_things_are_left_alone() -> None:
    assert not Mask(["x" * (SHORTEST - 1), ""]) and Mask(["x" * SHORTEST])
    mask = Mask(["result"])
    event = Event(
        type=EventType.STEP_OUTPUT,
        timestamp=1.0,
        message="gave the result",
        step_key="result",
        data={"output_name": "result", "result": "result", "metadata": [{"label": "a", "value": "result"}], "n": 1},
    )
    shown = mask.event(event)
    assert shown.message == "gave the ***" and shown.step_key == "result"
    assert shown.data == {
        "output_name": "result",
        "result": "***",
        "metadata": [{"label": "a", "value": "***"}],
        "n": 1,
    }
    assert Mask(["something else"]).event(event) is event


def test_failures_with_their_causes() -> None:
    inner = Failure(cls="KeyError", message="no s3cr3t-1", stack=("line with s3cr3t-1",), code="f('s3cr3t-1')")
    shown = Mask(["s3cr3t-1"]).failure(Failure(cls="ValueError", message="because", cause=inner))
    assert "s3cr3t-1" not in repr(shown) and shown.cause is not None and shown.cause.code == "f('***')"


@given(st.text("abc", min_size=SHORTEST, max_size=9), st.text("abc ", max_size=60), st.lists(st.integers(0, 60)))
def test_output_that_is_read_in_pieces_shows_no_secret(secret: str, text: str, cuts: list[int]) -> None:
    """Also a reader that comes back for more while the text is being written never sees all of a secret."""
    mask = Mask([secret])
    whole = text.encode()
    ends = sorted({min(cut, len(whole)) for cut in cuts} | {len(whole)})
    seen = b""
    for end in ends:
        written = whole[:end]
        logs = MaskedComputeLogs(_Written(written), lambda _: mask)
        while piece := logs.read("run", "step", "stdout", len(seen), 4):
            seen += piece
    assert secret.encode() not in seen
    assert seen + mask.written(whole)[len(seen) :] == mask.written(whole)
    assert MaskedComputeLogs(_Written(whole), lambda _: None).read("run", "step", "stdout", 0, 100) == whole


class _Written(LocalComputeLogs):
    """Output as far as it has been written."""

    def __init__(self, data: bytes) -> None:
        super().__init__(Path("/nowhere"))
        self._data = data

    def read(self, run_id: str, step_key: str, stream: str, start: int, limit: int) -> bytes:
        return self._data[start : start + limit]


def test_files_are_masked_behind_their_writers(tmp_path: Path) -> None:
    file = tmp_path / "step.out"
    mask = OutputMask(tmp_path, Mask(["s3cr3t-1"]))
    with file.open("ab", buffering=0) as writer:
        writer.write(b"one s3cr3t-1 two s3cr")
        mask.hide()
        assert file.read_bytes() == b"one ******** two s3cr"
        writer.write(b"3t-1 three")
        mask.hide()
        assert file.read_bytes() == b"one ******** two ******** three"
        file.open("r+b").truncate(4)  # as what keeps output from growing does
        writer.write(b"s3cr3t-1")
        mask.hide()
    assert file.read_bytes() == b"one ********"
    OutputMask(tmp_path / "nothing", Mask(["s3cr3t-1"])).hide()


def test_much_output_is_looked_through_bit_by_bit(tmp_path: Path) -> None:
    (tmp_path / "step.out").write_bytes(b"s3cr3t-1 " * 5)
    mask = OutputMask(tmp_path, Mask(["s3cr3t-1"]))
    hidden = []
    for _ in range(4):
        mask.hide(12)
        hidden.append((tmp_path / "step.out").read_bytes().count(b"s3cr3t-1"))
    assert hidden == sorted(hidden, reverse=True) and hidden[0] > 0 and hidden[-1] == 0


def test_other_forms_of_a_notebook_are_looked_through_like_it(tmp_path: Path) -> None:
    step = tmp_path / "run" / "step"
    step.mkdir(parents=True)
    for name in ("daily.ipynb", "daily.html", "daily.md", "result"):
        (step / name).write_bytes(b"a s3cr3t-1")
    hide_in_notebooks(tmp_path, "run", Mask(["s3cr3t-1"]))
    hidden = {file.name for file in step.iterdir() if file.read_bytes() == b"a ********"}
    assert hidden == {"daily.ipynb", "daily.html", "daily.md"}, "values that steps hand on stay as they are"


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.out"
    outside.write_bytes(b"s3cr3t-1")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "step.out").symlink_to(outside)
    OutputMask(folder, Mask(["s3cr3t-1"])).hide()
    assert outside.read_bytes() == b"s3cr3t-1"


def test_a_download_of_a_run_that_still_writes_is_masked(tmp_path: Path) -> None:
    logs = LocalComputeLogs(tmp_path)
    folder = logs.folder("run")
    folder.mkdir()
    (folder / "step.out").write_bytes(b"a s3cr3t-1")
    shown = MaskedComputeLogs(logs, lambda _: Mask(["s3cr3t-1"]))
    fd = shown.open("run", "step", "stdout")
    assert fd is not None
    with open(fd, "rb") as file:
        assert file.read() == b"a ********"


def test_notebooks_stay_notebooks(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "step"
    folder.mkdir(parents=True)
    (folder / "step.ipynb").write_text(json.dumps({"cells": [{"source": f"print('{SECRET}')"}]}))
    (folder / "value").write_text(SECRET)
    hide_in_notebooks(tmp_path, "run", Mask([SECRET]))
    found = json.loads((folder / "step.ipynb").read_text())
    assert SECRET not in str(found) and "***" in found["cells"][0]["source"]
    assert (folder / "value").read_text() == SECRET, "what steps hand on is theirs"
