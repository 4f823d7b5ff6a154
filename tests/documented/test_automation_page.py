"""The page on automation: its code runs, its commands and settings exist."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch import build_schedule_context
from jupyter_orch.cli.main import parse
from jupyter_orch.settings import read_settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "automation.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_code_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown: dict[str, Any] = {}
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), shown)
    context = build_schedule_context(scheduled_execution_time=datetime(2024, 3, 8, 6, 30, tzinfo=UTC))
    (request,) = shown["every_morning"].evaluate_tick(context).run_requests
    assert request.run_config == {"solids": {"report": {"config": {"day": "2024-03-08"}}}}


def test_the_commands_of_the_page_exist() -> None:
    commands = re.findall(r"jupyter orch ([a-z][^`\n|]*)", PAGE.read_text("utf-8"))
    assert len(commands) > 8
    for command in commands:
        assert callable(parse(shlex.split(command)).act), command


def test_the_settings_of_the_page_are_read(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_HOOK", "https://chat.example.org/hook")
    private_home.mkdir(parents=True)
    (block,) = blocks("yaml")
    (private_home / "orch.yaml").write_text(block)
    first, second = read_settings().run_monitoring.notifications
    assert first.webhook is not None and first.webhook.url == "https://chat.example.org/hook"
    assert second.email is not None and second.late_after == 300
    for key in ("schedules.overlap", "sensors.num_workers", "scheduler.max_catchup_runs", "sensors.keep_server_alive"):
        assert f"`{key}`" in PAGE.read_text("utf-8")
        assert f"`{key}`" in (PAGE.parent / "reference" / "orch_yaml.md").read_text("utf-8")
