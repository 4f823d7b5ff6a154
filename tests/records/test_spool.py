"""What a spool gives back, against what the line to the worker would have brought."""

from __future__ import annotations

from pathlib import Path

from jupyter_orch import wire
from jupyter_orch.records.event import Event, EventType
from jupyter_orch.records.spool import Spool, note_begun, read_spool

ODD = Event(
    type=EventType.STEP_OUTPUT,
    timestamp=1.5,
    message="half of a pair \ud800, a line\nand a separator\u2028, ü",
    step_key="a",
    data={"output_name": "\udc80", "n": [1, None, 0.5]},
)


def test_a_spool_and_the_line_tell_of_an_event_in_the_same_words(tmp_path: Path) -> None:
    """Otherwise what had arrived before a worker was killed would be told a second time."""
    spool = Spool(str(tmp_path / "spool"))
    spool.note(ODD, ODD.written())
    note_begun(str(tmp_path / "spool"), "a\ud800", 2)
    (message,) = wire.FrameReader().feed(wire.pack_events(ODD.written(), ODD.written()))
    spooled = read_spool(tmp_path / "spool")
    assert [event.plain() for event in spooled.events] * 2 == message["v"]
    assert spooled.events[0].message == "half of a pair ?, a line\nand a separator\u2028, ü"
    assert spooled.events[0].message.encode()
    assert spooled.begun == {"a\ud800": 2}


def test_lines_of_logs_are_not_kept(tmp_path: Path) -> None:
    log = Event(type=EventType.LOG, timestamp=1.0, message="said")
    Spool(str(tmp_path / "spool")).note(log, log.written())
    assert read_spool(tmp_path / "spool").events == ()
