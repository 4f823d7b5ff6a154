"""The reports of the long campaigns in one place: as they were written, and as a table that a person reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HEAD = """# The long campaigns

Written by `python -m tests.chaos --report {folder}`; the figures behind each row are in [chaos.json](chaos.json). What each
piece does, and what must hold, is in [reliability.md](../reliability.md). The load is that of the machine at the piece's end.

| piece | seed | minutes | well? | what was done and found | version | Python | SQLite | processors | load | system |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
Report = dict[str, Any]


def collect(files: list[Path], folder: Path) -> None:
    """Add reports to a folder's collection; one of the same piece and seed takes the place of the earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "chaos.json"
    known: dict[tuple[str, int], Report] = {}
    earlier: list[Report] = json.loads(kept.read_text()) if kept.exists() else []
    for report in [*earlier, *(json.loads(file.read_text()) for file in files)]:
        report["found"].pop("logs", None)
        known[report["piece"], report["seed"]] = report
    reports = [known[key] for key in sorted(known)]
    kept.write_text(json.dumps(reports, indent=1, ensure_ascii=False) + "\n")
    (folder / "chaos.md").write_text(HEAD.format(folder=folder.name) + "".join(map(_row, reports)))


def _row(report: Report) -> str:
    cells = [
        report["piece"],
        report["seed"],
        report["minutes"],
        "yes" if report["passed"] else "**no**",
        said(report["found"]),
        *(report[name] for name in ("jupyter_orch", "python", "sqlite", "processors")),
        round(report["load"], 1),
        report["system"],
    ]
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def said(found: dict[str, Any]) -> str:
    """What a piece found, in a few words."""
    if "outages" in found:
        return _of_outages(found["outages"])
    if "faults" in found and isinstance(found["faults"], dict):
        return _of_campaign(found)
    if "rss_slope_mb" in found:
        return _of_soak(found)
    if "steps" in found:
        return _of_load(found)
    if "answers" in found:
        return _of_big_data(found)
    return f"`{found['suite']}`: {found['said'][-1] if found['said'] else 'nothing'}".replace("=", "").strip()


def _of_campaign(found: dict[str, Any]) -> str:
    runs = ", ".join(f"{count} {status}" for status, count in sorted(found["runs"].items()))
    kinds = ", ".join(f"{kind} {count}" for kind, count in found["faults"].items())
    asked = found.get("size", {}).get("faults")
    cut = f" of {asked}, cut short" if found.get("was_cut_short") else ""
    return (
        f"{found['database']}: {sum(found['faults'].values())} faults{cut} ({kinds}), "
        f"{sum(found['runs'].values())} runs ({runs}), "
        f"{found['resumed']} resumed, {found['steps']} steps, at rest {found['slowest_end']} s after the last fault, "
        + "; ".join([f"{len(found['violations'])} violations", *found["violations"]])
    )


def _of_soak(found: dict[str, Any]) -> str:
    panels = f", {found['followed']} logs followed by panels" if "followed" in found else ""
    first, second = found["bytes_a_run"]
    return (
        f"{found['runs']} runs in {found['seconds'] / 60:.0f} min, {found['failed']} failed, {found['refused']} requests "
        f"refused, {sum(found['unfinished'].values())} without an end{panels}; an hour: memory {found['rss_slope_mb']:+} MB, "
        f"files {found['files_slope']:+}, threads {found['threads_slope']:+}; WAL {found['largest_wal_mb']} MB at most; "
        f"{first:.0f}, then {second:.0f} bytes a run"
    )


def _of_load(found: dict[str, Any]) -> str:
    told = [
        f"{step['share']:g} of the promised level: {step['asked']} requests, {len(step['failed'])} failed, p95 "
        f"{step['answer_p95'] * 1000:.0f} ms, loop {step['turn_p99'] * 1000:.0f} ms late (p99; a bystander "
        f"{step['onlooker_p99'] * 1000:.0f}), {step['heard']} events heard of {step['told']} told, "
        f"{step['tailed']:.0f} MB of output followed"
        for step in found["steps"]
    ]
    unread = "never cut" if found["unread_for"] is None else f"cut after {found['unread_for']:.0f} s"
    return "; ".join([*told, f"held {found['held']:g}", f"a reader that never reads {unread}"])


def _of_big_data(found: dict[str, Any]) -> str:
    answers = ", ".join(
        f"{what} {took * 1000:.0f} ms (work {found['work'].get(what, 0.0) * 1000:.0f})"
        for what, took in found["answers"].items()
    )
    size = found["size"]
    return "; ".join(
        [
            f"{size['runs']} runs, {size['solids']} solids, {size['log_mb']} MB of output, stored in "
            f"{found['filled_in']:.0f} s, database {found['database_mb']:.0f} MB",
            f"p95: {answers}",
            f"memory {found['memory_before']:.0f} MB, {found['memory_at_most']:.0f} at most",
            *found["faults"],
        ]
    )


def _of_outages(found: list[dict[str, Any]]) -> str:
    told = []
    for kind in dict.fromkeys(one["kind"] for one in found):
        mine = [one for one in found if one["kind"] == kind]
        lengths = ", ".join(f"{one['seconds']:g} s" for one in mine)
        runs = sum(sum(one["runs"].values()) for one in mine)
        well = sum(one["runs"].get("SUCCESS", 0) for one in mine)
        slowest = max(one["rest"] for one in mine)
        lost = sum(one["resumed"] for one in mine)
        told.append(
            f"{kind} for {lengths}: {well} of {runs} runs well, {lost} taken for lost, at rest after {slowest} s"
        )
    return "; ".join(told)
