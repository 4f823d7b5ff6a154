import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';

import { InstanceBody } from '../../src/views/instance/body';
import { sizeText } from '../../src/views/instance/storage';
import { InstanceModel } from '../../src/views/instance/model';
import { error, location, run, runs, workspace } from '../samples';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let model: InstanceModel;
let silentSince: number | null = null;
let loops: Record<string, unknown>[];

beforeEach(() => {
  loops = [{ id: 'SCHEDULER', daemonType: 'SCHEDULER', required: true, healthy: true, lastHeartbeatTime: 1000, lastHeartbeatErrors: [] }];
  server = new MemoryServer({
    version: () => '0.1.0',
    workspaceOrError: () => workspace(location('flights.py')),
    instance: () => ({
      info: 'storage:\n  sqlite: {}\n',
      runCoordinator: 'queued',
      runLauncher: 'warm',
      daemonHealth: { id: 'd', allDaemonStatuses: loops },
      replicas: [{ id: 'r', host: 'lab-1', pid: 42, here: true, startedAt: 900, lastHeartbeatTime: 1000, silentSince, version: '0.1.0' }],
      pools: [
        { id: 'db', name: 'db', limit: 2, holders: ['0123456789'] },
        { id: 'gpu', name: HOSTILE, limit: null, holders: [] }
      ],
      queue: [run({ runId: 'waiting-1', status: 'QUEUED', queuePosition: 1 })],
      storage: [{ place: 'sqlite:////home/ada/orch.db', bytes: 3_400_000, tables: [{ name: 'events', rows: 12_345, bytes: null }, { name: 'audit', rows: 0, bytes: null }] }]
    }),
    pipelineRunsOrError: ({ filter }: { filter: { statuses: string[] } | null }) =>
      filter?.statuses.includes('QUEUED') ? { ...runs(), count: 7 } : runs()
  });
  orch = orchOn(server);
  model = new InstanceModel(orch);
});

async function draw(): Promise<HTMLElement> {
  const { container } = show(orch, <InstanceBody model={model} />);
  await act(async () => {
    await orch.workspace.refetch();
    await model.refetch();
  });
  return container;
}

describe('instance tab', () => {
  it('shows replicas, loops and how many runs wait', async () => {
    await draw();
    expect(screen.getByRole('status', { name: 'State of the daemon' }).textContent).toBe('All loops are well');
    expect(screen.getByRole('table', { name: 'Replicas' }).textContent).toContain('lab-1 this serverAlive42');
    fireEvent.click(screen.getByRole('button', { name: '7' }));
    expect(orch.open.runs).toHaveBeenCalledWith({ status: 'QUEUED' });
  });

  it('tells apart what is silent', async () => {
    silentSince = 1000;
    await draw();
    silentSince = null;
    expect(screen.getByRole('table', { name: 'Replicas' }).textContent).toContain('Silent');
  });

  it('says which loop is not well, and why', async () => {
    loops = [{ ...loops[0], healthy: false, lastHeartbeatErrors: [error({ message: HOSTILE })] }];
    const container = await draw();
    expect(screen.getByRole('status', { name: 'State of the daemon' }).textContent).toBe('1 loop is not well');
    expect(screen.getByRole('region', { name: 'SCHEDULER fails' }).textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
  });

  it('shows the settings and the locations', async () => {
    await draw();
    fireEvent.click(screen.getByRole('tab', { name: 'Settings' }));
    expect(screen.getByRole('region', { name: 'Settings of the instance' }).textContent).toBe('storage:\n  sqlite: {}\n');
    fireEvent.click(screen.getByRole('tab', { name: 'Locations' }));
    expect(screen.getByRole('button', { name: 'Reload flights.py' })).toBeTruthy();
    expect(screen.getByText(/1 pipeline/).textContent).toContain('code v1');
  });

  it('shows pools with their used slots, and who waits', async () => {
    const container = await draw();
    fireEvent.click(screen.getByRole('tab', { name: 'Queue' }));
    expect(screen.getByRole('meter', { name: 'Used slots of db' })).toMatchObject({ value: 1, max: 2 });
    expect(screen.getByRole('list', { name: 'Pools' }).textContent).toContain('no limit');
    fireEvent.click(screen.getByRole('button', { name: 'Open run 0123456789' }));
    expect(orch.open.run).toHaveBeenCalledWith('0123456789');
    expect(screen.getByRole('table', { name: 'Queue' }).textContent).toContain('1flights');
    fireEvent.click(screen.getByRole('button', { name: 'Show all 7 runs that wait' }));
    expect(orch.open.runs).toHaveBeenCalledWith({ status: 'QUEUED' });
    expect(isOnlyText(container)).toBe(true);
  });

  it('counts what the databases hold only while somebody looks', async () => {
    await draw();
    expect(server.count('StorageHoldings')).toBe(0);
    await act(async () => fireEvent.click(screen.getByRole('tab', { name: 'Storage' })));
    const table = await screen.findByRole('table', { name: 'Tables of sqlite:////home/ada/orch.db' });
    expect(table.textContent).toBe('TableRowsevents12,345');
    expect(screen.getByText('3.2 MiB')).toBeTruthy();
  });

  it('says sizes in units of their own', () => {
    expect([0, 900, 1024, 52_000_000, 3e12].map(sizeText)).toEqual(['0 B', '900 B', '1 KiB', '50 MiB', '2.7 TiB']);
  });

  it('keeps what it knows while the server is away', async () => {
    await draw();
    server.up = false;
    await act(async () => model.refetch());
    expect(model.problem).toBe('');
    expect(screen.getByRole('table', { name: 'Replicas' })).toBeTruthy();
  });
});
