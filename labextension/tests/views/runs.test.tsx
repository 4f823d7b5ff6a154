import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { RunsBody } from '../../src/views/runs/body';
import { RunsModel } from '../../src/views/runs/model';
import { run } from '../samples';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let model: RunsModel;
let all: Record<string, unknown>[];
const asked: { filter: Record<string, unknown>; cursor: string | null }[] = [];

beforeEach(() => {
  asked.length = 0;
  all = Array.from({ length: 60 }, (_, i) => run({ runId: `run-${i}`, status: i % 2 ? 'FAILURE' : 'SUCCESS' }));
  server = new MemoryServer({
    pipelineRunsOrError: (args: { filter: Record<string, unknown>; cursor: string | null; limit: number }) => {
      asked.push(args);
      const from = args.cursor ? all.findIndex(one => one.runId === args.cursor) + 1 : 0;
      return { __typename: 'PipelineRuns', results: all.slice(from, from + args.limit), count: all.length };
    }
  });
  orch = orchOn(server);
  model = new RunsModel(orch);
});

async function draw(): Promise<HTMLElement> {
  const { container } = show(orch, <RunsBody model={model} />);
  await act(async () => model.refetch());
  return container;
}

async function press(name: string): Promise<void> {
  const before = asked.length;
  await act(async () => {
    fireEvent.click(screen.getByRole('button', { name }));
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before));
  });
  await act(async () => new Promise(resolve => setTimeout(resolve, 5)));
}

describe('runs tab', () => {
  it('turns pages both ways and stops at the ends', async () => {
    await draw();
    expect(screen.getByText('Page 1 of 3 · 60 runs')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Newer runs' }).getAttribute('aria-disabled')).toBe('true');
    await press('Older runs');
    await press('Older runs');
    expect(asked.map(one => one.cursor)).toEqual([null, 'run-24', 'run-49']);
    expect(screen.getAllByRole('row')).toHaveLength(11);
    expect(screen.getByRole('button', { name: 'Older runs' }).getAttribute('aria-disabled')).toBe('true');
    await press('Newer runs');
    expect(screen.getByRole('button', { name: 'Open run run-25' })).toBeTruthy();
  });

  it('sends the filter and begins at the first page', async () => {
    await draw();
    await press('Older runs');
    await act(async () => model.setFilter({ status: 'FAILURE', pipeline: 'flights', tag: 'team=ada' }));
    await vi.waitFor(() =>
      expect(asked[asked.length - 1]).toMatchObject({
        filter: { statuses: ['FAILURE'], pipelineName: 'flights', tags: [{ key: 'team', value: 'ada' }] },
        cursor: null
      })
    );
    await act(async () => model.setFilter({ tag: 'team=' }));
    await vi.waitFor(() => expect(asked[asked.length - 1].filter.tags).toBeNull());
  });

  it('says that nothing fits and clears the filter', async () => {
    all = [];
    await draw();
    await act(async () => model.setFilter({ status: 'CANCELED' }));
    await act(async () => new Promise(resolve => setTimeout(resolve, 10)));
    fireEvent.click(screen.getByRole('button', { name: 'Clear the filter' }));
    expect(model.filter.status).toBe('');
  });

  it('looks again when runs have changed', async () => {
    await draw();
    const before = asked.length;
    await act(async () => orch.runs.refetch());
    await vi.waitFor(() => expect(asked.slice(before).some(one => one.cursor === null)).toBe(true));
  });

  it('keeps hostile texts as text', async () => {
    all = [run({ pipelineName: HOSTILE, createdBy: HOSTILE, runId: HOSTILE })];
    const container = await draw();
    expect(container.textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
  });

  it('cancels, deletes and runs again what is chosen, each run for itself', async () => {
    all = [run({ runId: 'a', status: 'STARTED', canTerminate: true }), run({ runId: 'b' }), run({ runId: 'c', status: 'FAILURE' })];
    const done: string[] = [];
    server.answers.terminatePipelineExecution = ({ runId }: { runId: string }) => {
      done.push(`cancel ${runId}`);
      return { __typename: 'TerminatePipelineExecutionSuccess', run: run({ runId }) };
    };
    server.answers.launchPipelineReexecution = ({ reexecutionParams: { parentRunId } }: { reexecutionParams: { parentRunId: string } }) => {
      done.push(`again ${parentRunId}`);
      return parentRunId === 'b' ? { __typename: 'PythonError', message: 'the code has changed' } : { __typename: 'LaunchPipelineRunSuccess', run: run({ runId: 'new' }) };
    };
    await draw();
    fireEvent.click(screen.getByRole('checkbox', { name: 'Choose all runs of this page' }));
    expect(screen.getByText('3 runs chosen')).toBeTruthy();
    await press('Cancel chosen runs');
    expect(done).toEqual(['cancel a']);
    expect(screen.queryByRole('group', { name: 'Chosen runs' })).toBeNull();
    fireEvent.click(screen.getByRole('checkbox', { name: 'Choose all runs of this page' }));
    await press('Re-run chosen runs');
    await vi.waitFor(() => expect(done).toEqual(['cancel a', 'again b', 'again c']));
    await vi.waitFor(() => expect(orch.open.tell).toHaveBeenCalledWith('flights b: the code has changed', 'error'));
  });

  it('asks for the days between', async () => {
    await draw();
    fireEvent.change(screen.getByLabelText('Created from'), { target: { value: '2026-11-23' } });
    fireEvent.change(screen.getByLabelText('Created to'), { target: { value: '2026-11-23' } });
    await vi.waitFor(() => expect(asked[asked.length - 1].filter.createdBefore).not.toBeNull());
    const { createdAfter, createdBefore } = asked[asked.length - 1].filter as { createdAfter: number; createdBefore: number };
    expect(createdBefore - createdAfter).toBe(86400);
    expect(new Date(createdAfter * 1000).getHours()).toBe(0);
  });
});
