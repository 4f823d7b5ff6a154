"""What steps print and log: kept as it is, and never more than there is room for (U7, U8, U10)."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_orch.execution.events import LONGEST_LINE
from tests.kernel.orders import Launched

ODD = b"\xff\xfe\x00\x1b[31mred\x1b[0m\rbar 50%\rbar 100%\n\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\\n\x1b]52;c;ZXZpbA==\x07"
EXECUTORS = pytest.mark.parametrize("executor", ["in_process", "multiprocess"])


@EXECUTORS
def test_u7_binary_and_terminal_sequences_are_stored_byte_by_byte(tmp_path: Path, executor: str) -> None:
    run = Launched(
        tmp_path,
        f"""
@solid
def odd():
    sys.stdout.buffer.write({ODD!r})
    sys.stderr.write("\\udcff surrogate")

@pipeline
def p(): odd()
""",
        executor,
    )
    assert run.outcome.ok, run.events[-2:]
    assert (run.logs / "odd.out").read_bytes() == ODD
    assert (run.logs / "odd.err").read_bytes() == b"\\udcff surrogate"


def test_u8_a_line_of_a_hundred_megabytes_passes_by_and_is_not_held_in_memory(tmp_path: Path) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def endless():
    for _ in range(100): sys.stdout.write("x" * 1_000_000)

@pipeline
def p(): endless()
""",
    )
    assert run.outcome.ok
    assert (run.logs / "endless.out").stat().st_size == 100_000_000
    assert run.data("endless", "STEP_SUCCESS")["peak_rss_bytes"] < _peak_now() + 64 * 1024 * 1024


def _peak_now() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@EXECUTORS
def test_u8_a_huge_line_in_the_log_is_cut_and_says_so(tmp_path: Path, executor: str) -> None:
    run = Launched(
        tmp_path,
        """
@solid
def shouts(context): context.log.info("x" * 50_000_000)

@pipeline
def p(): shouts()
""",
        executor,
    )
    (message,) = (event.message for event in run.events if event.type == "LOG")
    assert len(message) < LONGEST_LINE + 100 and message.endswith(
        "(the line is cut here; it has 50,000,000 characters)"
    )


@EXECUTORS
@pytest.mark.parametrize(
    "body",
    [
        "os.close(1); os.close(2)",
        "sys.stdout = sys.stderr = None",
        "sys.stdout.close(); sys.stderr.close()",
        "os.dup2(os.open(os.devnull, os.O_WRONLY), 1)",
        "sys.stdout = type('Bad', (), {'write': lambda *a: 1 / 0, 'flush': lambda *a: 1 / 0})()",
        "sys.stdin.close()",
    ],
)
def test_u10_a_step_that_spoils_its_streams_ends_properly_and_so_does_the_next(
    tmp_path: Path, executor: str, body: str
) -> None:
    run = Launched(
        tmp_path,
        f"""
@solid
def spoils():
    print("before")
    {body}

@solid(input_defs=[InputDefinition("after", Nothing)])
def later(): print("still here")

@pipeline
def p(): later(spoils())
""",
        executor,
    )
    assert run.outcome.ok, [event.data for event in run.events if event.type == "STEP_FAILURE"]
    assert run.out("spoils") == "before\n"
    assert run.out("later") == "still here\n"
