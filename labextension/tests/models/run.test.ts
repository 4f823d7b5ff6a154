import { describe, expect, it, vi } from 'vitest';

import { OrchClient } from '../../src/api/client';
import { RunModel } from '../../src/models/run';
import { error, log, run } from '../samples';
import { MemoryServer } from '../server';

describe('RunModel', () => {
  it('fetches page after page until the newest event is known', async () => {
    const facts = log(...Array.from({ length: 12_500 }, () => ['LOG'] as [string]));
    const asked: number[] = [];
    const server = new MemoryServer({
      pipelineRunOrError: () =>
        run({
          events: ({ after, limit }: { after: number; limit: number }) => {
            asked.push(after);
            return facts.slice(after, after + limit);
          }
        })
    });
    const model = new RunModel(new OrchClient(server.settings()), 'run-1');
    await model.refetch();
    expect(asked).toEqual([0, 5000, 10_000]);
    expect(model.history.lastSeq).toBe(12_500);
  });

  it('fills a hole in the stream from the server', async () => {
    const facts = log(['PIPELINE_START'], ['STEP_START', 'a'], ['STEP_SUCCESS', 'a']);
    const server = new MemoryServer({
      pipelineRunOrError: () => run({ status: 'STARTED', events: ({ after }: { after: number }) => facts.slice(after) })
    });
    const model = new RunModel(new OrchClient(server.settings()), 'run-1');
    model.receive({
      pipelineRunLogs: {
        __typename: 'PipelineRunLogsSubscriptionSuccess',
        run: { runId: 'run-1', status: 'STARTED', startTime: 1, endTime: null, canTerminate: true, queuePosition: null },
        events: [facts[2]],
        hasMorePastEvents: false
      }
    });
    await vi.waitFor(() => expect(model.history.lastSeq).toBe(3));
  });

  it('does not stay at an answer that is older than what the stream said', async () => {
    const facts = log(['PIPELINE_START'], ['PIPELINE_CANCELING'], ['PIPELINE_CANCELED']);
    let release = (): void => undefined;
    const gate = new Promise<void>(resolve => (release = resolve));
    let asked = 0;
    const server = new MemoryServer({
      pipelineRunOrError: async () => {
        const first = asked++ === 0;
        await (first ? gate : undefined);
        return run({ status: first ? 'CANCELING' : 'CANCELED', events: () => [] });
      }
    });
    const model = new RunModel(new OrchClient(server.settings()), 'run-1');
    const fetching = model.refetch();
    await vi.waitFor(() => expect(asked).toBe(1));
    model.receive({
      pipelineRunLogs: {
        __typename: 'PipelineRunLogsSubscriptionSuccess',
        run: { runId: 'run-1', status: 'CANCELED', startTime: 1, endTime: 2, canTerminate: false, queuePosition: null },
        events: facts,
        hasMorePastEvents: false
      }
    });
    release();
    await fetching;
    expect(model.detail?.status).toBe('CANCELED');
  });

  it('says that a run is gone', async () => {
    const server = new MemoryServer({
      pipelineRunOrError: ({ runId }: { runId: string }) => ({ __typename: 'PipelineRunNotFoundError', message: `there is no run ${runId}`, runId })
    });
    const model = new RunModel(new OrchClient(server.settings()), 'gone');
    await model.refetch();
    expect(model.missing).toBe(true);
    expect(model.problem).toBe('there is no run gone');
  });

  it('takes the failure from the server when no step failed', async () => {
    const server = new MemoryServer({
      pipelineRunOrError: () => run({ status: 'FAILURE', failure: error({ message: 'the worker was ended by signal 9', className: 'WorkerLost' }) })
    });
    const model = new RunModel(new OrchClient(server.settings()), 'run-1');
    await model.refetch();
    expect(model.failure).toMatchObject({ className: 'WorkerLost', message: 'the worker was ended by signal 9' });
  });
});
