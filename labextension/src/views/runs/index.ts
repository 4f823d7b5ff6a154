import { MainAreaWidget } from '@jupyterlab/apputils';
import { createElement } from 'react';

import { bodyOf } from '../../components/surroundings';
import { orchIcon } from '../../icons';
import type { IOrchestrator } from '../../tokens';
import { RunsBody } from './body';
import { RunsModel } from './model';

/** The tab with the table of all runs. */
export class RunsView extends MainAreaWidget {
  constructor(orch: IOrchestrator) {
    const model = new RunsModel(orch);
    super({ content: bodyOf(orch, createElement(RunsBody, { model })) });
    this.model = model;
    this.id = 'jupyter-orch:runs';
    this.addClass('jp-orch-View');
    this.toolbar.hide();
    this.title.icon = orchIcon;
    this.title.closable = true;
    this.title.label = orch.trans.__('Runs');
    void model.refetch();
  }

  readonly model: RunsModel;

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }
}
