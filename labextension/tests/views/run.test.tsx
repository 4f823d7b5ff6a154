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

beforeEach(() => {
  facts = [];
  shape = {};
  server = new MemoryServer({
    pipelineRunOrError: () =>
      run({
        events: ({ after }: { after: number }) => facts.slice(after),
        computeLogs: ({ stepKey }: { stepKey: string }) => ({
          stdout: { data: `out of ${stepKey}\n`, cursor: 10, size: 10 },
          stderr: { data: '', cursor: 0, size: 0 }
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

  it('shows what the failed step wrote, and lets another be chosen', async () => {
    facts = log(...FAILED);
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
