import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ServerConnection } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { OrchClient } from '../api/client';
import { LiveConnection } from '../api/live';
import { AutomationActions } from '../models/automation_actions';
import { Clock } from '../models/clock';
import { DraftStore } from '../models/drafts';
import { PermissionsModel } from '../models/permissions';
import { type IPreferences, Preferences } from '../models/preferences';
import { RunActions } from '../models/run_actions';
import { RunListsModel } from '../models/run_lists';
import { RunWatch } from '../models/run_watch';
import { SetupModel } from '../models/setup';
import { WorkspaceModel } from '../models/workspace';
import { IOrchestrator } from '../tokens';
import { DOMAIN } from '../version';
import { openerOf } from './opener';

const HEALTH_EVERY = 15_000;
const HEALTH_WHILE_STARTING = 1000;

/** Provides the models that all views share, and keeps them current. */
export const service: JupyterFrontEndPlugin<IOrchestrator> = {
  id: '@jupyter-orch/lab:service',
  description: 'Client of the jupyter_orch server extension: one connection and the models that every view shares.',
  autoStart: true,
  provides: IOrchestrator,
  optional: [ITranslator, IStateDB, ISettingRegistry, IRenderMimeRegistry],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    state: IStateDB | null,
    settings: ISettingRegistry | null,
    renderers: IRenderMimeRegistry | null
  ): IOrchestrator => {
    const client = new OrchClient(ServerConnection.makeSettings(app.serviceManager.serverSettings));
    const live = new LiveConnection(client);
    const runs = new RunListsModel(client);
    const preferences = new Preferences();
    const watch = new RunWatch(runs, preferences, Date.now() / 1000);
    const orch: IOrchestrator = {
      client,
      live,
      clock: new Clock(live),
      setup: new SetupModel(client),
      permissions: new PermissionsModel(client),
      workspace: new WorkspaceModel(client),
      runs,
      preferences,
      watch,
      actions: new RunActions(client, watch),
      automation: new AutomationActions(client),
      drafts: new DraftStore(state),
      renderers,
      trans: (translator ?? nullTranslator).load(DOMAIN),
      open: openerOf(app.commands, Private.tell)
    };
    void Private.readSettings(settings, service.id, preferences, live);
    void Private.begin(orch);
    return orch;
  }
};

namespace Private {
  /** Take the user's choices now and whenever they change; without a registry the defaults stand. */
  export async function readSettings(
    registry: ISettingRegistry | null,
    id: string,
    preferences: Preferences,
    live: LiveConnection
  ): Promise<void> {
    try {
      const settings = await registry?.load(id);
      const take = (): void => {
        preferences.take((settings?.composite ?? {}) as Partial<IPreferences>);
        live.setPollInterval(preferences.current.pollSeconds * 1000);
      };
      settings?.changed.connect(take);
      take();
    } catch (reason) {
      console.warn(`jupyter_orch: the settings can not be read, defaults hold: ${String(reason)}`);
    }
  }

  /** Ask who answers; only where the server part is there does the panel connect. */
  export async function begin({ setup, permissions, live, workspace, runs }: IOrchestrator): Promise<void> {
    await setup.check();
    const connect = (): void => {
      if (!['ready', 'mismatch', 'unknown'].includes(setup.state.kind)) {
        return;
      }
      setup.changed.disconnect(connect);
      live.attach(workspace);
      live.attach(runs);
      live.start();
      permissions.refresh().catch(() => undefined);
      live.changed.connect(() => {
        if (live.status === 'live') {
          void setup.check();
          permissions.refresh().catch(() => undefined);
        }
      });
    };
    setup.changed.connect(connect);
    connect();
    const look = (): void => {
      const pause = setup.state.kind === 'starting' ? HEALTH_WHILE_STARTING : HEALTH_EVERY;
      window.setTimeout(() => void (document.hidden ? Promise.resolve() : setup.check()).finally(look), pause);
    };
    look();
  }

  export function tell(message: string, kind: 'error' | 'success' | 'info' = 'info'): void {
    Notification.emit(message, kind === 'error' ? 'error' : kind, { autoClose: kind === 'error' ? false : 4000 });
  }
}

