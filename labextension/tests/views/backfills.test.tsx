import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { BackfillsBody } from '../../src/views/backfills/body';
import { BackfillsModel } from '../../src/views/backfills/model';
import { holding, partitionSet, workspace } from '../samples';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let model: BackfillsModel;
let backfills: Record<string, unknown>[];
const launched: Record<string, unknown>[] = [];
const MONTHS = Array.from({ length: 12 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')}`);

function states(): Record<string, unknown> {
  return {
    __typename: 'PartitionStatuses',
    results: MONTHS.map((partitionName, i) => ({
      id: partitionName,
      partitionName,
      runStatus: i < 3 ? 'SUCCESS' : i === 3 ? 'FAILURE' : null,
      runId: i <= 3 ? `run-${i}` : null
    }))
  };
}

function backfill(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    __typename: 'PartitionBackfill',
    backfillId: 'fill-1',
    status: 'REQUESTED',
    repositoryName: '__repository__',
    repositoryLocationName: 'flights.py',
    partitionSetName: 'months',
    pipelineName: 'flights',
    numPartitions: 12,
    numRequested: 6,
    numRuns: 6,
    fromFailure: false,
    reexecutionSteps: null,
    createdBy: 'ada',
    timestamp: 1000,
    endTimestamp: null,
    runStatusCounts: [
      { status: 'SUCCESS', count: 4 },
      { status: 'STARTED', count: 2 }
    ],
    passedOver: [],
    error: null,
    partitionStatuses: states(),
    ...change
  };
}

beforeEach(() => {
  launched.length = 0;
  backfills = [];
  server = new MemoryServer({
    workspaceOrError: () => workspace(holding({ partitionSets: [partitionSet()] })),
    partitionBackfillsOrError: () => ({ __typename: 'PartitionBackfills', results: backfills }),
    partitionBackfillOrError: () => backfills[0],
    partitionSetOrError: () => ({ __typename: 'PartitionSet', ...partitionSet(), partitionStatusesOrError: states() }),
    launchPartitionBackfill: ({ backfillParams }: { backfillParams: Record<string, unknown> }) => {
      launched.push(backfillParams);
      backfills = [backfill()];
      return { __typename: 'LaunchBackfillSuccess', backfillId: 'fill-1' };
    }
  });
  orch = orchOn(server);
  model = new BackfillsModel(orch);
});

async function draw(): Promise<HTMLElement> {
  const { container } = show(orch, <BackfillsBody model={model} />);
  await act(async () => {
    await orch.workspace.refetch();
    await model.refetch();
  });
  await act(async () => vi.waitFor(() => expect(model.partitions.length + model.problem.length).toBeGreaterThan(0)));
  return container;
}

describe('backfills tab', () => {
  it('chooses partitions one by one, in a row, and by where they stand', async () => {
    await draw();
    const matrix = within(screen.getByRole('list', { name: 'Partitions of months' }));
    fireEvent.click(matrix.getByRole('button', { name: '2026-05, no run yet' }));
    fireEvent.click(matrix.getByRole('button', { name: '2026-08, no run yet' }), { shiftKey: true });
    expect([...model.chosen]).toEqual(['2026-05', '2026-06', '2026-07', '2026-08']);
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Choose failed' })));
    expect([...model.chosen]).toEqual(['2026-04']);
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Choose those without a run' })));
    expect(model.chosen.size).toBe(8);
  });

  it('launches the chosen ones in the order of the set, and shows the backfill', async () => {
    await draw();
    expect(screen.getByRole('button', { name: 'Launch backfill' }).title).toBe('Choose partitions first.');
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Choose all' })));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Launch backfill' })));
    await vi.waitFor(() => expect(launched).toHaveLength(1));
    expect(launched[0]).toMatchObject({ partitionNames: MONTHS, fromFailure: false });
    expect(await screen.findByRole('list', { name: 'Partitions of backfill fill-1' })).toBeTruthy();
    expect(screen.getByRole('img', { name: '4 of 12' })).toBeTruthy();
  });

  it('sends the same id again after a broken line', async () => {
    await draw();
    await act(async () => model.choose('all'));
    server.answers.launchPartitionBackfill = ({ backfillParams }: { backfillParams: Record<string, unknown> }) => {
      launched.push(backfillParams);
      throw new Error('the line broke');
    };
    await act(async () => model.launch(false).catch(() => undefined));
    await act(async () => model.launch(false).catch(() => undefined));
    expect(launched[1].backfillId).toBe(launched[0].backfillId);
  });

  it('pauses, resumes and cancels', async () => {
    const steered: string[] = [];
    backfills = [backfill()];
    for (const verb of ['cancel', 'pause', 'resume']) {
      server.answers[`${verb}PartitionBackfill`] = () => {
        steered.push(verb);
        backfills = [backfill({ status: verb === 'pause' ? 'PAUSED' : 'REQUESTED' })];
        return { __typename: `${verb[0].toUpperCase()}${verb.slice(1)}BackfillSuccess`, backfillId: 'fill-1' };
      };
    }
    await draw();
    for (const verb of ['Pause', 'Resume', 'Cancel']) {
      await act(async () => fireEvent.click(await screen.findByRole('button', { name: `${verb} backfill fill-1` })));
    }
    await vi.waitFor(() => expect(steered).toEqual(['pause', 'resume', 'cancel']));
  });

  it('opens the run of a partition', async () => {
    await draw();
    fireEvent.doubleClick(screen.getByRole('button', { name: '2026-04, Failed' }));
    expect(orch.open.run).toHaveBeenCalledWith('run-3');
  });

  it('keeps hostile texts as text', async () => {
    backfills = [backfill({ partitionSetName: HOSTILE, createdBy: HOSTILE, passedOver: [{ partitionName: HOSTILE, reason: HOSTILE }] })];
    MONTHS[0] = HOSTILE;
    const container = await draw();
    await act(async () => model.look('fill-1'));
    await vi.waitFor(() => expect(model.detail).not.toBeNull());
    expect(container.textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
  });
});
