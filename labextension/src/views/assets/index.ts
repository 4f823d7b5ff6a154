import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import type { IOrchestrator } from '../../tokens';
import { AssetsBody } from './body';
import { AssetsModel } from './model';

/** The tab of assets. */
export class AssetsView extends ViewWidget {
  constructor(orch: IOrchestrator, key: readonly string[] | null) {
    const model = new AssetsModel(orch);
    super(orch, { id: 'jupyter-orch:assets', label: orch.trans.__('Assets'), body: createElement(AssetsBody, { model }), owned: [model] });
    this.model = model;
    if (key) {
      model.choose(key);
    }
    model.begin();
  }

  readonly model: AssetsModel;
}
