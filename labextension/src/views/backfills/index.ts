import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import type { IOrchestrator } from '../../tokens';
import { BackfillsBody } from './body';
import { BackfillsModel } from './model';

/** The tab of partitions and backfills. */
export class BackfillsView extends ViewWidget {
  constructor(orch: IOrchestrator) {
    const model = new BackfillsModel(orch);
    super(orch, { id: 'jupyter-orch:backfills', label: orch.trans.__('Backfills'), body: createElement(BackfillsBody, { model }), owned: [model] });
    this.model = model;
    model.begin();
  }

  readonly model: BackfillsModel;
}
