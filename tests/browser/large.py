"""Large things to look at: code with thousands of solids and lines, 10,000 stored runs, and scripts that time what is seen."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from jupyter_orch.instance import open_instance
from jupyter_orch.ports import NewRun
from jupyter_orch.records.failure import Failure
from jupyter_orch.settings import read_settings
from jupyter_orch.storage.schema import runs
from tests.conftest import submission
from tests.large_grid import grid_of
from tests.server_process import ServerProcess

RUNS = 10_000
SIZES = (
    grid_of(5_000)
    + '''
@solid
def talk(context):
    for number in range(100_000):
        context.log.info(f"line {number}")


@pipeline(mode_defs=[ModeDefinition(executor_defs=[in_process_executor])])
def chatty():
    """A hundred thousand lines."""
    talk()


def nested(depth):
    """A composite in a composite …"""
    inner = begin if depth == 0 else nested(depth - 1)

    @composite_solid(name=f"d{depth}")
    def outer():
        inner()

    return outer


@pipeline
def deep():
    """Eight composites deep."""
    nested(7)()


@repository
def sizes():
    return [grid, chatty, deep]
'''
)
# When the panel was first painted with runs in it, counted from the moment that Lab says it is ready.
FIRST_PAINT = """() => new Promise(resolve => {
  const painted = () => document.querySelector('.jp-orch-Panel [aria-label^="Run of"]');
  const look = () => painted() ? requestAnimationFrame(() => resolve(performance.now() - window.labReady)) : requestAnimationFrame(look);
  look();
})"""
READY = """(() => {
  const look = () => window.jupyterapp?.restored
    ? window.jupyterapp.restored.then(() => { window.labReady = performance.now(); })
    : setTimeout(look, 2);
  look();
})()"""
# Milliseconds from the command to the first frame with solids drawn, and until a click on one is answered.
GRAPH = """async args => {
  const until = async condition => { while (!condition()) await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame); };
  const began = performance.now();
  window.jupyterapp.commands.execute('jupyter-orch:open-pipeline', args);
  const canvas = () => document.querySelector('.jp-orch-Graph canvas');
  await until(() => canvas()?.width > 1);
  const painted = performance.now() - began;
  const search = document.querySelector('.jp-orch-Pipeline .jp-orch-search');
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(search, 'n_50_25');
  search.dispatchEvent(new Event('input', { bubbles: true }));
  search.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  await until(() => document.querySelector('[data-handle=n_50_25]'));
  return { painted, interactive: performance.now() - began };
}"""
PAN = """async near => {
  const frame = document.querySelector('.jp-orch-Graph-frame');
  if (!near) document.querySelector('.jp-orch-Graph-tools button:last-child').click();
  const frames = [];
  await new Promise(requestAnimationFrame);
  let last = performance.now();
  for (let i = 0; i < 120; i++) {
    frame.dispatchEvent(new WheelEvent('wheel', { deltaX: i % 40 < 20 ? 40 : -40, deltaY: i % 60 < 30 ? 30 : -30, bubbles: true, cancelable: true }));
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  frames.sort((a, b) => a - b);
  return { median: frames[60], late: frames[113], longest: frames[119] };
}"""
SCROLL = """async () => {
  const scroller = document.querySelector('.jp-orch-Log-lines');
  scroller.dispatchEvent(new WheelEvent('wheel', { deltaY: -1, bubbles: true }));
  const frames = [];
  let last = performance.now();
  for (let i = 0; i < 240; i++) {
    scroller.scrollTop = i % 2 ? scroller.scrollTop + 900 : (scroller.scrollHeight * ((i * 37) % 240)) / 240;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  frames.sort((a, b) => a - b);
  return { median: frames[120], late: frames[227], longest: frames[239] };
}"""


def seed(server: ServerProcess) -> None:
    """Runs that have ended long ago: one is stored, the others are its copies."""
    instance = open_instance(read_settings(server.orch_home))
    try:
        gone = Failure(cls="Gone", message="its code is gone")
        instance.storage.add_run(NewRun(run_id="old-0", submission=submission(tags={"team": "ice"}), failure=gone))
    finally:
        instance.close()
    apart = {"pk": "n", "run_id": "'old-' || n"}
    columns = [column.name for column in runs.columns]
    copied = ", ".join(apart.get(name, name) for name in columns)
    with closing(sqlite3.connect(server.orch_home / "orch.db")) as database, database:
        database.execute(
            f"""insert into runs ({", ".join(columns)})
            with recursive many(n) as (select 2 union all select n + 1 from many where n < {RUNS})
            select {copied} from runs, many"""
        )
        database.execute(
            "insert into run_tags select runs.pk, one.key, one.value from runs, run_tags one where runs.pk > 1"
        )
