"""The report of given figures, and who is taken for others; nothing is timed here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.bench.figures import MARK, OURS, SHORTEST, Figure, _of_others, surroundings
from tests.bench.parts import PARTS, chosen
from tests.bench.report import Report, distance, ratio
from tests.bench.rows import BY_NAME, ROWS, limit, ours


def peer(row: str, values: tuple[float, ...], unit: str = "ms", aspect: str = "", who: str = "Other") -> Figure:
    return Figure(row=row, aspect=aspect, who=who, what="the same", values=values, unit=unit)


def made(*figures: Figure) -> Report:
    report = Report()
    report.add(figures)
    return report


def line(report: Report, start: str) -> str:
    """The first line of the table at a glance that begins so."""
    return next(text for text in report.as_markdown().splitlines() if text.startswith(f"| {start} |"))


def test_every_row_is_in_the_report_and_what_is_missing_has_its_reason() -> None:
    report = made(ours("P1", [20.0, 30.0, 40.0]))
    report.miss("P18", "panel failed: no Chromium here")
    text = report.as_markdown()
    for row in ROWS:
        assert row.title in text
    missing = report.missing()
    assert "P1" not in missing and missing["P2"] == "nothing measures it"
    assert missing["P18 paint"] == "panel failed: no Chromium here"
    assert missing["P6 pooled"].startswith("no executor uses a step's process again")
    assert "- P18 paint: panel failed: no Chromium here" in text


def test_a_quantity_tells_its_target_the_limit_and_how_far_it_is_from_it() -> None:
    report = made(ours("P1", [20.0, 30.0, 40.0]), limit("P1", [10.0]), ours("P2", [70.0]))
    assert line(report, "P1").endswith("| 30 ms | 40 | ≤ 35, p95 ≤ 70 | yes | 10 | 3 × |")
    assert "| **no** |" in line(report, "P2")
    assert "P2, API call → success recorded, one solid: 70 ms, p95 70; target ≤ 60" in report.as_markdown()


def test_the_95th_percentile_has_a_target_of_its_own() -> None:
    assert ours("P1", [30.0] * 19 + [60.0]).is_reached
    assert ours("P1", [30.0] * 10 + [90.0] * 2).is_reached is False
    assert ours("P1", list(range(1, 21))).p95 == 19 and ours("P1", list(range(1, 20))).p95 == 19
    assert ours("P1", [7.0]).p95 == 7.0


def test_what_is_not_reached_tells_where_the_reason_is_and_what_is_not_built() -> None:
    text = made(ours("P2", [70.0])).as_markdown()
    (missed,) = [line for line in text.splitlines() if line.startswith("- P2")]
    assert missed.endswith("is in docs/performance.md")
    assert "- P6 pooled, fan-out of 100, processes used again: target 2 ms; no executor uses" in text


def test_others_are_the_processes_that_the_bench_has_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    own = _lost_child()
    monkeypatch.delenv(MARK)
    other = _lost_child()
    monkeypatch.undo()
    with surroundings() as around:
        time.sleep(SHORTEST)
    seen = {pid for pid, _ in _of_others()}
    assert other in seen and own not in seen and around["other_cores"] > 0.1
    for pid in (own, other):
        os.kill(pid, signal.SIGKILL)
    with surroundings() as around:
        pass
    assert "other_cores" not in around, "too short to tell"


def _lost_child() -> int:
    """A busy process whose parent has ended."""
    burn = [sys.executable, "-c", "import time; end = time.monotonic() + 60\nwhile time.monotonic() < end: pass"]
    code = f"from subprocess import DEVNULL, Popen; print(Popen({burn!r}, stdout=DEVNULL, stderr=DEVNULL).pid)"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def test_what_nobody_waited_for_longer_is_told_as_a_bound() -> None:
    late = replace(peer("P17", (20_000.0,), aspect="worker"), at_least=True)
    assert "> 20,000 (> 1,000 ×)" in made(ours("P17", [20.0], "worker"), late).as_markdown()


def test_ratios_say_how_many_times_better_whichever_way_is_better() -> None:
    quick, slow = ours("P1", [20.0]), peer("P1", (50.0,))
    assert ratio(quick, slow) == 2.5
    many, few = ours("P7", [3000.0]), peer("P7", (20.0,), "runs/min")
    assert ratio(many, few) == 150.0
    assert distance(many, limit("P7", [6000.0])) == 2.0
    report = made(quick, slow, many, few)
    text = report.as_markdown()
    assert "50 (2.5 ×)" in text and "20 (150 ×)" in text
    (p7,) = (row for row in report.as_json()["rows"] if row["row"] == "P7")
    assert p7["ratios"] == {"Other": 150.0} and p7["reached"] is True


def test_values_in_other_units_are_told_without_a_ratio() -> None:
    report = made(ours("P1", [20.0]), peer("P1", (2.0,), "s"))
    assert "2 s" in report.as_markdown() and report.as_json()["rows"][0]["ratios"] == {}


def test_both_ends_of_the_window_join_to_one_figure() -> None:
    first, second = ours("P4", [400.0], target=100.0), ours("P4", [500.0, 600.0], target=200.0)
    first.surroundings["other_cores"], second.surroundings["other_cores"] = 0.1, 0.7
    (joined,) = made(first, second).figures
    assert joined.values == (400.0, 500.0, 600.0) and joined.target == 150.0
    assert joined.surroundings == {"other_cores": 0.7}


def test_figures_survive_being_written_as_json() -> None:
    report = made(ours("P6", [7.0, 8.0], "chain", note="a note"), limit("P6", [1.4], "chain"))
    written = json.loads(json.dumps(report.as_json()))
    assert [Figure.from_json(figure) for figure in written["figures"]] == report.figures


def test_every_row_has_a_part_that_measures_it() -> None:
    assert {row for part in PARTS for row in part.rows} == set(BY_NAME)


def test_parts_are_chosen_by_row_or_by_name() -> None:
    assert [part.name for part in chosen(["P14"])] == ["doors", "storage"]
    assert [part.name for part in chosen(["queue", "P1"])] == ["launches", "queue"]
    assert chosen([]) == PARTS
    assert [part.name for part in chosen(["P14"], with_peers=True)] == ["doors"]
    assert [part.name for part in chosen(["storage"], with_peers=True)] == ["storage"]
    with pytest.raises(ValueError, match="nothing is called P99; rows: L, P1, P2"):
        chosen(["P99"])


def test_ours_has_the_rows_words_and_unit() -> None:
    figure = ours("P16", [30_000.0], "sqlite")
    assert (figure.who, figure.unit, figure.target, figure.more_is_better) == (OURS, "events/s", 20_000, True)
    assert figure.is_reached
