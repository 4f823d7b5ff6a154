"""The code and commands on the page about assets do what the page says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupyter_orch as orch
from jupyter_orch.cli.main import parse
from tests.documented.test_examples_in_text import blocks, commands

PAGE = Path(__file__).resolve().parents[2] / "docs" / "assets.md"


def test_the_code_of_the_page(private_home: Path) -> None:
    shown: dict[str, Any] = {}
    for block in blocks(PAGE, "python"):
        exec(compile(block, str(PAGE), "exec"), shown)
    instance: orch.DagsterInstance = shown["instance"]
    assert (private_home / "orch.db").exists()
    with instance:
        context = orch.build_sensor_context(instance)
        requests = shown["new_orders"].evaluate_tick(context).run_requests
        assert [request.tags["source"] for request in requests] == instance.run_ids_for_asset_key(shown["ORDERS"])[:1]
        again = shown["new_orders"].evaluate_tick(orch.build_sensor_context(instance, context.cursor))
        assert again.skip_message == "no new orders"


def test_the_methods_that_the_page_names_exist() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ") and "`" in line]
    named = {part.split("(")[0] for line in rows for part in line.split("`")[1::2]} - {"reexecute_pipeline"}
    assert len(named) > 15
    assert [name for name in sorted(named) if not hasattr(orch.DagsterInstance, name)] == []


def test_the_commands_of_the_page_exist() -> None:
    shown = commands(PAGE)
    assert len(shown) == 4
    for command in shown:
        assert callable(parse(command.split()).act)
