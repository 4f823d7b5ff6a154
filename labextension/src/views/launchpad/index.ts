import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import { createElement } from 'react';

import { bodyOf } from '../../components/surroundings';
import { orchIcon } from '../../icons';
import type { IPipelineAddress } from '../../models/workspace';
import type { IOrchestrator } from '../../tokens';
import { LaunchpadBody } from './body';
import { LaunchpadModel } from './model';

/** The tab in which a run is prepared and launched. */
export class LaunchpadView extends MainAreaWidget {
  constructor(orch: IOrchestrator, editors: IEditorServices, address: IPipelineAddress) {
    const model = new LaunchpadModel(orch, address);
    super({ content: bodyOf(orch, createElement(LaunchpadBody, { model, editors })) });
    this.address = address;
    this.model = model;
    this.id = `jupyter-orch:launchpad:${[address.location, address.repository, address.pipeline].map(encodeURIComponent).join('/')}`;
    this.addClass('jp-orch-View');
    this.toolbar.hide();
    this.title.icon = orchIcon;
    this.title.closable = true;
    this.title.label = orch.trans.__('Launchpad: %1', address.pipeline);
    this.title.caption = orch.trans.__('Launchpad of %1 of %2', address.pipeline, address.location);
    void model.load();
  }

  readonly address: IPipelineAddress;
  readonly model: LaunchpadModel;

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }
}
