"""The GraphiQL page: offline, under any base URL, within its own policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WORKSPACE
from tests.conftest import missing
from tests.server_process import REPOSITORY, ServerProcess, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A Jupyter server without Lab, behind a prefix."""
    if not (REPOSITORY / "jupyter_orch" / "graphiql" / "graphiql.js").exists():
        missing("the built GraphiQL (make panel)")
    with serving(WORKSPACE, tmp_path_factory.mktemp("graphiql"), base_url="/user/a-b/") as server:
        server.wait_for_locations()
        yield server


def test_graphiql_asks_and_shows_documentation(bare: ServerProcess, page: Page) -> None:
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: told.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: told.append(str(e)))
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{bare.url}orch/graphiql?token={bare.token}")
    editor = page.get_by_role("region", name="Query Editor").locator(".CodeMirror").first
    expect(editor).to_be_visible(timeout=30_000)
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("{ version workspaceOrError { __typename } }")
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_role("region", name="Result Window")).to_contain_text('"Workspace"', timeout=30_000)
    page.get_by_role("button", name="Show Documentation Explorer").click()
    expect(page.get_by_text("Query", exact=True).first).to_be_visible(timeout=30_000)
    page.screenshot(path=Path(__file__).parent.parent / ".screens" / "graphiql.png")
    assert told == []
    origin = bare.url.split("/user/")[0]
    assert all(url.startswith((origin, "data:")) for url in asked), asked


def test_graphiql_follows_a_subscription(bare: ServerProcess, page: Page) -> None:
    page.goto(f"{bare.url}orch/graphiql?token={bare.token}")
    editor = page.get_by_role("region", name="Query Editor").locator(".CodeMirror").first
    expect(editor).to_be_visible(timeout=30_000)
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("subscription { pipelineRunsChanged { runIds } }")
    page.get_by_role("button", name="Execute query").click()
    expect(page.get_by_role("button", name="Stop query")).to_be_visible()
    run_id = bare.launch("loud")["run"]["runId"]
    expect(page.get_by_role("region", name="Result Window")).to_contain_text(run_id, timeout=30_000)


def test_the_page_comes_with_a_strict_policy_and_only_for_those_who_are_logged_in(bare: ServerProcess) -> None:
    status, html = bare.request("orch/graphiql")
    assert status == 200 and b"/user/a-b/orch/graphql" in html and b"http" not in html.replace(b"http-equiv", b"")
    assert bare.request("orch/graphiql/graphiql.js", token=None)[0] == 403
    assert bare.request("orch/graphiql/other.js")[0] == 404
    assert bare.request("orch/graphiql/..%2fpage.js")[0] == 404
