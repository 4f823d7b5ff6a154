"""P18: a graph of 5,000 solids in the panel of a real JupyterLab, and the panel's first paint with 10,000 runs, in Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench.figures import Figure
from tests.bench.place import Place
from tests.bench.rows import limit, ours
from tests.browser.conftest import BUILT, CHROMIUMS, FLAGS, lab_server
from tests.browser.large import FIRST_PAINT, GRAPH, PAN, READY, RUNS, SIZES, seed
from tests.browser.pages import STARTING, Lab

PAINTS, GRAPHS = 6, 4
ARGUMENTS = {"location": "sizes.py", "repository": "sizes", "pipeline": "grid"}
# What a bare canvas takes for as many boxes and lines, until the frame after it.
CANVAS = """async () => {
  await new Promise(requestAnimationFrame);
  const began = performance.now();
  const canvas = document.createElement('canvas');
  canvas.width = 1280; canvas.height = 800;
  document.body.append(canvas);
  const pen = canvas.getContext('2d');
  for (let i = 0; i < 5000; i++) {
    const x = (i % 50) * 25, y = Math.floor(i / 50) * 8;
    pen.fillStyle = '#ddd'; pen.fillRect(x, y, 18, 5);
    pen.beginPath(); pen.moveTo(x + 9, y + 5); pen.lineTo(x + 9, y + 8); pen.lineTo(x + 34, y + 8); pen.stroke();
  }
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const taken = performance.now() - began;
  canvas.remove();
  return taken;
}"""
FRAMES = """async () => {
  const frames = [];
  let last = 0;
  for (let i = 0; i < 61; i++) {
    const now = await new Promise(requestAnimationFrame);
    if (last) frames.push(now - last);
    last = now;
  }
  return frames;
}"""


def measure(place: Place) -> list[Figure]:
    """One JupyterLab for all of it; its own start is not counted."""
    folder = place.fresh("panel")
    (folder / "workspace").mkdir()
    (folder / "workspace" / "sizes.py").write_text(SIZES)
    (folder / "workspace" / "workspace.yaml").write_text("load_from:\n  - python_file: sizes.py\n")
    if not (BUILT / "package.json").exists():
        raise FileNotFoundError("the panel is not built: make panel")
    server = lab_server(folder, folder / "workspace")
    seed(server)
    try:
        server.start(wait=False)
        server.wait_until_ready(180)
        server.wait_for_locations(180)
        with chromium() as page:
            return _seen(Lab(page, server), place)
    finally:
        server.stop()


@contextmanager
def chromium() -> Iterator[Page]:
    """A page of the machine's own Chromium."""
    found = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError("no Chromium here; CHROMIUM names one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS, env=dict(os.environ))
        try:
            yield browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        finally:
            browser.close()


def _seen(lab: Lab, place: Place) -> list[Figure]:
    page = lab.open().page
    floor = [page.evaluate(CANVAS) for _ in range(place.turns(6))]
    empty = page.evaluate(FRAMES)
    expect(lab.panel.get_by_role("button", name="grid", exact=True)).to_be_visible(timeout=STARTING)
    page.wait_for_timeout(1500)  # the layout is saved with a pause, and the panel must be in it
    page.add_init_script(READY)
    panels = []
    for _ in range(place.turns(PAINTS)):
        page.reload()
        panels.append(page.evaluate(FIRST_PAINT))
    paints, frames = [], []
    for _ in range(place.turns(GRAPHS)):
        page = lab.open().page
        expect(lab.panel.get_by_role("button", name="grid", exact=True)).to_be_visible(timeout=STARTING)
        paints.append(page.evaluate(GRAPH, ARGUMENTS)["painted"])
        near = page.evaluate(PAN, True)
        frames.append(page.evaluate(PAN, False))
    late = max(found["late"] for found in frames)
    note = f"a turn's middle frame of 120; 95 % within {late:.0f} ms; from near {near['median']:.0f} ms"
    return [
        ours("P18", paints, "paint"),
        ours("P18", [found["median"] for found in frames], "pan", note=note),
        ours("P18", panels, "panel", what=f"JupyterLab ready → panel painted, {RUNS:,} runs stored"),
        limit("P18", floor, "paint"),
        limit("P18", empty, "pan"),
    ]
