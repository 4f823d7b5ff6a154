import { Panel } from '@lumino/widgets';
import { createElement } from 'react';

import { bodyOf } from '../../components/surroundings';
import { orchIcon } from '../../icons';
import type { IOrchestrator } from '../../tokens';
import { OrchestrateBody } from './body';
import { OrchestrateModel } from './model';

/** The side panel "Orchestrate". */
export class OrchestratePanel extends Panel {
  constructor(orch: IOrchestrator) {
    super();
    this.id = 'jupyter-orch:panel';
    this.title.icon = orchIcon;
    this.title.label = '';
    this.title.caption = orch.trans.__('Orchestrate');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', orch.trans.__('Orchestrate'));
    this.addClass('jp-orch-Panel');
    this.model = new OrchestrateModel();
    this.addWidget(bodyOf(orch, createElement(OrchestrateBody, { model: this.model })));
  }

  readonly model: OrchestrateModel;

  override dispose(): void {
    this.model.dispose();
    super.dispose();
  }
}
