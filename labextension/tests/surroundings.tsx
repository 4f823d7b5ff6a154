import { nullTranslator } from '@jupyterlab/translation';
import { render, type RenderResult } from '@testing-library/react';
import { type Mock, vi } from 'vitest';

import { OrchClient } from '../src/api/client';
import { LiveConnection } from '../src/api/live';
import { InSurroundings } from '../src/components/surroundings';
import { AutomationActions } from '../src/models/automation_actions';
import { Clock } from '../src/models/clock';
import { DraftStore } from '../src/models/drafts';
import { PermissionsModel } from '../src/models/permissions';
import { Preferences } from '../src/models/preferences';
import { RunActions } from '../src/models/run_actions';
import { RunListsModel } from '../src/models/run_lists';
import { RunWatch } from '../src/models/run_watch';
import { SetupModel } from '../src/models/setup';
import { WorkspaceModel } from '../src/models/workspace';
import type { IOpener, IOrchestrator } from '../src/tokens';
import type { MemoryServer } from './server';

/** Waiting times that a test can afford. */
export const QUICK = { poll: 15, offlinePoll: 15, firstRetry: 5, lastRetry: 20, ping: 1000 };

/** A text that would run a script wherever it became HTML. */
export const HOSTILE = '<img src=x onerror="window.__broken=1">';

/** The real models on a server in memory; ways to other views are only noted. */
export function orchOn(server: MemoryServer): Omit<IOrchestrator, 'open'> & { open: { [K in keyof IOpener]: Mock<IOpener[K]> } } {
  const client = new OrchClient(server.settings());
  const live = new LiveConnection(client, QUICK);
  const runs = new RunListsModel(client);
  const preferences = new Preferences();
  const watch = new RunWatch(runs, preferences, 0);
  return {
    client,
    live,
    clock: new Clock(live),
    setup: new SetupModel(client),
    permissions: new PermissionsModel(client),
    workspace: new WorkspaceModel(client),
    runs,
    watch,
    preferences,
    actions: new RunActions(client, watch),
    automation: new AutomationActions(client),
    drafts: new DraftStore(null),
    renderers: null,
    trans: nullTranslator.load('jupyter_orch'),
    open: {
      pipeline: vi.fn<IOpener['pipeline']>(),
      launchpad: vi.fn<IOpener['launchpad']>(),
      run: vi.fn<IOpener['run']>(),
      runs: vi.fn<IOpener['runs']>(),
      automation: vi.fn<IOpener['automation']>(),
      backfills: vi.fn<IOpener['backfills']>(),
      assets: vi.fn<IOpener['assets']>(),
      instance: vi.fn<IOpener['instance']>(),
      notebookJobs: vi.fn<IOpener['notebookJobs']>(),
      notebook: vi.fn<IOpener['notebook']>(),
      debugStep: vi.fn<IOpener['debugStep']>(),
      source: vi.fn<IOpener['source']>(),
      file: vi.fn<IOpener['file']>(),
      tell: vi.fn<IOpener['tell']>()
    }
  };
}

/** Draw a view in its surroundings. */
export function show(orch: IOrchestrator, view: JSX.Element): RenderResult {
  return render(<InSurroundings orch={orch}>{view}</InSurroundings>);
}

/** No element was made of a hostile text. */
export function isOnlyText(container: HTMLElement): boolean {
  return container.querySelector('img, script, iframe') === null && !('__broken' in window);
}
