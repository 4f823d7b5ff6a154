import { MainAreaWidget } from '@jupyterlab/apputils';
import { createElement } from 'react';

import { bodyOf } from '../../components/surroundings';
import { orchIcon } from '../../icons';
import { RunModel } from '../../models/run';
import type { IOrchestrator } from '../../tokens';
import { RunBody } from './body';
import { RunViewModel } from './model';

/** The tab of one run. */
export class RunView extends MainAreaWidget {
  constructor(orch: IOrchestrator, runId: string) {
    const run = new RunModel(orch.client, runId);
    const view = new RunViewModel(orch, run);
    super({ content: bodyOf(orch, createElement(RunBody, { run, view })) });
    this.runId = runId;
    this.id = `jupyter-orch:run:${runId}`;
    this.addClass('jp-orch-View');
    this.toolbar.hide();
    this.title.icon = orchIcon;
    this.title.closable = true;
    this.title.label = orch.trans.__('Run %1', runId.slice(0, 8));
    this.title.caption = runId;
    run.changed.connect(() => {
      if (run.detail) {
        this.title.label = `${run.detail.pipelineName} · ${runId.slice(0, 8)}`;
      }
    });
    this._feed = orch.live.attach(run);
    this._run = run;
    this._view = view;
  }

  readonly runId: string;

  override dispose(): void {
    if (!this.isDisposed) {
      this._feed.dispose();
      this._view.dispose();
      this._run.dispose();
      super.dispose();
    }
  }

  private readonly _feed;
  private readonly _run;
  private readonly _view;
}
