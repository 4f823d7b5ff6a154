import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import type { OrchClient } from './api/client';
import type { SourceFragment } from './api/gql/graphql';
import type { LiveConnection } from './api/live';
import type { AutomationActions } from './models/automation_actions';
import type { Clock } from './models/clock';
import type { DraftStore } from './models/drafts';
import type { PermissionsModel } from './models/permissions';
import type { Preferences } from './models/preferences';
import type { RunActions } from './models/run_actions';
import type { RunListsModel } from './models/run_lists';
import type { RunWatch } from './models/run_watch';
import type { SetupModel } from './models/setup';
import type { IInstigatorAddress } from './models/instigators';
import type { IPipelineAddress, WorkspaceModel } from './models/workspace';

/** Everything that a view may stand on: one of each, shared by all views. */
export interface IOrchestrator {
  readonly client: OrchClient;
  readonly live: LiveConnection;
  readonly clock: Clock;
  readonly setup: SetupModel;
  readonly permissions: PermissionsModel;
  readonly workspace: WorkspaceModel;
  readonly runs: RunListsModel;
  readonly watch: RunWatch;
  readonly preferences: Preferences;
  readonly actions: RunActions;
  readonly automation: AutomationActions;
  readonly drafts: DraftStore;
  /** Lab's renderers of Markdown, tables and cell outputs; null where there are none. */
  readonly renderers: IRenderMimeRegistry | null;
  readonly trans: TranslationBundle;
  readonly open: IOpener;
}

/** Ways from one view to another. */
export interface IOpener {
  pipeline(address: IPipelineAddress): void;
  /** Prepare a run, if told so with what another run was asked to do. */
  launchpad(address?: IPipelineAddress, fromRun?: string): void;
  run(runId: string): void;
  runs(filter?: { pipeline?: string; status?: string; tag?: string }): void;
  automation(address?: IInstigatorAddress): void;
  backfills(): void;
  assets(key?: readonly string[]): void;
  instance(tab?: string): void;
  notebookJobs(): void;
  /** Open what a step left of its notebook, if told so at the cell that failed. */
  notebook(runId: string, stepKey: string, at?: 'failing'): void;
  /** Open a new notebook in which a step of a run is loaded as the run had it. */
  debugStep(runId: string, stepKey: string): void;
  /** Open a file of the workspace at a line; does nothing for files outside Jupyter's root. */
  source(place: SourceFragment): void;
  /** Open a notebook of the workspace. */
  file(contentsPath: string): void;
  /** Tell about something that went wrong, or well. */
  tell(message: string, kind?: 'error' | 'success' | 'info'): void;
}

/** The orchestrator's client side, for other extensions too. */
export const IOrchestrator = new Token<IOrchestrator>(
  'jupyter-orch:IOrchestrator',
  'Pipelines, runs and schedules of the jupyter_orch server extension.'
);
