import { describe, expect, it } from 'vitest';

import { type IKnownJob, KEEP, NotebookDraft } from '../../src/notebooks/draft';
import { type NotebookForm, textOf, valueOf } from '../../src/notebooks/values';
import { whenOf } from '../../src/notebooks/when';

const FORM: NotebookForm = {
  __typename: 'NotebookForm',
  path: 'reports/daily.ipynb',
  kernelName: 'python3',
  formats: ['html', 'pdf'],
  canMail: true,
  parameters: [
    { name: 'rows', kind: 'int', default: 10, hasDefault: true, description: 'how many' },
    { name: 'name', kind: 'str', default: 'Ada', hasDefault: true, description: '' },
    { name: 'days', kind: 'list', default: [1], hasDefault: true, description: '' },
    { name: 'today', kind: 'any', default: null, hasDefault: false, description: '' }
  ]
};

const KNOWN: IKnownJob = {
  jobId: 'j',
  name: 'Nightly',
  kernelName: 'ir',
  parameters: { rows: 5 },
  when: whenOf('0 1 * * *'),
  zone: 'UTC',
  keep: null,
  keepFailuresOnly: true,
  formats: ['pdf'],
  output: 'out/{name}',
  tags: { team: 'birds=1', 'dagster/max_retries': '2', 'dagster/max_runtime': '5400' },
  mailTo: ['ada@example.org', 'ops@example.org'],
  isPinned: true
};

const draft = (known: IKnownJob | null = null): NotebookDraft => new NotebookDraft(FORM, known, 'Europe/Berlin');

describe('draft of a notebook run', () => {
  it('begins with the notebook’s own values and tells it none of them', () => {
    const one = draft();
    expect(FORM.parameters.map(({ name }) => one.textOf(name))).toEqual(['10', 'Ada', '[1]', '']);
    expect(one.runParams).toEqual({ path: 'reports/daily.ipynb', parameters: {}, kernelName: null, formats: [], output: '', tags: {} });
    expect(one.job).toMatchObject({ name: 'daily', cronSchedule: '0 9 * * *', executionTimezone: 'Europe/Berlin', keep: KEEP });
  });

  it('tells what was changed, in its own type', () => {
    const one = draft();
    one.tell('rows', ' 3 ');
    one.tell('name', '7');
    one.tell('days', '[2, "x"]');
    one.tell('today', '2026-01-01');
    expect(one.runParams.parameters).toEqual({ rows: 3, name: '7', days: [2, 'x'], today: '2026-01-01' });
    one.untell(FORM.parameters[0]);
    expect(one.textOf('rows')).toBe('10');
    expect(one.runParams.parameters).not.toHaveProperty('rows');
  });

  it('says what does not fit and is not right until it does', () => {
    const one = draft();
    one.tell('rows', 'many');
    one.tell('days', '{"a": 1}');
    expect(FORM.parameters.map(parameter => one.problemOf(parameter))).toEqual(['integer', '', 'json', '']);
    expect(one.isRight).toBe(false);
    one.tell('rows', '1');
    one.tell('days', '[]');
    expect(one.isRight).toBe(true);
  });

  it('of a known job begins with what the job says', () => {
    const one = draft(KNOWN);
    expect(one.textOf('rows')).toBe('5');
    expect(one.job).toEqual({
      jobId: 'j',
      name: 'Nightly',
      path: 'reports/daily.ipynb',
      parameters: { rows: 5 },
      kernelName: 'ir',
      cronSchedule: '0 1 * * *',
      executionTimezone: 'UTC',
      keep: null,
      keepFailuresOnly: true,
      mailTo: ['ada@example.org', 'ops@example.org'],
      formats: ['pdf'],
      output: 'out/{name}',
      tags: { team: 'birds=1', 'dagster/max_retries': '2', 'dagster/max_runtime': '5400' },
      pin: null
    });
    expect([one.tags, one.retries, one.minutes]).toEqual(['team=birds=1', '2', '90']);
  });
});

describe('draft of a job', () => {
  it('executes what was saved, or the notebook as it is now', () => {
    const one = draft();
    expect(one.job.pin).toBe(false);
    one.change({ which: 'now' });
    expect(one.job.pin).toBe(true);
  });

  it('has tags by the line, and leaves out what is empty', () => {
    const one = draft();
    one.change({ tags: ' a = b \n\nc=d=e\n', minutes: '1.5', formats: ['html'], output: ' out/x ' });
    expect(one.runParams).toMatchObject({ tags: { a: 'b', c: 'd=e', 'dagster/max_runtime': '90' }, formats: ['html'], output: 'out/x' });
  });
});

describe('addresses of a job', () => {
  it('have anything between them, each once, and must look like one', () => {
    const one = draft();
    one.change({ mailTo: ' ada@example.org; ops@example.org,\nada@example.org ' });
    expect(one.job.mailTo).toEqual(['ada@example.org', 'ops@example.org']);
    expect(one.isRight).toBe(true);
    one.change({ mailTo: 'ada@example.org, <ops>' });
    expect([one.wrongAddresses, one.isRight]).toEqual([['<ops>'], false]);
  });
});

describe('values of parameters', () => {
  it.each([
    ['int', '1.5', { problem: 'integer' }],
    ['int', '99999999999999999999', { problem: 'integer' }],
    ['float', '1e3', { value: 1000 }],
    ['float', '', { problem: 'number' }],
    ['bool', 'true', { value: true }],
    ['dict', '[]', { problem: 'json' }],
    ['any', '{"a": [1]}', { value: { a: [1] } }],
    ['any', 'plain words', { value: 'plain words' }],
    ['str', '  spaces  ', { value: '  spaces  ' }]
  ])('%s %j', (kind, text, found) => {
    expect(valueOf(text, kind)).toEqual(found);
  });

  it('are edited as they would be written', () => {
    expect([textOf('a', 'str'), textOf(null, 'str'), textOf([1], 'list'), textOf(undefined, 'int')]).toEqual(['a', 'null', '[1]', '']);
  });
});
