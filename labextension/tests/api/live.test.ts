import { afterEach, describe, expect, it, vi } from 'vitest';

import { OrchClient } from '../../src/api/client';
import { LiveConnection } from '../../src/api/live';
import { RunModel } from '../../src/models/run';
import { log, run } from '../samples';
import { MemoryServer, Tap } from '../server';
import { QUICK } from '../surroundings';

const FACTS = log(['PIPELINE_START'], ['STEP_START', 'load'], ['STEP_SUCCESS', 'load'], ['PIPELINE_SUCCESS']);

/** A server whose run has the first `known` facts, and streams by hand. */
function world(): { server: MemoryServer; live: LiveConnection; model: RunModel; known: { count: number }; taps: Tap<unknown>[] } {
  const known = { count: 0 };
  const taps: Tap<unknown>[] = [];
  const server = new MemoryServer({
    pipelineRunOrError: () =>
      run({ status: known.count === 4 ? 'SUCCESS' : 'STARTED', events: ({ after }: { after: number }) => FACTS.slice(after, known.count) }),
    pipelineRunLogs: () => {
      const tap = new Tap<unknown>();
      taps.push(tap);
      return tap;
    }
  });
  const client = new OrchClient(server.settings());
  return { server, live: new LiveConnection(client, QUICK), model: new RunModel(client, 'run-1'), known, taps };
}

function message(from: number, to: number): unknown {
  return {
    pipelineRunLogs: {
      __typename: 'PipelineRunLogsSubscriptionSuccess',
      run: run({ status: 'STARTED' }),
      events: FACTS.slice(from, to),
      hasMorePastEvents: false
    }
  };
}

let opened: LiveConnection | null = null;
afterEach(() => opened?.dispose());

describe('LiveConnection', () => {
  it('continues after a broken line at the event that came last, without loss or double', async () => {
    const { server, live, model, known, taps } = world();
    opened = live;
    live.attach(model);
    live.start();
    await vi.waitFor(() => expect(taps).toHaveLength(1));
    expect(live.status).toBe('live');
    known.count = 2;
    taps[0].push(message(0, 2));
    await vi.waitFor(() => expect(model.history.lastSeq).toBe(2));

    server.cut();
    known.count = 3;
    await vi.waitFor(() => expect(taps).toHaveLength(2));
    const cursors = server.subscriptions.map(one => one.variables.after);
    expect(cursors[0]).toBe('0');
    expect(Number(cursors[1])).toBeGreaterThanOrEqual(2);
    taps[1].push(message(1, 4));
    await vi.waitFor(() => expect(model.history.events.map(event => event.seq)).toEqual([1, 2, 3, 4]));
  });

  it('asks every so often where the socket is refused, and says so', async () => {
    const { server, live, model, known } = world();
    opened = live;
    server.socketUp = false;
    live.attach(model);
    live.start();
    await vi.waitFor(() => expect(live.status).toBe('polling'));
    known.count = 4;
    await vi.waitFor(() => expect(model.history.status).toBe('SUCCESS'));
    expect(server.subscriptions).toEqual([]);
  });

  it('is offline when nothing answers, keeps the time of the last answer, and comes back by itself', async () => {
    const { server, live, model } = world();
    opened = live;
    live.attach(model);
    live.start();
    await vi.waitFor(() => expect(live.status).toBe('live'));
    server.up = false;
    server.cut();
    await vi.waitFor(() => expect(live.status).toBe('offline'));
    expect(live.lastHeard).toBeInstanceOf(Date);
    server.up = true;
    await vi.waitFor(() => expect(live.status).toBe('live'));
  });

  it('keeps feeds beyond the server’s limit of subscriptions current by asking', async () => {
    const { server, live, known, taps } = world();
    opened = live;
    const client = new OrchClient(server.settings());
    const models = Array.from({ length: 20 }, (_, i) => new RunModel(client, `run-${i}`));
    models.forEach(model => live.attach(model));
    live.start();
    await vi.waitFor(() => expect(taps).toHaveLength(16));
    known.count = 4;
    await vi.waitFor(() => expect(models.filter(model => model.history.status === 'SUCCESS')).toHaveLength(4));
    expect(taps).toHaveLength(16);
  });

  it('asks once more when the server ends a stream', async () => {
    const { server, live, model, known, taps } = world();
    opened = live;
    live.attach(model);
    live.start();
    await vi.waitFor(() => expect(taps).toHaveLength(1));
    known.count = 4;
    const before = server.count('RunDetail');
    taps[0].end();
    await vi.waitFor(() => expect(model.detail?.status).toBe('SUCCESS'));
    expect(server.count('RunDetail')).toBe(before + 1);
  });
});
