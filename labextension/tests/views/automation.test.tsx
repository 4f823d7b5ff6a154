import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { AutomationBody } from '../../src/views/automation/body';
import { AutomationModel } from '../../src/views/automation/model';
import { error, location, schedule, workspace } from '../samples';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let model: AutomationModel;
let ticks: Record<string, unknown>[];
const asked: unknown[] = [];

function tick(id: string, change: Record<string, unknown>): Record<string, unknown> {
  return { id, timestamp: 1000, endTimestamp: 1000.5, status: 'SUCCESS', skipReason: null, runIds: [], error: null, ...change };
}

beforeEach(() => {
  asked.length = 0;
  ticks = [
    tick('3', { status: 'FAILURE', error: error({ message: 'the table is gone' }) }),
    tick('2', { status: 'SKIPPED', skipReason: 'nothing new' }),
    tick('1', { runIds: ['run-1', 'run-2'] })
  ];
  server = new MemoryServer({
    workspaceOrError: () => workspace(location('flights.py')),
    scheduleOrError: (args: unknown) => {
      asked.push(args);
      return { __typename: 'Schedule', ...schedule({ executionTimezone: 'Europe/Berlin', mode: 'default', futureTicks: () => [4e9], ticks: () => ticks }) };
    },
    startSchedule: () => ({ __typename: 'ScheduleStateResult', schedule: schedule({ status: 'RUNNING' }) })
  });
  orch = orchOn(server);
  model = new AutomationModel(orch);
});

async function draw(): Promise<HTMLElement> {
  const { container } = show(orch, <AutomationBody model={model} />);
  await act(async () => orch.workspace.refetch());
  await act(async () => vi.waitFor(() => expect(model.detail).not.toBeNull()));
  return container;
}

describe('schedules tab', () => {
  it('shows the first schedule without being asked, with its next ticks in its own time zone', async () => {
    await draw();
    expect(screen.getByRole('heading', { name: 'nightly' })).toBeTruthy();
    const next = within(screen.getByRole('list', { name: 'Next ticks' }));
    expect(next.getByText('UTC+2')).toBeTruthy();
    expect(asked[0]).toMatchObject({ scheduleSelector: { scheduleName: 'nightly', repositoryLocationName: 'flights.py' } });
  });

  it('tells of each tick what came of it', async () => {
    await draw();
    const rows = within(screen.getByRole('table', { name: 'Ticks' })).getAllByRole('row');
    expect(rows[1].textContent).toContain('the table is gone');
    expect(rows[2].textContent).toContain('nothing new');
    fireEvent.click(within(rows[3]).getByRole('button', { name: 'Open run run-2' }));
    expect(orch.open.run).toHaveBeenCalledWith('run-2');
    fireEvent.click(within(rows[1]).getByRole('button', { name: /^Tick of/ }));
    expect(screen.getByRole('region', { name: 'The evaluation failed' }).textContent).toContain('IndentationError');
    expect(screen.getAllByRole('button', { pressed: true })).toHaveLength(1);
  });

  it('switches a schedule on', async () => {
    await draw();
    await act(async () => fireEvent.click(screen.getByRole('switch', { name: 'Schedule nightly' })));
    await vi.waitFor(() => expect(server.count('StartSchedule')).toBe(1));
  });

  it('keeps hostile texts as text', async () => {
    ticks = [tick('1', { status: 'SKIPPED', skipReason: HOSTILE }), tick('2', { status: 'FAILURE', error: error({ message: HOSTILE, className: HOSTILE }) })];
    const container = await draw();
    expect(container.textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
  });
});
