import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import type { IOrchestrator } from '../../tokens';
import { InstanceBody } from './body';
import { InstanceModel } from './model';

/** The tab that shows what runs the orchestrator. */
export class InstanceView extends ViewWidget {
  constructor(orch: IOrchestrator) {
    const model = new InstanceModel(orch);
    super(orch, { id: 'jupyter-orch:instance', label: orch.trans.__('Instance'), body: createElement(InstanceBody, { model }), owned: [model] });
    this.model = model;
    model.begin();
  }

  readonly model: InstanceModel;
}
