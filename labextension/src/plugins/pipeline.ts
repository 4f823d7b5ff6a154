import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { addressOf, Arguments, Commands } from '../commands';
import { orchIcon } from '../icons';
import { IOrchestrator } from '../tokens';
import { PipelineView } from '../views/pipeline';
import { choosePipeline } from './choose';
import { ViewKind } from './views';

/** The Pipeline tab. */
export const pipeline: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:pipeline',
  description: 'The tab that shows a pipeline as a graph or an outline.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, restorer: ILayoutRestorer | null, palette: ICommandPalette | null) => {
    app.commands.addCommand(Commands.openPipeline, {
      label: orch.trans.__('Open Pipeline…'),
      icon: orchIcon,
      describedBy: { args: Arguments.pipeline },
      execute: async args => {
        const address = addressOf(args) ?? (await choosePipeline(orch, orch.trans.__('Open pipeline')));
        if (!address) {
          return;
        }
        const same = ({ address: other }: PipelineView): boolean =>
          other.location === address.location && other.repository === address.repository && other.pipeline === address.pipeline;
        kind.show(same, () => new PipelineView(orch, address));
      }
    });
    const kind = new ViewKind<PipelineView>(app, 'pipeline', Commands.openPipeline, ({ address }) => ({ ...address }), restorer);
    palette?.addItem({ command: Commands.openPipeline, category: orch.trans.__('Orchestrate') });
  }
};
