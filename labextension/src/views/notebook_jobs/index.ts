import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import type { NotebookFlows } from '../../notebooks/flows';
import type { IOrchestrator } from '../../tokens';
import { NotebookJobsBody } from './body';
import { NotebookJobsModel } from './model';

/** The tab of scheduled notebooks. */
export class NotebookJobsView extends ViewWidget {
  constructor(orch: IOrchestrator, flows: NotebookFlows) {
    const model = new NotebookJobsModel(orch, flows);
    super(orch, {
      id: 'jupyter-orch:notebook-jobs',
      label: orch.trans.__('Notebook jobs'),
      body: createElement(NotebookJobsBody, { model }),
      owned: [model]
    });
    model.begin();
  }
}
