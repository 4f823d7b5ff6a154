import { act, fireEvent, screen, within as inside } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { PipelineBody } from '../../src/views/pipeline/body';
import { PipelineModel } from '../../src/views/pipeline/model';
import { centre, fit, inView, readable, reveal, within, zoomAt } from '../../src/components/graph/viewport';
import { error, pipeline, solid } from '../samples';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

const ADDRESS = { location: 'flights.py', repository: '__repository__', pipeline: 'flights' };

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let model: PipelineModel;
let solids: Record<string, unknown>[];

beforeEach(() => {
  solids = [
    solid('load', [], {
      definition: {
        name: 'read_csv',
        description: 'Reads a file.',
        requiredResources: ['warehouse'],
        notebookPath: null,
        source: { file: '/home/ada/flights.py', contentsPath: 'flights.py', line: 12, cell: null },
        configSchema: { type: 'object', required: ['path'], properties: { path: { type: 'string' }, rows: { type: 'integer', default: 10 } } }
      }
    }),
    solid('clean', ['load'], {
      kind: 'COMPOSITE',
      solids: [solid('drop', [], { handle: 'clean.drop' })],
      inputMappings: [{ outer: 'in0', solid: 'drop', inner: 'df' }]
    }),
    solid('report', ['clean'], {
      kind: 'NOTEBOOK',
      definition: { name: 'report', description: null, requiredResources: [], notebookPath: 'report.ipynb', source: null, configSchema: null }
    })
  ];
  server = new MemoryServer({ pipelineOrError: () => pipeline(solids) });
  orch = orchOn(server);
  model = new PipelineModel(orch, ADDRESS);
});

async function draw(): Promise<HTMLElement> {
  const { container } = show(orch, <PipelineBody model={model} />);
  await act(async () => model.refetch().catch(() => undefined));
  return container;
}

describe('pipeline tab', () => {
  it('lets the graph be walked by the keyboard', async () => {
    await draw();
    const graph = screen.getByRole('listbox', { name: 'Graph of flights' });
    const press = (key: string): void => void act(() => void fireEvent.keyDown(graph, { key }));
    fireEvent.click(screen.getByRole('option', { name: 'load' }));
    expect(model.selected).toBe('load');
    press('ArrowDown');
    expect(model.selected).toBe('clean');
    expect(document.activeElement?.getAttribute('data-handle')).toBe('clean');
    press('Enter');
    expect(screen.getByRole('option', { name: 'drop' })).toBeTruthy();
    press('ArrowDown');
    expect(model.selected).toBe('report');
    press('/');
    expect(document.activeElement).toBe(screen.getByRole('searchbox', { name: 'Find a solid' }));
    press('Escape');
    expect(model.selected).toBe('');
  });

  it('is a table that can be ordered, with the same selection', async () => {
    await draw();
    fireEvent.click(screen.getByRole('button', { name: 'Table' }));
    const names = (): string[] => screen.getAllByRole('rowheader').map(cell => cell.textContent!);
    expect(names()).toEqual(['load', 'clean', 'clean.drop', 'report']);
    fireEvent.click(screen.getByRole('button', { name: /^Kind/ }));
    expect(names()).toEqual(['clean', 'report', 'load', 'clean.drop']);
    expect(screen.getByRole('columnheader', { name: /^Kind/ }).getAttribute('aria-sort')).toBe('ascending');
    fireEvent.click(screen.getByRole('button', { name: 'clean.drop' }));
    expect(model.selected).toBe('clean.drop');
  });

  it('opens composites of any depth', async () => {
    const nest = (depth: number, path: string): Record<string, unknown> => {
      const handle = path ? `${path}.d${depth}` : `d${depth}`;
      return solid(`d${depth}`, [], { handle, kind: depth ? 'COMPOSITE' : 'SOLID', solids: depth ? [nest(depth - 1, handle)] : [] });
    };
    solids = [nest(8, '')];
    await draw();
    const innermost = 'd8.d7.d6.d5.d4.d3.d2.d1.d0';
    act(() => model.select(innermost));
    expect(model.drawing.byHandle.has(innermost)).toBe(true);
    expect(model.opened.size).toBe(8);
  });

  it('shares the selection between graph and outline', async () => {
    await draw();
    act(() => model.select('clean.drop'));
    expect(model.opened.has('clean')).toBe(true);
    fireEvent.click(screen.getByRole('button', { name: 'Outline' }));
    const tree = screen.getByRole('tree', { name: 'Solids of flights' });
    expect(inside(tree).getByRole('treeitem', { name: 'drop' }).getAttribute('aria-selected')).toBe('true');
    expect(inside(tree).getByRole('treeitem', { name: 'clean' }).getAttribute('aria-expanded')).toBe('true');
    fireEvent.keyDown(tree, { key: 'ArrowLeft' });
    expect(model.selected).toBe('clean');
    fireEvent.keyDown(tree, { key: 'ArrowLeft' });
    expect(model.opened.size).toBe(0);
  });

  it('tells everything about a solid and leads to its source', async () => {
    await draw();
    await act(async () => {
      model.select('load');
      await vi.waitFor(() => expect(model.schemaOf('load')).toBeDefined());
    });
    const inspector = screen.getByRole('complementary', { name: 'Inspector' });
    ['Reads a file.', 'read_csv', 'warehouse', 'path', 'required', 'default 10'].forEach(text => expect(inspector.textContent).toContain(text));
    await act(async () => fireEvent.click(inside(inspector).getByRole('button', { name: 'Open source' })));
    expect(orch.open.source).toHaveBeenCalledWith(expect.objectContaining({ contentsPath: 'flights.py', line: 12 }));
    act(() => model.select('report'));
    await act(async () => fireEvent.click(inside(inspector).getByRole('button', { name: 'Open notebook' })));
    expect(orch.open.file).toHaveBeenCalledWith('report.ipynb');
  });

  it('finds solids inside composites', async () => {
    await draw();
    const box = screen.getByRole('searchbox', { name: 'Find a solid' });
    fireEvent.change(box, { target: { value: 'DROP' } });
    fireEvent.keyDown(box, { key: 'Enter' });
    expect(model.selected).toBe('clean.drop');
  });

  it('shows why a pipeline can not be shown', async () => {
    server.answers.pipelineOrError = () => error({ message: 'the code server does not answer' });
    await draw();
    expect(screen.getByRole('alert').textContent).toBe('the code server does not answer');
  });

  it('keeps a graph of 5,000 solids to what is in view', async () => {
    solids = Array.from({ length: 5000 }, (_, i) => solid(`solid_${i}`, i < 60 ? [] : [`solid_${i - 60}`]));
    const container = await draw();
    expect(model.drawing.solids).toHaveLength(5000);
    expect(container.querySelectorAll('[role=option]').length).toBeLessThan(700);
    act(() => model.select('solid_4999'));
    expect(container.querySelector('[data-handle=solid_4999]')).toBe(document.activeElement);
  });

  it('keeps hostile texts as text', async () => {
    solids = [
      solid(HOSTILE, [], {
        definition: {
          name: `${HOSTILE}2`,
          description: HOSTILE,
          requiredResources: [HOSTILE],
          notebookPath: HOSTILE,
          source: { file: HOSTILE, contentsPath: null, line: 1, cell: null },
          configSchema: { type: 'object', properties: { [HOSTILE]: { description: HOSTILE, default: HOSTILE } } }
        },
        tags: [{ key: HOSTILE, value: 'javascript:alert(1)' }],
        outputs: [{ name: HOSTILE, type: HOSTILE, description: HOSTILE, isRequired: true, isDynamic: false }]
      })
    ];
    const container = await draw();
    await act(async () => {
      model.select(HOSTILE);
      await vi.waitFor(() => expect(model.schemaOf(HOSTILE)).toBeDefined());
    });
    fireEvent.click(screen.getByRole('button', { name: 'Outline' }));
    expect(container.textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
    expect(container.querySelector('a[href^="javascript"]')).toBeNull();
  });
});

describe('viewport', () => {
  const size = { width: 800, height: 600 };

  it('fits everything and never enlarges', () => {
    const drawing = { solids: [], byHandle: new Map(), edges: [], width: 4000, height: 1000 };
    const view = fit(drawing, size);
    expect(view.zoom).toBeCloseTo(0.188, 3);
    expect(fit({ ...drawing, width: 100, height: 100 }, size).zoom).toBe(1);
  });

  it('begins where it can be read when it stands in a page', () => {
    const drawing = { solids: [], byHandle: new Map(), edges: [], width: 4000, height: 1000 };
    expect(readable({ ...drawing, width: 100, height: 100 }, size).zoom).toBe(1);
    const view = readable(drawing, size);
    expect(view.zoom).toBe(0.6);
    expect(view.x + size.width / view.zoom / 2).toBeCloseTo(2000);
  });

  it('keeps the point under the pointer', () => {
    const view = { x: 10, y: 20, zoom: 1 };
    const after = zoomAt(view, 1.5, { x: 100, y: 50 });
    expect(after.x + 100 / after.zoom).toBeCloseTo(110);
    expect(after.y + 50 / after.zoom).toBeCloseTo(70);
  });

  it('moves only as far as it must', () => {
    const view = { x: 0, y: 0, zoom: 1 };
    expect(reveal(view, size, { x: 100, y: 100, width: 50, height: 50 })).toEqual(view);
    expect(reveal(view, size, { x: 900, y: 100, width: 50, height: 50 })).toEqual({ x: 174, y: 0, zoom: 1 });
  });

  it('brings a solid near and never loses the drawing', () => {
    const drawing = { solids: [], byHandle: new Map(), edges: [], width: 4000, height: 1000 };
    const box = { x: 1000, y: 500, width: 200, height: 50 };
    expect(centre({ x: 0, y: 0, zoom: 0.1 }, size, box)).toEqual({ zoom: 0.8, x: 600, y: 150 });
    expect(within({ x: 1e6, y: -1e6, zoom: 1 }, drawing, size)).toEqual({ zoom: 1, x: 3904, y: -504 });
    expect(within({ x: 5, y: 5, zoom: 1 }, drawing, size)).toEqual({ zoom: 1, x: 5, y: 5 });
  });

  it('draws only what is in view', () => {
    const { drawing } = model;
    expect(inView(drawing, { x: 1e6, y: 1e6, zoom: 1 }, size)).toEqual([]);
  });
});
