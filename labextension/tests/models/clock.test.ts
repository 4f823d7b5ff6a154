import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { OrchClient } from '../../src/api/client';
import { LiveConnection } from '../../src/api/live';
import { Clock } from '../../src/models/clock';
import { MemoryServer } from '../server';
import { QUICK } from '../surroundings';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] }));
afterEach(() => void vi.useRealTimers());

it('stands still while the server is away, and does not tick', async () => {
  const server = new MemoryServer();
  const live = new LiveConnection(new OrchClient(server.settings()), QUICK);
  const clock = new Clock(live);
  live.start();
  await vi.waitFor(() => expect(live.status).toBe('live'));
  const began = clock.now;
  vi.advanceTimersByTime(3000);
  expect(clock.now - began).toBeCloseTo(3, 1);
  expect(clock.version).toBe(3);

  server.up = false;
  server.cut();
  await vi.waitFor(() => expect(live.status).toBe('offline'));
  const frozen = clock.now;
  vi.advanceTimersByTime(60_000);
  expect(clock.now).toBe(frozen);
  expect(clock.version).toBe(3);
  live.dispose();
  clock.dispose();
});
