import { RenderMimeRegistry } from '@jupyterlab/rendermime';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readDrawnGraph } from '../../src/views/outputs/graph_model';
import { GRAPH_MIME, registerOutputs, RUN_MIME } from '../../src/views/outputs';
import { error, location, run, workspace } from '../samples';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn } from '../surroundings';

const DRAWN = {
  kind: 'pipeline',
  name: 'flights',
  boxes: [
    { key: 'load', label: 'load', note: 'read_csv', state: '' },
    { key: 'clean', label: 'clean', note: '', state: 'failure' }
  ],
  arrows: [{ source: 'load', target: 'clean', label: 'rows' }]
};

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let registry: RenderMimeRegistry;
const shown: Widget[] = [];

beforeEach(() => {
  server = new MemoryServer({ workspaceOrError: () => workspace(location('flights.py')) });
  orch = orchOn(server);
  registry = new RenderMimeRegistry();
  registerOutputs(orch, registry);
});

afterEach(() => act(() => shown.splice(0).forEach(one => one.dispose())));

async function draw(mime: string, data: unknown): Promise<HTMLElement> {
  const bundle = { [mime]: data as never, 'text/html': '<b>plain</b>', 'text/plain': 'plain' };
  expect(registry.preferredMimeType(bundle, 'ensure')).toBe(mime);
  const widget = registry.createRenderer(mime);
  Widget.attach(widget, document.body);
  shown.push(widget);
  await act(async () => {
    const drawn = widget.renderModel(registry.createModel({ data: bundle, trusted: false }));
    await orch.workspace.refetch();
    await drawn;
  });
  return widget.node;
}

describe('a pipeline as the last value of a cell', () => {
  it('is drawn by the graph of the Pipeline tab and leads to it', async () => {
    await draw(GRAPH_MIME, DRAWN);
    const graph = screen.getByRole('listbox', { name: 'Graph of flights' });
    expect(screen.getAllByRole('option').map(one => one.getAttribute('aria-label'))).toEqual(['load', 'clean, Failed']);
    fireEvent.click(screen.getByRole('option', { name: 'load' }));
    fireEvent.keyDown(graph, { key: 'ArrowDown' });
    await waitFor(() => expect(screen.getByRole('option', { name: 'clean, Failed' }).getAttribute('aria-selected')).toBe('true'));
    fireEvent.click(screen.getByRole('button', { name: 'Open pipeline' }));
    expect(orch.open.pipeline).toHaveBeenCalledWith(expect.objectContaining({ location: 'flights.py', pipeline: 'flights' }));
  });

  it('leaves the wheel to the notebook unless Ctrl is held', async () => {
    await draw(GRAPH_MIME, DRAWN);
    const graph = screen.getByRole('listbox', { name: 'Graph of flights' });
    expect(fireEvent.wheel(graph, { deltaY: 10 })).toBe(true);
    expect(fireEvent.wheel(graph, { deltaY: 10, ctrlKey: true })).toBe(false);
  });

  it('has no way to what the server does not know', async () => {
    server.answers.pipelineRunOrError = () => error({ __typename: 'PipelineRunNotFoundError', message: 'no such run' });
    await draw(GRAPH_MIME, { ...DRAWN, kind: 'run of', name: 'other: success', pipeline: 'other', runId: 'r-1' });
    await waitFor(() => expect(server.count('RunOutput')).toBe(1));
    expect(screen.queryByRole('button', { name: /^Open (run|pipeline)/ })).toBeNull();
  });

  it('leads from a result to its run', async () => {
    server.answers.pipelineRunOrError = () => run({ runId: 'r-1', stepStats: [], executionPlan: null, failure: null });
    await draw(GRAPH_MIME, { ...DRAWN, pipeline: 'flights', runId: 'r-1' });
    fireEvent.click(await screen.findByRole('button', { name: 'Open run' }));
    expect(orch.open.run).toHaveBeenCalledWith('r-1');
  });

  it('takes whatever a notebook holds, as text', async () => {
    const node = await draw(GRAPH_MIME, { kind: HOSTILE, name: HOSTILE, boxes: [{ key: HOSTILE, note: HOSTILE, state: HOSTILE }, 7], arrows: [{ source: 1 }, null] });
    expect(node.textContent).toContain(HOSTILE);
    expect(isOnlyText(node)).toBe(true);
    expect(readDrawnGraph(null).solids).toEqual([]);
    expect(readDrawnGraph({ boxes: 'x', arrows: {} }).solids).toEqual([]);
  });
});

describe('a run as the last value of a cell', () => {
  const said = { runId: 'r-1', pipelineName: 'flights', status: 'STARTED' };

  it('is live until it has ended', async () => {
    let answer = run({
      runId: 'r-1',
      canTerminate: true,
      status: 'STARTED',
      stepStats: [{ runId: 'r-1', stepKey: 'load', status: 'SUCCESS', startTime: 1, endTime: 3.5, attempts: 1 }],
      executionPlan: { steps: ['load', 'clean'].map(key => ({ key, kind: 'COMPUTE', solidHandle: key, inputs: [] })) },
      failure: null
    });
    server.answers.pipelineRunOrError = () => answer;
    await draw(RUN_MIME, said);
    await waitFor(() => expect(screen.getByRole('list', { name: 'Steps' }).textContent).toContain('load2.5 s'));
    expect(screen.getByText('1 of 2 steps')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Cancel run' })).toBeTruthy();
    answer = { ...answer, status: 'FAILURE', endTime: 9, failure: error({ message: `boom ${HOSTILE}` }) };
    await waitFor(() => expect(screen.getByRole('status', { name: 'Run status' }).textContent).toBe('Failed'), { timeout: 20_000 });
    expect(screen.getByText(/boom/).textContent).toContain(HOSTILE);
    expect(screen.queryByRole('button', { name: 'Cancel run' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Open run' }));
    expect(orch.open.run).toHaveBeenCalledWith('r-1');
  });

  it('shows how it stood when the server has it no more', async () => {
    server.answers.pipelineRunOrError = () => error({ __typename: 'PipelineRunNotFoundError', message: 'no such run' });
    await draw(RUN_MIME, { ...said, status: 'SUCCESS', pipelineName: HOSTILE });
    expect(await screen.findByText(/how it stood when the cell ended/)).toBeTruthy();
    expect(screen.getByRole('status', { name: 'Run status' }).textContent).toBe('Success');
    expect(screen.queryByRole('button', { name: 'Open run' })).toBeNull();
    expect(isOnlyText(document.body)).toBe(true);
  });
});
