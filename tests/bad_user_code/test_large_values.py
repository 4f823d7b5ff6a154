"""Values that are too large, metadata that is too long (U13, U28)."""

from __future__ import annotations

from pathlib import Path

import jupyter_orch as orch
from tests.kernel.orders import Launched

MB = 1024 * 1024


def test_u13_a_large_output_is_streamed_to_its_file_and_not_copied(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        f"""
@solid
def large(): return bytearray({200 * MB})

@solid
def length(context, value):
    context.log.info(str(len(value)))

@solid
def small(): return 1

@pipeline
def p(): length(large()); small()
""",
        executor_config={"max_concurrent": 1},
    )
    assert run.outcome.ok, [event.data for event in run.events if event.type == "STEP_FAILURE"]
    assert [event.message for event in run.events if event.type == "LOG"] == [str(200 * MB)]
    peaks = {step: run.data(step, "STEP_SUCCESS")["peak_rss_bytes"] for step in ("large", "small")}
    assert peaks["large"] - peaks["small"] < (200 + 150) * MB


def test_u13_an_output_that_the_disk_does_not_hold_fails_its_step_and_leaves_nothing(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        f"""
import resource
@solid
def large():
    resource.setrlimit(resource.RLIMIT_FSIZE, ({MB}, {MB}))
    return b"x" * {20 * MB}

@solid
def beside(): return 1

@pipeline
def p(): large(); beside()
""",
    )
    failure = run.failure("large")
    assert failure["cls"] == "DagsterExecutionHandleOutputError"
    assert "output 'result' of step 'large' could not be stored" in failure["message"]
    assert "File too large" in failure["message"]
    assert run.of("beside")[-1] == "STEP_SUCCESS"
    assert [path for path in (tmp_path / "storage").rglob("*") if path.is_file() and "large" in str(path)] == []


def test_u28_metadata_is_data_and_has_an_end() -> None:
    long = orch.EventMetadata.md("<script>alert(1)</script>" * 100_000)
    assert len(long.md_str) == 1_000_001 and long.md_str.startswith("<script>") and long.md_str.endswith("…")
    assert orch.EventMetadata.url("javascript:alert(1)").value == "javascript:alert(1)"
    assert len(orch.EventMetadata.text("x" * 5_000_000).text) == 1_000_001
