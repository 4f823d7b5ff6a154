import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import { type IPipelineAddress, pathOf } from '../../models/workspace';
import type { IOrchestrator } from '../../tokens';
import { PipelineBody } from './body';
import { PipelineModel } from './model';

/** The tab of one pipeline. */
export class PipelineView extends ViewWidget {
  constructor(orch: IOrchestrator, address: IPipelineAddress) {
    const model = new PipelineModel(orch, address);
    super(orch, {
      id: `jupyter-orch:pipeline:${pathOf(address)}`,
      label: address.pipeline,
      caption: orch.trans.__('Pipeline %1 of %2', address.pipeline, address.location),
      body: createElement(PipelineBody, { model }),
      owned: [model]
    });
    this.address = address;
    model.refetch().catch(() => undefined);
  }

  readonly address: IPipelineAddress;
}
