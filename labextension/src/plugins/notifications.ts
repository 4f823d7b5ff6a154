import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';

import { statusWord } from '../components/status';
import { messageOf } from '../api/problem';
import type { IRunNews } from '../models/run_watch';
import { IOrchestrator } from '../tokens';
import { RunView } from '../views/run';

/** One note for each run that the user cares for, changed in place until the run is over. */
export const notifications: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:notifications',
  description: 'Tells how runs that were launched here go, and how they end.',
  autoStart: true,
  requires: [IOrchestrator],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator) => {
    const notes = new Map<string, string>();
    orch.watch.news.connect((_, news) => {
      const id = notes.get(news.runId);
      if (Private.isSeen(app, news.runId)) {
        if (id) {
          Notification.dismiss(id);
          notes.delete(news.runId);
        }
        return;
      }
      const face = Private.faceOf(news, orch);
      if (id && Notification.manager.has(id)) {
        Notification.update({ id, ...face });
      } else if (!id) {
        notes.set(news.runId, Notification.emit(face.message, face.type, { autoClose: face.autoClose, actions: face.actions }));
      }
    });
  }
};

namespace Private {
  interface IFace {
    message: string;
    type: 'in-progress' | 'success' | 'error' | 'info';
    autoClose: number | false;
    actions: Notification.IAction[];
  }

  /** Whoever looks at the run needs no note about it. */
  export function isSeen(app: JupyterFrontEnd, runId: string): boolean {
    const shown = app.shell.currentWidget;
    return shown instanceof RunView && shown.runId === runId && shown.isVisible;
  }

  export function faceOf(news: IRunNews, orch: IOrchestrator): IFace {
    const { trans } = orch;
    const steps = !news.over && news.stepsAll > 0 ? ` ${news.stepsDone}/${news.stepsAll}` : '';
    const failed = news.status === 'FAILURE';
    return {
      message: `${news.pipelineName} · ${statusWord(news.status, trans)}${steps}`,
      type: !news.over ? 'in-progress' : failed ? 'error' : news.status === 'SUCCESS' ? 'success' : 'info',
      autoClose: news.over && !failed ? 6000 : false,
      actions: [
        { label: trans.__('Open'), callback: () => orch.open.run(news.runId) },
        ...(failed ? [{ label: trans.__('Re-run from failure'), callback: () => rerun(orch, news.runId) }] : [])
      ]
    };
  }

  function rerun({ actions, open }: IOrchestrator, runId: string): void {
    actions.rerun(runId, 'FROM_FAILURE').then(
      again => open.run(again),
      (reason: unknown) => open.tell(messageOf(reason), 'error')
    );
  }
}
