import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ReactWidget } from '@jupyterlab/apputils';
import { createElement } from 'react';

import { InSurroundings } from '../../components/surroundings';
import type { IOrchestrator } from '../../tokens';
import { GraphOutput } from './graph';
import { readDrawnGraph } from './graph_model';
import { RunOutput } from './run';

export const GRAPH_MIME = 'application/vnd.jupyter_orch.graph+json';
export const RUN_MIME = 'application/vnd.jupyter_orch.run+json';

/** Our own forms of cell outputs; notebooks without the panel show the other forms that come with them. */
export function outputFactories(orch: IOrchestrator): IRenderMime.IRendererFactory[] {
  const factory = (mime: string, view: (data: unknown) => JSX.Element): IRenderMime.IRendererFactory => ({
    safe: true,
    mimeTypes: [mime],
    defaultRank: 0,
    createRenderer: () => new OutputWidget(orch, mime, view)
  });
  return [
    factory(GRAPH_MIME, data => createElement(GraphOutput, { graph: readDrawnGraph(data) })),
    factory(RUN_MIME, data => createElement(RunOutput, { said: Private.readRun(data) }))
  ];
}

/** Add them to a registry. */
export function registerOutputs(orch: IOrchestrator, registry: IRenderMimeRegistry): void {
  outputFactories(orch).forEach(factory => registry.addFactory(factory));
}

/** One output of a cell. */
class OutputWidget extends ReactWidget implements IRenderMime.IRenderer {
  constructor(
    private readonly _orch: IOrchestrator,
    private readonly _mime: string,
    private readonly _view: (data: unknown) => JSX.Element
  ) {
    super();
    this.addClass('jp-orch');
    this.addClass('jp-orch-Outputs');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._shown = this._view(model.data[this._mime]);
    this.update();
    await this.renderPromise;
  }

  protected override render(): JSX.Element | null {
    return this._shown && createElement(InSurroundings, { orch: this._orch, children: this._shown });
  }

  private _shown: JSX.Element | null = null;
}

namespace Private {
  export function readRun(data: unknown): { runId: string; pipelineName: string; status: string } {
    const said = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
    const text = (key: string): string => (typeof said[key] === 'string' ? said[key] : '');
    return { runId: text('runId'), pipelineName: text('pipelineName'), status: text('status') };
  }
}
