import type { IEditorServices } from '@jupyterlab/codeeditor';
import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import { type IPipelineAddress, pathOf } from '../../models/workspace';
import type { IOrchestrator } from '../../tokens';
import { LaunchpadBody } from './body';
import { LaunchpadModel } from './model';

/** The tab in which a run is prepared and launched. */
export class LaunchpadView extends ViewWidget {
  constructor(orch: IOrchestrator, editors: IEditorServices, address: IPipelineAddress) {
    const model = new LaunchpadModel(orch, address);
    super(orch, {
      id: `jupyter-orch:launchpad:${pathOf(address)}`,
      label: orch.trans.__('Launchpad: %1', address.pipeline),
      caption: orch.trans.__('Launchpad of %1 of %2', address.pipeline, address.location),
      body: createElement(LaunchpadBody, { model, editors }),
      owned: [model]
    });
    this.address = address;
    this.model = model;
    model.loaded = model.load();
  }

  readonly address: IPipelineAddress;
  readonly model: LaunchpadModel;
}
