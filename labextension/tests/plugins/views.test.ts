import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { Panel, SplitPanel, TabPanel, Widget } from '@lumino/widgets';
import { expect, it, vi } from 'vitest';

import { addressOf, textOf } from '../../src/commands';
import { ViewKind } from '../../src/plugins/views';

function tab(id: string): MainAreaWidget {
  const widget = new MainAreaWidget({ content: new Widget() });
  widget.id = id;
  return widget;
}

/** A shell with a main area that takes as many widgets as it is told, and a lower area. */
function shell(places: number): { app: JupyterFrontEnd; main: Panel; down: TabPanel; split: SplitPanel; activated: string[] } {
  const main = new Panel();
  const down = new TabPanel();
  const split = new SplitPanel({ orientation: 'vertical' });
  split.addWidget(main);
  split.addWidget(down);
  Widget.attach(split, document.body);
  const activated: string[] = [];
  const app = {
    shell: {
      add: (widget: Widget, area: string) => {
        if (area === 'down') {
          down.addWidget(widget);
        } else if (main.widgets.length < places) {
          main.addWidget(widget);
        }
      },
      activateById: (id: string) => activated.push(id)
    }
  } as unknown as JupyterFrontEnd;
  return { app, main, down, split, activated };
}

it('opens each thing once and brings it to the front again', () => {
  const { app, main, activated } = shell(10);
  const kind = new ViewKind(app, 'test', 'command', () => ({}), null);
  const make = vi.fn(() => tab('a'));
  const first = kind.show(widget => widget.id === 'a', make);
  expect(kind.show(widget => widget.id === 'a', make)).toBe(first);
  expect(make).toHaveBeenCalledTimes(1);
  expect(main.widgets).toEqual([first]);
  expect(activated).toEqual(['a', 'a']);
  first.dispose();
  expect(kind.show(widget => widget.id === 'a', make)).not.toBe(first);
});

it('takes the lower area, with room, where the main one is full', () => {
  const { app, main, down, split } = shell(0);
  const sizes = vi.spyOn(split, 'setRelativeSizes');
  const widget = new ViewKind(app, 'test', 'command', () => ({}), null).show(
    () => false,
    () => tab('a')
  );
  expect(main.widgets).toEqual([]);
  expect(down.widgets).toEqual([widget]);
  expect(sizes).toHaveBeenCalledWith([2, 3]);
});

it('takes only texts from arguments, which may come from anywhere', () => {
  expect(textOf({ runId: 7 }, 'runId')).toBe('');
  expect(addressOf({ location: 'l', repository: 'r', pipeline: 'p', more: 1 })).toEqual({ location: 'l', repository: 'r', pipeline: 'p' });
  expect(addressOf({ location: 'l', repository: ['r'], pipeline: 'p' })).toBeNull();
  expect(addressOf({})).toBeNull();
});
