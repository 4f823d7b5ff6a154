import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';

import { IOrchestrator } from '../tokens';
import { registerOutputs } from '../views/outputs';

/** Pipelines, results and runs as the last value of a cell. */
export const outputs: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:outputs',
  description: 'Shows pipelines, results and runs that are the last value of a cell.',
  autoStart: true,
  requires: [IOrchestrator, IRenderMimeRegistry],
  activate: (_: JupyterFrontEnd, orch: IOrchestrator, registry: IRenderMimeRegistry) => registerOutputs(orch, registry)
};
