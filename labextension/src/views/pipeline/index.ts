import { MainAreaWidget } from '@jupyterlab/apputils';
import { createElement } from 'react';

import { bodyOf } from '../../components/surroundings';
import { orchIcon } from '../../icons';
import type { IPipelineAddress } from '../../models/workspace';
import type { IOrchestrator } from '../../tokens';
import { PipelineBody } from './body';
import { PipelineModel } from './model';

/** The tab of one pipeline. */
export class PipelineView extends MainAreaWidget {
  constructor(orch: IOrchestrator, address: IPipelineAddress) {
    const model = new PipelineModel(orch, address);
    super({ content: bodyOf(orch, createElement(PipelineBody, { model })) });
    this.address = address;
    this.id = `jupyter-orch:pipeline:${[address.location, address.repository, address.pipeline].map(encodeURIComponent).join('/')}`;
    this.addClass('jp-orch-View');
    this.toolbar.hide();
    this.title.icon = orchIcon;
    this.title.closable = true;
    this.title.label = address.pipeline;
    this.title.caption = orch.trans.__('Pipeline %1 of %2', address.pipeline, address.location);
    this._model = model;
    model.refetch().catch(() => undefined);
  }

  readonly address: IPipelineAddress;

  override dispose(): void {
    if (!this.isDisposed) {
      this._model.dispose();
      super.dispose();
    }
  }

  private readonly _model: PipelineModel;
}
