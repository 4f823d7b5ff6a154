import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import type { IInstigatorAddress } from '../../models/instigators';
import type { IOrchestrator } from '../../tokens';
import { AutomationBody } from './body';
import { AutomationModel } from './model';

/** The tab of schedules and sensors. */
export class AutomationView extends ViewWidget {
  constructor(orch: IOrchestrator, address: IInstigatorAddress | null) {
    const model = new AutomationModel(orch);
    super(orch, {
      id: 'jupyter-orch:automation',
      label: orch.trans.__('Schedules and sensors'),
      body: createElement(AutomationBody, { model }),
      owned: [model]
    });
    this.model = model;
    if (address) {
      model.choose(address);
    }
    model.begin();
  }

  readonly model: AutomationModel;
}
