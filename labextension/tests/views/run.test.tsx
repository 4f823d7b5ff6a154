import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { RunModel } from '../../src/models/run';
import { RunBody } from '../../src/views/run/body';
import { RunViewModel } from '../../src/views/run/model';
import { log, run } from '../samples';
import { MemoryServer, Tap } from '../server';
import { HOSTILE, isOnlyText, orchOn, show } from '../surroundings';

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let model: RunModel;
let view: RunViewModel;
let facts: ReturnType<typeof log>;
let shape: Record<string, unknown>;
let outputs: Record<string, Uint8Array>;

beforeEach(() => {
  facts = [];
  shape = {};
  outputs = {};
  server = new MemoryServer({
    pipelineRunOrError: () =>
      run({
        events: ({ after }: { after: number }) => facts.slice(after),
        computeLogs: ({ stepKey }: { stepKey: string }) => ({
          stdout: { size: outputs[stepKey]?.length ?? 0 },
          stderr: { size: 0 }
        }),
        ...shape
      })
  });
  orch = orchOn(server);
  model = new RunModel(orch.client, 'run-1');
  view = new RunViewModel(orch, model);
});

async function draw(): Promise<HTMLElement> {
  const { container } = show(orch, <RunBody run={model} view={view} />);
  await act(async () => model.refetch().catch(() => undefined));
  return container;
}

const FAILED: Parameters<typeof log> = [
  ['PIPELINE_START'],
  ['STEP_START', 'load'],
  ['STEP_SUCCESS', 'load'],
  ['STEP_START', 'report'],
  ['ASSET_MATERIALIZATION', 'report', { metadata: [{ kind: 'notebook', label: 'executed notebook', value: '/x' }] }],
  ['STEP_FAILURE', 'report', { failure: { cls: 'ZeroDivisionError', message: 'division by zero\nmore', stack: ['line 1', 'line 2'], file: 'r.py', line: 3 } }],
  ['PIPELINE_FAILURE']
];

describe('run tab', () => {
  it('names status, steps and the failure, traceback folded', async () => {
    shape = { status: 'FAILURE' };
    facts = log(...FAILED);
    await draw();
    const status = screen.getByRole('status', { name: 'Run status' });
    expect(status.textContent).toBe('Failed');
    expect(status.getAttribute('aria-live')).toBe('polite');
    const card = screen.getByRole('region', { name: 'Step report failed' });
    expect(card.textContent).toContain('ZeroDivisionError: division by zero');
    expect(card.querySelector('details')!.open).toBe(false);
    expect(card.querySelector('pre')!.textContent).toContain('line 2');
    expect(screen.getAllByRole('option', { name: /load, Success|report, Failed/ })).toHaveLength(2);
  });

  it('filters the log by step, level and text', async () => {
    facts = log(...FAILED);
    await draw();
    expect(view.shownEvents()).toHaveLength(7);
    fireEvent.click(screen.getByRole('option', { name: /^report, / }));
    expect(view.shownEvents().map(event => event.type)).toEqual(['STEP_START', 'ASSET_MATERIALIZATION', 'STEP_FAILURE']);
    fireEvent.change(screen.getByRole('combobox', { name: 'Least level' }), { target: { value: 'ERROR' } });
    expect(view.shownEvents().map(event => event.type)).toEqual(['STEP_FAILURE']);
    fireEvent.change(screen.getByRole('combobox', { name: 'Step' }), { target: { value: '' } });
    fireEvent.change(screen.getByRole('searchbox', { name: 'Text' }), { target: { value: 'pipeline_f' } });
    expect(view.shownEvents().map(event => event.type)).toEqual(['PIPELINE_FAILURE']);
  });

  it('filters new events alone, with the same outcome', () => {
    view.level = 'INFO';
    model.history.add(log(...FAILED).slice(0, 3));
    expect(view.shownEvents()).toHaveLength(3);
    model.history.add(log(...FAILED));
    expect(view.shownEvents()).toHaveLength(7);
  });

  it('opens the executed notebook', async () => {
    facts = log(...FAILED);
    await draw();
    fireEvent.click(screen.getByRole('tab', { name: 'Notebook' }));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Open executed notebook' })));
    expect(orch.open.notebook).toHaveBeenCalledWith('run-1', 'report');
  });

  it('downloads the executed notebook and what else was written of it, through the server', async () => {
    const besides = [{ kind: 'notebook', label: 'executed notebook', value: '/x/a b.ipynb' }, { kind: 'path', label: 'as html', value: '/x/a b.html' }];
    shape = { status: 'FAILURE' };
    facts = log(...FAILED.slice(0, 4), ['ASSET_MATERIALIZATION', 'report', { metadata: besides }], ...FAILED.slice(5));
    await draw();
    for (const tab of ['Notebook', 'Artifacts']) {
      fireEvent.click(screen.getByRole('tab', { name: tab }));
      const links = within(screen.getByRole('group', { name: 'Downloads of report' })).getAllByRole('link');
      expect(links.map(link => link.textContent)).toEqual(['.ipynb', '.html']);
      expect(links[1].getAttribute('href')).toMatch(/\/orch\/api\/v1\/runs\/run-1\/notebooks\/report\?format=html$/);
      expect(links.every(link => link.hasAttribute('download'))).toBe(true);
    }
  });

  it('offers only the notebook itself while the run goes on', async () => {
    facts = log(...FAILED.slice(0, 4), ['ASSET_MATERIALIZATION', 'report', { metadata: [{ kind: 'notebook', value: '/x/a.ipynb' }, { kind: 'path', value: '/x/a.html' }] }]);
    shape = { status: 'STARTED' };
    await draw();
    fireEvent.click(screen.getByRole('tab', { name: 'Notebook' }));
    expect(within(screen.getByRole('group', { name: 'Downloads of report' })).getAllByRole('link').map(link => link.textContent)).toEqual(['.ipynb']);
  });

  it('shows what the failed step wrote, and lets another be chosen', async () => {
    facts = log(...FAILED);
    for (const step of ['load', 'report']) {
      outputs[step] = new TextEncoder().encode(`out of ${step}\n`);
      server.files[`api/v1/runs/run-1/logs/${step}/stdout`] = outputs[step];
    }
    server.answers.computeLogs = () => new Tap<unknown>();
    orch.live.start();
    await draw();
    await act(async () => {
      fireEvent.click(screen.getByRole('tab', { name: 'Stdout' }));
      await vi.waitFor(() => expect(view.output?.loaded).toBe(true));
    });
    const tab = within(screen.getByRole('tabpanel'));
    expect(tab.getByLabelText('Standard output').textContent).toBe('out of report\n');
    await act(async () => {
      fireEvent.change(tab.getByRole('combobox', { name: 'Step' }), { target: { value: 'load' } });
      await vi.waitFor(() => expect(view.output?.text).toBe('out of load\n'));
    });
    expect(tab.getByText('Download').getAttribute('href')).toContain('/orch/api/v1/runs/run-1/logs/load/stdout');
    orch.live.dispose();
  });

  it('re-runs the chosen steps, alone or with what follows', async () => {
    shape = {
      status: 'SUCCESS',
      executionPlan: {
        steps: [
          { key: 'load', solidHandle: 'load', kind: 'COMPUTE', inputs: [] },
          { key: 'clean', solidHandle: 'clean', kind: 'COMPUTE', inputs: [{ name: 'x', dependsOn: [{ solid: 'load', output: 'result' }] }] },
          { key: 'report', solidHandle: 'report', kind: 'COMPUTE', inputs: [{ name: 'x', dependsOn: [{ solid: 'clean', output: 'result' }] }] }
        ]
      }
    };
    const asked: unknown[] = [];
    server.answers.launchPipelineReexecution = ({ executionParams }: { executionParams: { stepKeys: string[]; executionMetadata: unknown } }) => {
      asked.push([executionParams.stepKeys, executionParams.executionMetadata]);
      return { __typename: 'LaunchPipelineRunSuccess', run: run({ runId: 'again' }) };
    };
    await draw();
    fireEvent.click(screen.getByRole('option', { name: /^report,/ }));
    fireEvent.click(screen.getByRole('option', { name: /^load,/ }), { ctrlKey: true });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Re-run selected' })));
    fireEvent.click(screen.getByRole('option', { name: /^clean,/ }));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Re-run from selected' })));
    const family = { parentRunId: 'run-1', rootRunId: 'run-1' };
    expect(asked).toMatchObject([[['load', 'report'], family], [['clean', 'report'], family]]);
    expect(orch.open.run).toHaveBeenCalledWith('again');
  });

  it('shows what the run has made, kind by kind', async () => {
    facts = log(
      ['STEP_START', 'load'],
      [
        'ASSET_MATERIALIZATION',
        'load',
        {
          asset_key: ['sales', HOSTILE],
          partition: '2026-11-01',
          description: 'Rows of the day',
          metadata: [
            { label: 'rows', kind: 'int', value: 342 },
            { label: 'link', kind: 'url', value: 'https://example.org/x' },
            { label: 'trap', kind: 'url', value: 'javascript:alert(1)' },
            { label: 'detail', kind: 'json', value: { a: [1] } },
            { label: 'head', kind: 'table', value: [{ day: 'Mon', sold: 3 }] },
            { label: 'said', kind: 'md', value: HOSTILE }
          ]
        }
      ],
      ['STEP_EXPECTATION_RESULT', 'load', { success: false, label: 'enough rows', metadata: [] }],
      ['HANDLED_OUTPUT', 'load', { output_name: 'result', metadata: [{ label: 'path', kind: 'path', value: '/x' }] }]
    );
    const container = await draw();
    fireEvent.click(screen.getByRole('tab', { name: 'Artifacts' }));
    const list = within(screen.getByRole('list', { name: 'Artifacts' }));
    expect(list.getByText('342')).toBeTruthy();
    expect(list.getByRole('link', { name: 'https://example.org/x' }).getAttribute('rel')).toContain('noopener');
    expect(list.queryByRole('link', { name: /javascript/ })).toBeNull();
    expect(list.getByRole('cell', { name: 'Mon' })).toBeTruthy();
    expect(list.getByText('check failed')).toBeTruthy();
    expect(list.queryByText('stored')).toBeNull();
    fireEvent.click(screen.getByRole('checkbox', { name: 'Stored values too' }));
    expect(list.getByText('stored')).toBeTruthy();
    expect(isOnlyText(container)).toBe(true);
  });

  it('shows the notebook of a step as it grows, and leads to the cell that failed', async () => {
    facts = log(...FAILED);
    shape = { status: 'FAILURE' };
    server.files['api/v1/runs/run-1/notebooks/report'] = {
      cells: [
        { cell_type: 'markdown', source: ['# Head ', HOSTILE], metadata: {} },
        { cell_type: 'code', source: 'x = 1', metadata: { papermill: { status: 'completed', duration: 0.5 } }, execution_count: 1, outputs: [{ output_type: 'stream', name: 'stdout', text: ['one\n'] }] },
        { cell_type: 'code', source: '1 / 0', metadata: { papermill: { status: 'failed', exception: true } }, outputs: [{ output_type: 'error', ename: 'ZeroDivisionError', evalue: 'division by zero', traceback: ['no'] }] },
        { cell_type: 'code', source: 'y', metadata: { papermill: { status: 'pending' } }, outputs: [] }
      ]
    };
    const container = await draw();
    fireEvent.click(screen.getByRole('tab', { name: 'Notebook' }));
    await act(async () => vi.waitFor(() => expect(view.notebook?.cells).toHaveLength(4)));
    expect(screen.getByText('Cell 2 of 3')).toBeTruthy();
    expect(view.notebook!.cells.map(cell => cell.state)).toEqual(['done', 'done', 'failed', 'waiting']);
    expect(container.textContent).toContain('one');
    fireEvent.click(screen.getAllByRole('button', { name: 'Open at the failing cell' })[0]);
    expect(orch.open.notebook).toHaveBeenCalledWith('run-1', 'report', 'failing');
    expect(isOnlyText(container)).toBe(true);
  });

  it('shows the particulars of an event, and one kind of events alone', async () => {
    facts = log(...FAILED);
    await draw();
    fireEvent.click(screen.getByRole('button', { name: 'Particulars of event 6' }));
    expect(screen.getByText(/"cls": "ZeroDivisionError"/)).toBeTruthy();
    fireEvent.change(screen.getByRole('combobox', { name: 'Kind of event' }), { target: { value: 'STEP_START' } });
    expect(view.shownEvents()).toHaveLength(2);
  });

  it('shows its family and leads to its members', async () => {
    server.answers.runGroupOrError = () => ({
      __typename: 'RunGroup',
      rootRunId: 'run-0',
      runs: [run({ runId: 'run-0', status: 'FAILURE' }), run({ runId: 'run-1' })]
    });
    await draw();
    const first = await screen.findByRole('button', { name: 'Attempt 1, Failed' });
    expect(screen.getByRole('button', { name: 'Attempt 2, Success' }).getAttribute('aria-current')).toBe('true');
    fireEvent.click(first);
    expect(orch.open.run).toHaveBeenCalledWith('run-0');
  });

  it('offers cancel while the run lives, and re-runs when it is over', async () => {
    shape = { status: 'STARTED', canTerminate: true, endTime: null };
    await draw();
    expect(screen.getByRole('button', { name: 'Cancel run' }).getAttribute('aria-disabled')).toBe('false');
    expect(screen.queryByRole('button', { name: 'Re-run' })).toBeNull();
    shape = { status: 'FAILURE' };
    server.answers.launchPipelineReexecution = ({ reexecutionParams }: { reexecutionParams: { strategy: string } }) => ({
      __typename: 'LaunchPipelineRunSuccess',
      run: run({ runId: reexecutionParams.strategy })
    });
    await act(async () => model.refetch());
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Re-run' })));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Re-run from failure' })));
    await vi.waitFor(() => expect(orch.open.run.mock.calls).toEqual([['ALL_STEPS'], ['FROM_FAILURE']]));
  });

  it('tells why a re-run was refused', async () => {
    server.answers.launchPipelineReexecution = () => ({ __typename: 'UnauthorizedError', message: 'needs execute on jupyter_orch:runs' });
    await draw();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Re-run' })));
    await vi.waitFor(() => expect(orch.open.tell).toHaveBeenCalledWith('Re-run: needs execute on jupyter_orch:runs', 'error'));
  });

  it('says that a run is gone', async () => {
    server.answers.pipelineRunOrError = () => ({ __typename: 'PipelineRunNotFoundError', message: 'there is no run run-1', runId: 'run-1' });
    const container = await draw();
    expect(container.textContent).toContain('There is no run run-1');
    fireEvent.click(screen.getByRole('button', { name: 'Show all runs' }));
    expect(orch.open.runs).toHaveBeenCalled();
  });

  it('keeps hostile texts as text in every tab', async () => {
    shape = {
      status: 'FAILURE',
      pipelineName: HOSTILE,
      createdBy: HOSTILE,
      mode: HOSTILE,
      runConfigYaml: HOSTILE,
      parentRunId: HOSTILE,
      tags: [{ key: HOSTILE, value: HOSTILE }]
    };
    facts = log(
      ['PIPELINE_START', null, {}, HOSTILE],
      ['STEP_START', HOSTILE, {}, HOSTILE],
      ['ASSET_MATERIALIZATION', HOSTILE, { metadata: [{ kind: 'notebook', label: HOSTILE, value: HOSTILE }] }, HOSTILE],
      ['STEP_FAILURE', HOSTILE, { failure: { cls: HOSTILE, message: HOSTILE, stack: [HOSTILE], file: HOSTILE, code: HOSTILE, hint: HOSTILE } }, HOSTILE],
      ['PIPELINE_FAILURE', null, {}, HOSTILE]
    );
    const container = await draw();
    for (const tab of ['Log', 'Stdout', 'Stderr', 'Notebook', 'Config']) {
      await act(async () => fireEvent.click(screen.getByRole('tab', { name: tab })));
      expect(container.textContent).toContain(HOSTILE);
      expect(isOnlyText(container)).toBe(true);
    }
  });
});
