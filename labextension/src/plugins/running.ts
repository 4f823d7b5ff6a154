import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { type IRunningSessions, IRunningSessionManagers } from '@jupyterlab/running';
import { Signal } from '@lumino/signaling';

import { statusWord } from '../components/status';
import { orchIcon } from '../icons';
import { messageOf } from '../api/problem';
import type { ILocation } from '../models/workspace';
import type { IActiveRun } from '../models/run_lists';
import { IOrchestrator } from '../tokens';

/** Active runs and code locations as sections of JupyterLab's Running panel. */
export const running: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:running',
  description: 'Lists active runs and code locations in the Running panel.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [IRunningSessionManagers],
  activate: (_app: JupyterFrontEnd, orch: IOrchestrator, managers: IRunningSessionManagers | null) => {
    if (!managers) {
      return;
    }
    const changed = new Signal<object, void>({});
    orch.runs.changed.connect(() => changed.emit());
    managers.add({
      name: orch.trans.__('Pipeline Runs'),
      running: () => orch.runs.active.map(run => Private.item(orch, run)),
      shutdownAll: () => orch.runs.active.forEach(run => Private.cancel(orch, run)),
      refreshRunning: () => void orch.runs.refetch().catch(() => undefined),
      runningChanged: changed,
      shutdownLabel: orch.trans.__('Cancel run'),
      shutdownAllLabel: orch.trans.__('Cancel All'),
      shutdownAllConfirmationText: orch.trans.__('Are you sure you want to cancel all active runs?')
    });
    const moved = new Signal<object, void>({});
    orch.workspace.changed.connect(() => moved.emit());
    managers.add({
      name: orch.trans.__('Code Locations'),
      running: () => orch.workspace.locations.map(location => Private.locationItem(orch, location)),
      shutdownAll: () => void Private.reloadAll(orch),
      refreshRunning: () => void orch.workspace.refetch().catch(() => undefined),
      runningChanged: moved,
      shutdownLabel: orch.trans.__('Reload'),
      shutdownAllLabel: orch.trans.__('Reload All'),
      shutdownAllConfirmationText: orch.trans.__('Load the code of every location again? Runs on their way go on with the code they began with.')
    });
  }
};

namespace Private {
  export function item(orch: IOrchestrator, run: IActiveRun): IRunningSessions.IRunningItem {
    return {
      open: () => orch.open.run(run.runId),
      shutdown: () => cancel(orch, run),
      icon: () => orchIcon,
      label: () => `${run.pipelineName} · ${run.runId.slice(0, 8)}`,
      labelTitle: () => run.runId,
      detail: () => statusWord(run.status, orch.trans)
    };
  }

  export function locationItem(orch: IOrchestrator, { name, status, codeVersion }: ILocation): IRunningSessions.IRunningItem {
    return {
      open: () => orch.open.instance('locations'),
      shutdown: () => void tellRefusal(orch, orch.workspace.reload(name)),
      icon: () => orchIcon,
      label: () => name,
      labelTitle: () => codeVersion,
      detail: () => statusWord(status, orch.trans)
    };
  }

  export async function reloadAll(orch: IOrchestrator): Promise<void> {
    await tellRefusal(orch, orch.workspace.reloadAll());
  }

  async function tellRefusal({ open }: IOrchestrator, asked: Promise<string>): Promise<void> {
    const refused = await asked.catch(messageOf);
    if (refused) {
      open.tell(refused, 'error');
    }
  }

  export function cancel({ actions, open }: IOrchestrator, run: IActiveRun): void {
    actions.cancel(run.runId, run.status).catch((reason: unknown) => open.tell(messageOf(reason), 'error'));
  }
}
