import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { DialogBody } from '../../src/notebooks/dialog_body';
import { NotebookDraft } from '../../src/notebooks/draft';
import { DueTimesModel } from '../../src/notebooks/due_times';
import { NotebookFlows } from '../../src/notebooks/flows';
import { LastRunModel, LastRunStrip } from '../../src/notebooks/header';
import { NotebookJobsBody } from '../../src/views/notebook_jobs/body';
import { NotebookJobsModel } from '../../src/views/notebook_jobs/model';
import { schedule } from '../samples';
import { MemoryServer } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let jobs: Record<string, unknown>[];

const job = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  jobId: 'j1',
  name: 'Nightly report',
  path: 'reports/daily.ipynb',
  kernelName: null,
  parameters: { rows: 3 },
  cronSchedule: '0 9 * * *',
  executionTimezone: 'UTC',
  keep: 20,
  keepFailuresOnly: false,
  formats: [],
  output: '',
  tags: {},
  mailTo: [],
  isPinned: false,
  hasDrifted: false,
  createdBy: 'ada',
  createTime: 5,
  schedule: schedule({ status: 'RUNNING', sentence: 'every day at 09:00 UTC' }),
  runs: [{ runId: 'r1', status: 'FAILURE', createTime: 5 }],
  ...fields
});

beforeEach(() => {
  jobs = [job()];
  server = new MemoryServer({
    notebookJobsOrError: () => ({ __typename: 'NotebookJobs', results: jobs, canMail: false }),
    permissions: () => []
  });
  orch = orchOn(server);
});

const lab = { contents: { localPath: (path: string) => path.split(':').pop() ?? path }, kernelspecs: { ready: Promise.resolve(), specs: null } };
const flows = (): NotebookFlows => new NotebookFlows(orch, lab as never);

async function table(): Promise<HTMLElement> {
  const model = new NotebookJobsModel(orch, flows());
  const { container } = show(orch, <NotebookJobsBody model={model} />);
  await act(() => model.refetch());
  return container;
}

describe('table of notebook jobs', () => {
  it('says when, what came of it, and leads to notebook and runs', async () => {
    await table();
    const row = within(screen.getByRole('row', { name: /Nightly report/ }));
    expect(row.getByText('every day at 09:00 UTC')).toBeTruthy();
    fireEvent.click(row.getByRole('button', { name: 'Open the notebook reports/daily.ipynb' }));
    expect(orch.open.file).toHaveBeenCalledWith('reports/daily.ipynb');
    fireEvent.click(row.getByRole('button', { name: /^Run of .*Failed$/ }));
    expect(orch.open.run).toHaveBeenCalledWith('r1');
  });

  it('runs and removes a job', async () => {
    const asked: string[] = [];
    server.answers.runNotebookJob = ({ jobId }: { jobId: string }) => {
      asked.push(`run ${jobId}`);
      return { __typename: 'LaunchPipelineRunSuccess', run: { runId: 'new' } };
    };
    server.answers.removeNotebookJob = ({ jobId }: { jobId: string }) => {
      asked.push(`remove ${jobId}`);
      jobs = [];
      return { __typename: 'RemoveNotebookJobSuccess', jobId };
    };
    await table();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Run Nightly report now' })));
    await vi.waitFor(() => expect(orch.open.run).toHaveBeenCalledWith('new'));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Remove Nightly report' })));
    const sure = await screen.findByRole('dialog', { hidden: true });
    expect(sure.textContent).toContain('The notebook, the runs it has had and their results stay');
    await act(async () => fireEvent.click(within(sure).getByRole('button', { name: 'Remove', hidden: true })));
    await vi.waitFor(() => expect(screen.getByText(/No notebook is scheduled/)).toBeTruthy());
    expect(asked).toEqual(['run j1', 'remove j1']);
  });

  it('says who is mailed, and that nothing is while no mail server is set', async () => {
    jobs = [job({ mailTo: ['ada@example.org', 'ops@example.org'] })];
    await table();
    expect(screen.getByText(/mails ada@example.org and 1 more/).textContent).toContain('no mail server is set');
  });

  it('shows hostile names as text', async () => {
    jobs = [job({ name: HOSTILE, path: HOSTILE, mailTo: [HOSTILE] })];
    expect(isOnlyText(await table())).toBe(true);
  });

  it('tells why there is nothing to show', async () => {
    server.answers.notebookJobsOrError = () => ({ __typename: 'PythonError', message: 'the storage is away', stack: [] });
    await table();
    expect(screen.getByRole('alert').textContent).toContain('the storage is away');
  });
});

describe('dialog', () => {
  const form = {
    __typename: 'NotebookForm' as const,
    path: 'a.ipynb',
    kernelName: 'python3',
    formats: ['html', 'pdf'],
    canMail: true,
    parameters: [
      { name: 'rows', kind: 'int', default: 10, hasDefault: true, description: 'how many' },
      { name: 'fast', kind: 'bool', default: false, hasDefault: true, description: '' }
    ]
  };

  it('has a named field for everything and says what does not fit', () => {
    const draft = new NotebookDraft(form, null, 'UTC');
    show(orch, <DialogBody draft={draft} scheduled kernels={{ python3: 'Python 3', ir: 'R' }} />);
    const rows = screen.getByRole('textbox', { name: /rows/ });
    expect(rows.getAttribute('aria-describedby')).toBeTruthy();
    expect(screen.getByText('how many')).toBeTruthy();
    fireEvent.change(rows, { target: { value: 'many' } });
    expect(screen.getByText('A whole number is expected.')).toBeTruthy();
    expect(rows.getAttribute('aria-invalid')).toBe('true');
    fireEvent.click(screen.getByRole('button', { name: "Use the notebook's own rows" }));
    fireEvent.click(screen.getByRole('checkbox', { name: /fast/ }));
    fireEvent.change(screen.getByRole('combobox', { name: 'How often' }), { target: { value: 'week' } });
    fireEvent.change(screen.getByRole('combobox', { name: 'Day of the week' }), { target: { value: '0' } });
    fireEvent.change(screen.getByLabelText('Time'), { target: { value: '23:30' } });
    fireEvent.change(screen.getByRole('combobox', { name: 'Kernel' }), { target: { value: 'ir' } });
    expect(draft.job).toMatchObject({ parameters: { fast: true }, cronSchedule: '30 23 * * 0', kernelName: 'ir' });
  });

  it('says when the choice is due next, and what is wrong with a line', async () => {
    server.answers.dueTimesOrError = ({ cronSchedule }: { cronSchedule: string }) =>
      cronSchedule.startsWith('61')
        ? { __typename: 'NotebookJobInvalidError', message: 'minute 61 is not there' }
        : { __typename: 'DueTimes', sentence: 'every day at 09:00', nextTicks: [{ timestamp: 1, localTime: '2024-03-31 09:00 CEST', note: 'the clocks change' }] };
    const due = new DueTimesModel(orch.client);
    const draft = new NotebookDraft(form, null, 'Europe/Berlin');
    show(orch, <DialogBody draft={draft} scheduled kernels={{}} due={due} />);
    await screen.findByText('every day at 09:00');
    expect(screen.getByRole('status', { name: 'Next due times' }).textContent).toContain('2024-03-31 09:00 CEST the clocks change');
    fireEvent.change(screen.getByRole('combobox', { name: 'How often' }), { target: { value: 'cron' } });
    fireEvent.change(screen.getByRole('textbox', { name: 'Cron line' }), { target: { value: '61 * * * *' } });
    await screen.findByText('minute 61 is not there');
    due.dispose();
  });

  it('asks what becomes of the results', () => {
    const draft = new NotebookDraft(form, null, 'UTC');
    show(orch, <DialogBody draft={draft} scheduled kernels={{}} />);
    fireEvent.click(screen.getByRole('checkbox', { name: 'pdf' }));
    fireEvent.change(screen.getByRole('textbox', { name: 'Copies to' }), { target: { value: 'out/{name}' } });
    fireEvent.change(screen.getByRole('combobox', { name: 'Which notebook' }), { target: { value: 'now' } });
    fireEvent.change(screen.getByRole('spinbutton', { name: 'Try again after a failure' }), { target: { value: '2' } });
    fireEvent.click(screen.getByRole('checkbox', { name: 'Only of failed runs' }));
    expect(draft.job).toMatchObject({ formats: ['pdf'], output: 'out/{name}', pin: true, keepFailuresOnly: true, tags: { 'dagster/max_retries': '2' } });
  });

  it('takes mail addresses, and says why not where no mail server is set', () => {
    const draft = new NotebookDraft(form, null, 'UTC');
    const { unmount } = show(orch, <DialogBody draft={draft} scheduled kernels={{}} />);
    const field = screen.getByRole('textbox', { name: 'Mail to' });
    fireEvent.change(field, { target: { value: 'ada@example.org, ops' } });
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText('This is no mail address: ops')).toBeTruthy();
    fireEvent.change(field, { target: { value: 'ada@example.org ops@example.org' } });
    expect(draft.job).toMatchObject({ mailTo: ['ada@example.org', 'ops@example.org'] });
    unmount();
    show(orch, <DialogBody draft={new NotebookDraft({ ...form, canMail: false }, null, 'UTC')} scheduled kernels={{}} />);
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Mail to' }).disabled).toBe(true);
    expect(screen.getByText(/sets run_monitoring.mail in orch.yaml/)).toBeTruthy();
  });

  it('keeps the line of a choice when it becomes a cron line', () => {
    const draft = new NotebookDraft(form, null, 'UTC');
    show(orch, <DialogBody draft={draft} scheduled kernels={{}} />);
    fireEvent.change(screen.getByRole('combobox', { name: 'How often' }), { target: { value: 'cron' } });
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Cron line' }).value).toBe('0 9 * * *');
  });
});

describe('line above a notebook', () => {
  it('says how the last run came out, and nothing while there is none', async () => {
    let found: Record<string, unknown>[] = [];
    const asked: unknown[] = [];
    server.answers.pipelineRunsOrError = ({ filter }: { filter: unknown }) => {
      asked.push(filter);
      return { __typename: 'PipelineRuns', results: found };
    };
    const model = new LastRunModel(orch, 'a.ipynb');
    show(orch, <LastRunStrip model={model} />);
    await act(() => model.refetch());
    expect(screen.queryByRole('status')).toBeNull();
    found = [{ runId: 'r9', status: 'FAILURE', createTime: 1, endTime: 2 }];
    await act(() => model.refetch());
    expect(screen.getByRole('status', { name: 'Last run in the background' }).textContent).toContain('Failed');
    fireEvent.click(screen.getByRole('button', { name: 'Open result' }));
    expect(orch.open.run).toHaveBeenCalledWith('r9');
    expect(asked[0]).toMatchObject({ tags: [{ key: 'jupyter_orch/notebook', value: 'a.ipynb' }] });
  });
});

describe('paths', () => {
  it('are sent without the name of a drive', () => {
    expect(flows().pathOf('RTC:reports/a.ipynb')).toBe('reports/a.ipynb');
  });
});
