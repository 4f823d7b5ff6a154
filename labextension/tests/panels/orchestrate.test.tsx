import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { OrchestrateBody } from '../../src/panels/orchestrate/body';
import { OrchestrateModel } from '../../src/panels/orchestrate/model';
import { error, location, run, runs, schedule, workspace } from '../samples';
import { MemoryServer, Tap } from '../server';
import { HOSTILE, isOnlyText, orchOn, QUICK, show } from '../surroundings';

let server: MemoryServer;
let orch: ReturnType<typeof orchOn>;
let places: Record<string, unknown>[];
let active: Record<string, unknown>[];
let finished: Record<string, unknown>[];

beforeEach(() => {
  places = [location('flights.py')];
  active = [];
  finished = [];
  server = new MemoryServer({
    workspaceOrError: () => workspace(...places),
    pipelineRunsOrError: ({ filter }: { filter: { statuses: string[] } }) => runs(...(filter.statuses.includes('QUEUED') ? active : finished)),
    version: () => '0.1.0',
    permissions: () => [],
    pipelineRunsChanged: () => new Tap<unknown>(),
    locationStateChangeEvents: () => new Tap<unknown>()
  });
  orch = orchOn(server);
});

async function refetch(): Promise<void> {
  await act(async () => {
    await Promise.allSettled([orch.workspace.refetch(), orch.runs.refetch(), orch.setup.check()]);
  });
}

function draw(): HTMLElement {
  return show(orch, <OrchestrateBody model={new OrchestrateModel()} />).container;
}

function section(name: string): HTMLElement {
  return screen.getByRole('region', { name: new RegExp(`^${name}`) });
}

describe('side panel', () => {
  it('shows grey lines while it waits, but not at once', async () => {
    draw();
    expect(screen.queryByRole('status', { name: 'Loading' })).toBeNull();
    await vi.waitFor(() => expect(screen.getAllByRole('status', { name: 'Loading' }).length).toBeGreaterThan(0));
  });

  it('says what is missing where there is nothing', async () => {
    places = [];
    draw();
    await refetch();
    expect(section('Active runs').textContent).toContain('Nothing is running.');
    expect(section('Recent runs').textContent).toContain('No run has finished yet.');
    expect(section('Pipelines').textContent).toContain('/home/ada/workspace.yaml');
    expect(section('Locations').textContent).toContain('/home/ada/workspace.yaml');
  });

  it('opens pipeline, launchpad and runs from named buttons', async () => {
    finished = [run({ runId: 'abcdef123', status: 'FAILURE' })];
    draw();
    await refetch();
    fireEvent.click(screen.getByRole('button', { name: 'flights' }));
    expect(orch.open.pipeline.mock.calls[0][0]).toMatchObject({ location: 'flights.py', repository: '__repository__', pipeline: 'flights' });
    fireEvent.click(screen.getByRole('button', { name: 'Run of flights, Failed, abcdef12' }));
    expect(orch.open.run).toHaveBeenCalledWith('abcdef123');
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'New run' })));
    expect(orch.open.launchpad).toHaveBeenCalled();
  });

  it('counts the steps of active runs and cancels one', async () => {
    active = [
      run({
        status: 'STARTED',
        canTerminate: true,
        endTime: null,
        executionPlan: { steps: [{ key: 'a' }, { key: 'b' }, { key: 'c' }] },
        stepStats: [
          { stepKey: 'a', status: 'SUCCESS' },
          { stepKey: 'b', status: 'RUNNING' }
        ]
      })
    ];
    const canceled: string[] = [];
    server.answers.terminatePipelineExecution = ({ runId }: { runId: string }) => {
      canceled.push(runId);
      return { __typename: 'TerminatePipelineExecutionSuccess', run: active[0] };
    };
    draw();
    await refetch();
    expect(section('Active runs').textContent).toContain('step 1 of 3');
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Cancel run of flights' })));
    await vi.waitFor(() => expect(canceled).toEqual(['run-1']));
  });

  it('shows a broken location with first line, place and traceback, and reloads it', async () => {
    places = [location('broken.py', { loadStatus: 'ERROR', stale: true, loadError: error() }), location('flights.py')];
    const reloaded: string[] = [];
    server.answers.reloadRepositoryLocation = ({ repositoryLocationName }: { repositoryLocationName: string }) => {
      reloaded.push(repositoryLocationName);
      return location('broken.py', { loadStatus: 'LOADING' });
    };
    draw();
    await refetch();
    const broken = within(section('Locations'));
    expect(broken.getByRole('status', { name: 'State of broken.py' }).textContent).toMatch(/Error.*stale/);
    expect(broken.getByText(/unexpected indent/)).toBeTruthy();
    expect(broken.getByText(/\/home\/ada\/flights.py:7/)).toBeTruthy();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Reload broken.py' })));
    await vi.waitFor(() => expect(reloaded).toEqual(['broken.py']));
  });

  it('calls the schedule of a notebook job by the name that the job was given', async () => {
    const place = location('notebooks');
    const held = place.locationOrLoadError as { repositories: { schedules: unknown[] }[] };
    held.repositories[0].schedules = [schedule({ name: 'daily_1a2b3c4d', title: 'Each night' })];
    places = [place];
    draw();
    await refetch();
    expect(section('Schedules').textContent).toContain('Each night');
    expect(section('Schedules').textContent).not.toContain('daily_1a2b3c4d');
    expect(screen.getByRole('switch', { name: 'Schedule Each night' })).toBeTruthy();
  });

  it('switches a schedule', async () => {
    let status = 'STOPPED';
    const holding = (): Record<string, unknown> => {
      const place = location('flights.py');
      const held = place.locationOrLoadError as { repositories: { schedules: unknown[] }[] };
      held.repositories[0].schedules = [schedule({ status })];
      return place;
    };
    server.answers.workspaceOrError = () => workspace(holding());
    server.answers.startSchedule = () => {
      status = 'RUNNING';
      return { __typename: 'ScheduleStateResult', schedule: schedule({ status }) };
    };
    draw();
    await refetch();
    const toggle = screen.getByRole('switch', { name: 'Schedule nightly' });
    expect(toggle.getAttribute('aria-checked')).toBe('false');
    await act(async () => fireEvent.click(toggle));
    await vi.waitFor(() => expect(screen.getByRole('switch').getAttribute('aria-checked')).toBe('true'));
  });

  it('filters every section', async () => {
    finished = [run()];
    draw();
    await refetch();
    fireEvent.change(screen.getByRole('searchbox', { name: 'Filter' }), { target: { value: 'nothing like it' } });
    expect(screen.queryByRole('button', { name: 'flights' })).toBeNull();
    expect(section('Recent runs').textContent).toContain('No run fits the filter.');
  });

  it('says that the server part is missing, differs, or failed', async () => {
    draw();
    server.health = null;
    await refetch();
    expect(screen.getByRole('alert', { name: 'Setup' }).textContent).toContain('jupyter server extension enable jupyter_orch');
    expect(screen.queryByRole('region', { name: /^Pipelines/ })).toBeNull();
    server.health = { version: '9.9.9', api: 1, status: 'ready' };
    await refetch();
    expect(screen.getByRole('alert', { name: 'Setup' }).textContent).toContain('9.9.9');
    server.health = { version: '0.1.0', api: 1, status: 'failed', error: 'the home folder is not writable' };
    await refetch();
    expect(screen.getByRole('alert', { name: 'Setup' }).textContent).toContain('not writable');
  });

  it('is honest when the server is gone: banner, time of the last word, buttons off with the reason', async () => {
    expect(QUICK.poll).toBeLessThan(100);
    finished = [run()];
    orch.live.attach(orch.runs);
    orch.live.attach(orch.workspace);
    draw();
    await act(async () => {
      orch.live.start();
      await vi.waitFor(() => expect(orch.live.status).toBe('live'));
    });
    await act(async () => {
      server.up = false;
      server.cut();
      await vi.waitFor(() => expect(orch.live.status).toBe('offline'));
    });
    expect(screen.getByRole('alert').textContent).toMatch(/Offline – last update \d+:\d+/);
    expect(screen.getByRole('status', { name: 'Connection' }).textContent).toBe('Offline');
    const button = screen.getByRole('button', { name: 'New run' });
    expect(button.getAttribute('aria-disabled')).toBe('true');
    expect(button.title).toBe('The server cannot be reached.');
    fireEvent.click(button);
    expect(orch.open.launchpad).not.toHaveBeenCalled();
    expect(section('Recent runs').textContent).toContain('flights');
    orch.live.dispose();
  });

  it('turns buttons off for a reader, with the permission that is missing', async () => {
    server.answers.permissions = () => [
      { permission: 'launch_pipeline_execution', value: false, disabledReason: 'needs execute on jupyter_orch:runs' },
      { permission: 'reload_repository_location', value: false, disabledReason: 'needs execute on jupyter_orch:locations' }
    ];
    draw();
    await refetch();
    await act(async () => orch.permissions.refresh());
    expect(screen.getByRole('button', { name: 'New run' }).title).toBe('needs execute on jupyter_orch:runs');
    expect(screen.getByRole('button', { name: 'Reload flights.py' }).getAttribute('aria-disabled')).toBe('true');
  });

  it('shows the server’s own words when a query fails', async () => {
    server.answers.workspaceOrError = () => error({ message: 'the database is locked' });
    draw();
    await refetch();
    expect(screen.getAllByRole('alert').map(node => node.textContent)).toContain('the database is locked');
  });

  it('keeps hostile names as text', async () => {
    const place = location(HOSTILE, {
      loadStatus: 'ERROR',
      loadError: error({ message: HOSTILE, stack: [HOSTILE], file: HOSTILE, code: HOSTILE, hint: HOSTILE, className: HOSTILE }),
      progress: HOSTILE,
      displayMetadata: [{ key: HOSTILE, value: HOSTILE }],
      locationOrLoadError: {
        __typename: 'RepositoryLocation',
        id: 'x',
        name: HOSTILE,
        codeVersion: 'v',
        repositories: [
          {
            id: 'r',
            name: HOSTILE,
            pipelines: [{ id: 'p', name: HOSTILE, description: HOSTILE, solidCount: 1 }],
            schedules: [schedule({ name: HOSTILE, title: HOSTILE, sentence: HOSTILE, status: 'RUNNING' })]
          }
        ]
      }
    });
    places = [place];
    finished = [run({ pipelineName: HOSTILE, createdBy: HOSTILE, runId: HOSTILE })];
    active = [run({ pipelineName: HOSTILE, createdBy: HOSTILE, status: 'STARTED', runId: 'x' })];
    const container = draw();
    await refetch();
    expect(container.textContent).toContain(HOSTILE);
    expect(isOnlyText(container)).toBe(true);
  });
});
