import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';

import { Commands } from '../commands';
import { bodyOf, useModel, useOrch } from '../components/surroundings';
import { dueText } from '../components/time';
import { orchIcon } from '../icons';
import { IOrchestrator } from '../tokens';

/** How many runs are on their way, and when the next schedule is due, in the status bar. */
export const status: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:status',
  description: 'Counts active runs in the status bar.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [IStatusBar],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, bar: IStatusBar | null) => {
    bar?.registerStatusItem('@jupyter-orch/lab:status', {
      item: bodyOf(orch, <RunCount onOpen={() => void app.commands.execute(Commands.showPanel)} />),
      align: 'left',
      rank: 90,
      isActive: () => ['ready', 'mismatch'].includes(orch.setup.state.kind),
      activeStateChanged: orch.setup.changed
    });
  }
};

function RunCount({ onOpen }: { onOpen: () => void }): JSX.Element {
  const { runs, live, workspace, trans } = useOrch();
  useModel(runs);
  useModel(live);
  useModel(workspace);
  const next = workspace.nextDue;
  const running = live.status === 'offline' ? trans.__('offline') : trans._n('%1 running', '%1 running', runs.activeCount);
  const text = live.status !== 'offline' && next !== null ? trans.__('%1 · next %2', running, dueText(next, Date.now() / 1000)) : running;
  return (
    <button type="button" className="jp-orch-StatusItem" aria-label={trans.__('Orchestrate: %1', text)} onClick={onOpen}>
      <orchIcon.react tag="span" className="jp-orch-icon" />
      {text}
    </button>
  );
}
