import { createElement } from 'react';

import { ViewWidget } from '../../components/view_widget';
import { RunModel } from '../../models/run';
import type { IOrchestrator } from '../../tokens';
import { RunBody } from './body';
import { RunViewModel } from './model';

/** The tab of one run. */
export class RunView extends ViewWidget {
  constructor(orch: IOrchestrator, runId: string) {
    const run = new RunModel(orch.client, runId);
    const view = new RunViewModel(orch, run);
    super(orch, {
      id: `jupyter-orch:run:${runId}`,
      label: orch.trans.__('Run %1', runId.slice(0, 8)),
      caption: runId,
      body: createElement(RunBody, { run, view }),
      owned: [orch.live.attach(run), view, run]
    });
    this.runId = runId;
    run.changed.connect(() => {
      if (run.detail) {
        this.title.label = `${run.detail.pipelineName} · ${runId.slice(0, 8)}`;
      }
    });
  }

  readonly runId: string;
}
