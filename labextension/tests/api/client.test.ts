import { describe, expect, it } from 'vitest';

import { OrchClient } from '../../src/api/client';
import { PERMISSIONS } from '../../src/api/operations';
import { MemoryServer } from '../server';

describe('OrchClient', () => {
  it('sends every request below the base URL', async () => {
    const server = new MemoryServer({ version: () => '0.1.0', permissions: () => [] });
    const client = new OrchClient(server.settings('http://hub.test/user/a/proxy/x/'));
    await client.send(PERMISSIONS, {});
    await client.health();
    expect(server.requests.map(request => request.url.split('?')[0])).toEqual([
      'http://hub.test/user/a/proxy/x/orch/graphql',
      'http://hub.test/user/a/proxy/x/orch/api/v1/health'
    ]);
    expect(client.socketUrl).toBe('ws://hub.test/user/a/proxy/x/orch/graphql/ws?token=secret');
  });

  it('writes names into addresses so that they stay names', async () => {
    const server = new MemoryServer();
    const client = new OrchClient(server.settings());
    server.files[`api/v1/runs/r/notebooks/${encodeURIComponent('../a b[x/y]')}`] = { cells: [] };
    expect(await client.executedNotebook('r', '../a b[x/y]')).toEqual({ cells: [] });
    expect(client.outputUrl('r', 'a/b', 'stdout')).toBe('http://hub.test/user/a/proxy/x/orch/api/v1/runs/r/logs/a%2Fb/stdout');
  });

  it('tells apart a missing server part, a missing server and an error', async () => {
    const server = new MemoryServer({
      version: () => {
        throw new Error('the database is locked');
      }
    });
    const client = new OrchClient(server.settings());
    server.health = null;
    await expect(client.health()).rejects.toMatchObject({ kind: 'missing' });
    await expect(client.send(PERMISSIONS, {})).rejects.toMatchObject({ kind: 'server', message: /the database is locked/ });
    server.up = false;
    await expect(client.health()).rejects.toMatchObject({ kind: 'offline' });
  });
});
