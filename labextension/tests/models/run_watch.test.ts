import { beforeEach, describe, expect, it } from 'vitest';

import { OrchClient } from '../../src/api/client';
import { Preferences } from '../../src/models/preferences';
import { RunListsModel } from '../../src/models/run_lists';
import { type IRunNews, RunWatch } from '../../src/models/run_watch';
import { run, runs } from '../samples';
import { MemoryServer } from '../server';

let active: Record<string, unknown>[];
let recent: Record<string, unknown>[];
let lists: RunListsModel;
let preferences: Preferences;
let watch: RunWatch;
let news: IRunNews[];

beforeEach(() => {
  active = [];
  recent = [];
  const server = new MemoryServer({
    pipelineRunsOrError: ({ filter }: { filter: { statuses: string[] } }) =>
      filter.statuses.includes('STARTED') ? runs(...active) : runs(...recent)
  });
  lists = new RunListsModel(new OrchClient(server.settings()));
  preferences = new Preferences();
  watch = new RunWatch(lists, preferences, 1000);
  news = [];
  watch.news.connect((_, one) => news.push(one));
});

describe('watched runs', () => {
  it('tells each move of a run that was launched here once, with its steps', async () => {
    const plan = { steps: [{ key: 'a' }, { key: 'b' }] };
    active = [run({ status: 'STARTED', executionPlan: plan, stepStats: [{ stepKey: 'a', status: 'SUCCESS' }] })];
    watch.follow('run-1');
    await lists.refetch();
    await lists.refetch();
    expect(news).toMatchObject([{ runId: 'run-1', status: 'STARTED', stepsDone: 1, stepsAll: 2, over: false }]);
    active = [];
    recent = [run({ status: 'FAILURE' })];
    await lists.refetch();
    expect(news[1]).toMatchObject({ status: 'FAILURE', over: true });
  });

  it('is silent about the runs of others unless asked, and about what ended long ago always', async () => {
    recent = [run({ runId: 'old', status: 'FAILURE', endTime: 10 }), run({ runId: 'new', status: 'FAILURE' }), run({ runId: 'good' })];
    await lists.refetch();
    expect(news).toEqual([]);
    preferences.take({ notifications: 'failures' });
    await lists.refetch();
    expect(news.map(one => one.runId)).toEqual(['new']);
    preferences.take({ notifications: 'all' });
    await lists.refetch();
    expect(news.map(one => one.runId)).toEqual(['new', 'good']);
    preferences.take({ notifications: 'none' });
    recent = [run({ runId: 'newest', status: 'FAILURE' })];
    await lists.refetch();
    expect(news).toHaveLength(2);
  });
});
