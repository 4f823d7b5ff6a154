import { describe, expect, it } from 'vitest';

import { OrchClient } from '../../src/api/client';
import { readDaemon, SetupModel } from '../../src/models/setup';
import { MemoryServer } from '../server';

async function stateOf(health: Record<string, unknown> | null): Promise<SetupModel['state']> {
  const server = new MemoryServer();
  server.health = health;
  const setup = new SetupModel(new OrchClient(server.settings()));
  await setup.check();
  return setup.state;
}

describe('SetupModel', () => {
  it('compares releases, not the spelling of pre-releases', async () => {
    expect(await stateOf({ version: '0.1.0.dev7', api: 1, status: 'ready' })).toEqual({ kind: 'ready' });
    expect(await stateOf({ version: '0.2.0', api: 1, status: 'ready' })).toEqual({ kind: 'mismatch', server: '0.2.0', panel: '0.1.0' });
  });

  it('knows a missing, a starting and a failed server part', async () => {
    expect(await stateOf(null)).toEqual({ kind: 'missing' });
    expect(await stateOf({ version: '0.1.0', api: 1, status: 'starting' })).toEqual({ kind: 'starting' });
    expect(await stateOf({ version: '0.1.0', api: 1, status: 'failed', error: 'disk full' })).toEqual({ kind: 'failed', message: 'disk full' });
  });

  it('keeps its last word while the server can not be reached', async () => {
    const server = new MemoryServer();
    const setup = new SetupModel(new OrchClient(server.settings()));
    await setup.check();
    server.up = false;
    await setup.check();
    expect(setup.state).toEqual({ kind: 'ready' });
  });
});

it('reads the daemon from its loops', () => {
  expect(readDaemon(undefined, 100)).toBe('unknown');
  expect(readDaemon({}, 100)).toBe('off');
  expect(readDaemon({ scheduler: { heartbeat: 99, healthy: true } }, 100)).toBe('running');
  expect(readDaemon({ scheduler: { heartbeat: 9, healthy: true } }, 100)).toBe('lost');
  expect(readDaemon({ scheduler: { heartbeat: 99, healthy: true }, retention: { heartbeat: 9, healthy: true } }, 100)).toBe('running');
  expect(readDaemon({ a: { heartbeat: 99, healthy: true }, b: { heartbeat: 99, healthy: false } }, 100)).toBe('lost');
});
