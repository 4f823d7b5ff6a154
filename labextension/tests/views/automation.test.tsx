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
let note: string | null;
const asked: unknown[] = [];

function tick(id: string, change: Record<string, unknown>): Record<string, unknown> {
  return { id, timestamp: 1000, startTimestamp: 1000, endTimestamp: 1000.5, lateSeconds: 0, isMissed: false, skippedRunKeys: [], attempts: 1, output: null, status: 'SUCCESS', skipReason: null, runIds: [], error: null, ...change };
}

beforeEach(() => {
  asked.length = 0;
  note = null;
  ticks = [
    tick('3', { status: 'FAILURE', error: error({ message: 'the table is gone' }) }),
    tick('2', { status: 'SKIPPED', skipReason: 'nothing new' }),
    tick('1', { runIds: ['run-1', 'run-2'] })
  ];
  server = new MemoryServer({
    workspaceOrError: () => workspace(location('flights.py')),
    scheduleOrError: (args: unknown) => {
      asked.push(args);
      return { __typename: 'Schedule', ...schedule({ executionTimezone: 'Europe/Berlin', mode: 'default', nextTicks: () => [{ timestamp: 4e9, localTime: '2096-10-02 09:06 CEST', note }], ticks: () => ticks }) };
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

  it('says what the change of the clocks does to a tick', async () => {
    note = 'the clocks skip 02:30; it is due at 03:00';
    await draw();
    expect(within(screen.getByRole('list', { name: 'Next ticks' })).getByText(note)).toBeTruthy();
  });

  it('shows what a tick printed, that it was late, and which ones were missed', async () => {
    ticks = [
      tick('2', { status: 'SKIPPED', isMissed: true, startTimestamp: null, endTimestamp: null, lateSeconds: null, skipReason: 'nobody was there' }),
      tick('1', { lateSeconds: 90, output: 'looking\n', skippedRunKeys: ['key-1'] })
    ];
    await draw();
    const rows = within(screen.getByRole('table', { name: 'Ticks' })).getAllByRole('row');
    expect(rows[1].textContent).toContain('missed');
    expect(rows[2].textContent).toContain('1 min 30 s late');
    fireEvent.click(within(rows[2]).getByRole('button', { name: /^Tick of/ }));
    expect(screen.getByRole('region', { name: 'Output of the evaluation' }).textContent).toBe('looking\n');
    expect(screen.getByText(/key-1/)).toBeTruthy();
  });

  it('tests without launching: what it would launch, and what is wrong with it', async () => {
    server.answers.scheduleDryRun = () => ({
      __typename: 'DryRunInstigationTick',
      timestamp: 1000,
      cursor: null,
      skipReason: null,
      output: 'hello',
      error: null,
      runRequests: [
        { runKey: null, pipelineName: 'flights', runConfigYaml: 'solids: {}\n', isUsed: false, tags: [{ key: 'day', value: HOSTILE }], errors: [] },
        { runKey: 'k', pipelineName: 'flights', runConfigYaml: '', isUsed: true, tags: [], errors: [] }
      ]
    });
    const container = await draw();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Test now' })));
    const result = within(await screen.findByRole('region', { name: 'Result of the test' }));
    expect(result.getByRole('status').textContent).toBe('It would launch 1 run.');
    expect(result.getByText('has run already')).toBeTruthy();
    expect(isOnlyText(container)).toBe(true);
    expect(server.requests.some(request => request.operation === 'Launch')).toBe(false);
    await act(async () => fireEvent.click(result.getByRole('button', { name: 'Close the result' })));
    expect(screen.queryByRole('region', { name: 'Result of the test' })).toBeNull();
  });

  it('shows a sensor with its cursor, and has it look at once', async () => {
    const sensor = {
      __typename: 'Sensor',
      id: 'watch',
      name: 'watch',
      sensorType: 'STANDARD',
      description: null,
      minIntervalSeconds: 30,
      status: 'RUNNING',
      repositoryName: '__repository__',
      repositoryLocationName: 'flights.py',
      nextEvaluation: 4e9,
      targets: [{ pipelineName: 'flights', mode: 'default' }],
      assetKey: null,
      runStatus: null,
      monitoredPipelines: null,
      cursor: HOSTILE,
      lastRunKey: 'k1',
      ticks: () => ticks
    };
    server.answers.sensorOrError = () => sensor;
    server.answers.triggerSensor = () => ({ __typename: 'SensorStateResult', sensor, sensorState: null });
    const container = await draw();
    await act(async () => model.choose({ kind: 'sensor', location: 'flights.py', repository: '__repository__', name: 'watch' }));
    await screen.findByRole('heading', { name: 'watch' });
    expect(container.textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Look now' })));
    await vi.waitFor(() => expect(server.count('TriggerSensor')).toBe(1));
  });

  it('keeps hostile texts as text', async () => {
    ticks = [tick('1', { status: 'SKIPPED', skipReason: HOSTILE }), tick('2', { status: 'FAILURE', error: error({ message: HOSTILE, className: HOSTILE }) })];
    const container = await draw();
    expect(container.textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
  });
});
