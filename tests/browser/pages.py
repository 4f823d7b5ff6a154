"""The panel as tests see it: by roles and accessible names, as a keyboard or a screen reader would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.server_process import REPOSITORY, ServerProcess

SCREENS = REPOSITORY / "tests" / ".screens"
# What the widgets extension throws about any notebook that is opened without a kernel; not ours to mend.
FOREIGN_ERRORS = ("Cannot read properties of null (reading 'kernel')",)
STARTING = 60_000
RUNNING = 60_000


class Lab:
    """JupyterLab with the side panel."""

    def __init__(self, page: Page, server: ServerProcess) -> None:
        self.page = page
        self.server = server
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, *, reset: bool = True) -> Lab:
        """Load the page, with a fresh layout unless told otherwise, and show the panel."""
        self.page.goto(f"{self.server.url}lab?token={self.server.token}{'&reset' if reset else ''}")
        self.page.wait_for_function("window.jupyterapp && window.jupyterapp.restored", timeout=STARTING)
        self.page.evaluate("window.jupyterapp.restored")
        self.show_panel()
        return self

    def show_panel(self) -> None:
        """Choose the side panel's tab, unless it is shown already."""
        if not self.panel.is_visible():
            self.page.get_by_role("tab", name="Orchestrate").click()
        expect(self.panel).to_be_visible()

    @property
    def panel(self) -> Locator:
        """The side panel."""
        return self.page.get_by_role("region", name="Orchestrate", exact=True)

    @property
    def connection(self) -> Locator:
        """The chip that says how fresh the panel is."""
        return self.panel.get_by_role("status", name="Connection")

    def section(self, name: str) -> Locator:
        """One of the panel's sections."""
        return self.panel.get_by_role("region", name=re.compile(f"^{name}"))

    def open_pipeline(self, name: str) -> PipelineTab:
        """Click a pipeline's row."""
        self.panel.get_by_role("button", name=name, exact=True).click(timeout=STARTING)
        return PipelineTab(self.page, name)

    def open_launchpad(self, name: str) -> Launchpad:
        """Click the launch button of a pipeline's row."""
        self.panel.get_by_role("button", name=f"Open launchpad of {name}").click(timeout=STARTING)
        return Launchpad(self.page)

    def open_run(self, run_id: str) -> RunTab:
        """Open a run by its command."""
        self.command("jupyter-orch:open-run", runId=run_id)
        return RunTab(self.page)

    def open_instigator(self, kind: str, name: str) -> InstigatorTab:
        """Open a schedule or sensor of the workspace's repository by its command."""
        self.command("jupyter-orch:open-automation", kind=kind, location="code.py", repository="repo", name=name)
        return InstigatorTab(self.page)

    def command(self, name: str, /, **arguments: Any) -> None:
        """Run one of Lab's commands."""
        self.page.evaluate("([name, args]) => { window.jupyterapp.commands.execute(name, args) }", [name, arguments])

    def theme(self, name: str) -> None:
        """Change the theme and wait until it is worn."""
        self.page.evaluate("name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
        # A new theme comes behind a splash.
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=STARTING)

    def picture(self, name: str) -> Path:
        """Keep a screenshot."""
        SCREENS.mkdir(exist_ok=True)
        path = SCREENS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def no_errors(self) -> None:
        """Nothing was thrown in the page, and nothing of a user's text became code."""
        assert [error for error in self.errors if not error.startswith(FOREIGN_ERRORS)] == []
        assert self.page.evaluate("'broken' in window") is False

    @contextmanager
    def without_reload(self) -> Iterator[None]:
        """What happens inside must not need a new page."""
        self.page.evaluate("window.sameDocument = true")
        yield
        assert self.page.evaluate("window.sameDocument === true")


class View:
    """What tabs of the main area have in common: only the shown one is looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.body = page.get_by_role("main")

    def button(self, name: str) -> Locator:
        """A button in the shown tab."""
        return self.body.get_by_role("button", name=name, exact=True)


class PipelineTab(View):
    """A pipeline as graph or outline."""

    def __init__(self, page: Page, name: str) -> None:
        super().__init__(page)
        self.graph = self.body.get_by_role("listbox", name=f"Graph of {name}")
        self.outline = self.body.get_by_role("tree", name=f"Solids of {name}")
        self.inspector = self.body.get_by_role("complementary", name="Inspector")

    def solid(self, name: str) -> Locator:
        """A solid in the graph."""
        return self.graph.get_by_role("option", name=re.compile(f"^{re.escape(name)}(,|$)"))


class Launchpad(View):
    """A run being prepared."""

    @property
    def editor(self) -> Locator:
        """The run config."""
        return self.body.get_by_role("textbox", name="Run config")

    @property
    def mistakes(self) -> Locator:
        """Each mistake in the list."""
        return self.body.get_by_role("list", name="Mistakes", exact=True).get_by_role("button")

    def write(self, text: str) -> None:
        """Replace the run config."""
        self.editor.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def expect_valid(self) -> None:
        """Wait until the server has found nothing wrong."""
        expect(self.body.get_by_text("The run config is valid.")).to_be_visible(timeout=20_000)

    def launch(self) -> RunTab:
        """Press Launch once the draft is valid."""
        self.expect_valid()
        self.button("Launch").click()
        return RunTab(self.page).expect_open()


class InstigatorTab(View):
    """Schedules and sensors, one of them shown in full."""

    @property
    def heading(self) -> Locator:
        """The name of the shown one."""
        return self.body.get_by_role("heading", level=2)


class RunTab(View):
    """One run."""

    @property
    def status(self) -> Locator:
        """Its status word."""
        return self.body.get_by_role("status", name="Run status")

    @property
    def log(self) -> Locator:
        """The event log."""
        return self.body.get_by_role("log", name="Event log")

    def step(self, key: str) -> Locator:
        """A step's row in the Gantt."""
        return self.body.get_by_role("listbox", name="Steps").get_by_role(
            "option", name=re.compile(f"^{re.escape(key)},")
        )

    def tab(self, name: str) -> RunTab:
        """Choose one of the tabs below."""
        self.body.get_by_role("tab", name=name, exact=True).click()
        return self

    def expect_open(self) -> RunTab:
        """Wait until the run is shown."""
        expect(self.status).to_be_visible(timeout=20_000)
        return self

    def expect_status(self, word: str) -> RunTab:
        """Wait for a status."""
        expect(self.status).to_have_text(word, timeout=RUNNING)
        return self
