import { describe, expect, it } from 'vitest';

import { RunHistory } from '../../src/models/history';
import { log } from '../samples';

const PLAN = {
  steps: [
    { key: 'load', solid: 'load', kind: 'COMPUTE', inputs: [], outputs: ['result'] },
    { key: 'report', solid: 'report', kind: 'COMPUTE', inputs: [{ name: 'df', sources: [{ solid: 'load', output: 'result' }] }], outputs: [] }
  ]
};

const FAILED = log(
  ['PIPELINE_ENQUEUED'],
  ['PIPELINE_START'],
  ['ENGINE_EVENT', null, { plan: PLAN }],
  ['STEP_START', 'load', { isolation: 'forked', pid: 7 }],
  ['LOGS_CAPTURED', 'load', { step_keys: ['load'] }],
  ['STEP_UP_FOR_RETRY', 'load', { attempt: 1, failure: { cls: 'OSError', message: 'busy' } }],
  ['STEP_RESTARTED', 'load', { attempt: 2 }],
  ['STEP_START', 'load', { isolation: 'forked' }],
  ['STEP_SUCCESS', 'load', { attempt: 2 }],
  ['STEP_START', 'report', {}],
  ['ASSET_MATERIALIZATION', 'report', { metadata: [{ label: 'executed notebook', kind: 'notebook', value: '/x.ipynb' }] }],
  ['STEP_FAILURE', 'report', { failure: { cls: 'ValueError', message: 'no rows', stack: ['a', 'b'], file: 'r.py', line: 3, cause: { cls: 'KeyError', message: 'x' } } }],
  ['PIPELINE_FAILURE', null, {}, '1 step failed']
);

describe('RunHistory', () => {
  it('folds events into run, steps, attempts and failure', () => {
    const history = new RunHistory();
    expect(history.add(FAILED)).toBe(true);
    expect(history.status).toBe('FAILURE');
    expect([history.start, history.end]).toEqual([1001, 1012]);
    expect([...history.steps.keys()]).toEqual(['load', 'report']);
    expect(history.plan[1].upstream).toEqual(['load']);
    const load = history.steps.get('load')!;
    expect(load).toMatchObject({ status: 'SUCCESS', captured: true, isolation: 'forked' });
    expect(load.attempts).toEqual([
      { start: 1003, end: 1005, status: 'FAILURE' },
      { start: 1006, end: 1008, status: 'SUCCESS' }
    ]);
    expect(history.steps.get('report')).toMatchObject({ status: 'FAILURE', notebook: true });
    expect(history.failedStep).toBe('report');
    expect(history.failure).toMatchObject({ className: 'ValueError', message: 'no rows', file: 'r.py', line: 3, cause: { className: 'KeyError' } });
  });

  it('gives the same state for every way of cutting the events into batches, also with overlaps', () => {
    const whole = new RunHistory();
    whole.add(FAILED);
    for (let size = 1; size <= FAILED.length; size++) {
      const pieces = new RunHistory();
      for (let at = 0; at < FAILED.length; at += size) {
        expect(pieces.add(FAILED.slice(Math.max(0, at - 2), at + size))).toBe(true);
      }
      expect(pieces).toEqual(whole);
    }
  });

  it('takes nothing after a hole and says so', () => {
    const history = new RunHistory();
    expect(history.add([...FAILED.slice(0, 2), ...FAILED.slice(4)])).toBe(false);
    expect(history.lastSeq).toBe(2);
    expect(history.add(FAILED.slice(2))).toBe(true);
    expect(history.status).toBe('FAILURE');
  });

  it('leaves no step running when the run is over', () => {
    const history = new RunHistory();
    history.add(log(['PIPELINE_START'], ['STEP_START', 'load'], ['PIPELINE_CANCELED']));
    expect(history.steps.get('load')).toMatchObject({ status: 'CANCELED', attempts: [{ end: 1002, status: 'CANCELED' }] });
  });

  it('bears particulars of any shape', () => {
    const history = new RunHistory();
    history.add(
      log(
        ['ENGINE_EVENT', null, { plan: 'none' }],
        ['ENGINE_EVENT', null, { plan: { steps: [null, 3, { key: 'a', inputs: 'x' }] } }],
        ['LOGS_CAPTURED', null, { step_keys: 7 }],
        ['ASSET_MATERIALIZATION', 'a', { metadata: { kind: 'notebook' } }],
        ['STEP_FAILURE', 'a', { failure: [] }, 'lost'],
        ['SOMETHING_NEW', 'a']
      )
    );
    expect(history.failure).toMatchObject({ className: '', message: 'lost' });
    expect(history.steps.get('a')).toMatchObject({ notebook: false, status: 'FAILURE' });
  });

  it('has the waiting steps of the plan in their order before anything ran', () => {
    const history = new RunHistory();
    history.add(log(['STEP_START', 'b']));
    history.setPlan([
      { key: 'a', handle: 'a', kind: '', upstream: [] },
      { key: 'b', handle: 'b', kind: '', upstream: ['a'] }
    ]);
    expect([...history.steps.values()].map(step => [step.key, step.status])).toEqual([
      ['a', 'WAITING'],
      ['b', 'RUNNING']
    ]);
  });
});
