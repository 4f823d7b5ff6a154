import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { Arguments, Commands, textsOf } from '../commands';
import { orchIcon } from '../icons';
import { IOrchestrator } from '../tokens';
import { AssetsView } from '../views/assets';
import { ViewKind } from './views';

/** The Assets tab. */
export const assets: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:assets',
  description: 'The tab with the catalog of assets, their lineage and their metadata over time.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, restorer: ILayoutRestorer | null, palette: ICommandPalette | null) => {
    app.commands.addCommand(Commands.openAssets, {
      label: orch.trans.__('Show Assets'),
      icon: orchIcon,
      describedBy: { args: Arguments.assets },
      execute: args => {
        const key = textsOf(args, 'key');
        const widget = kind.show(
          () => true,
          () => new AssetsView(orch, key)
        );
        if (key) {
          widget.model.choose(key);
        }
      }
    });
    const kind = new ViewKind<AssetsView>(app, 'assets', Commands.openAssets, ({ model }) => (model.key ? { key: [...model.key] } : {}), restorer);
    palette?.addItem({ command: Commands.openAssets, category: orch.trans.__('Orchestrate') });
  }
};
