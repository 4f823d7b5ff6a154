import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import type { IOrchestrator } from '../../tokens';
import { RunsBody } from './body';
import { RunsModel } from './model';

/** The tab with the table of all runs. */
export class RunsView extends ViewWidget {
  constructor(orch: IOrchestrator) {
    const model = new RunsModel(orch);
    super(orch, { id: 'jupyter-orch:runs', label: orch.trans.__('Runs'), body: createElement(RunsBody, { model }), owned: [model] });
    this.model = model;
    void model.refetch();
  }

  readonly model: RunsModel;
}
