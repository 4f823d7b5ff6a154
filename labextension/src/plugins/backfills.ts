import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { Arguments, Commands } from '../commands';
import { orchIcon } from '../icons';
import { IOrchestrator } from '../tokens';
import { BackfillsView } from '../views/backfills';
import { ViewKind } from './views';

/** The Backfills tab. */
export const backfills: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:backfills',
  description: 'The tab with partitions, where their runs stand, and backfills.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, restorer: ILayoutRestorer | null, palette: ICommandPalette | null) => {
    app.commands.addCommand(Commands.openBackfills, {
      label: orch.trans.__('Show Backfills'),
      icon: orchIcon,
      describedBy: { args: Arguments.none },
      execute: () => {
        kind.show(
          () => true,
          () => new BackfillsView(orch)
        );
      }
    });
    const kind = new ViewKind<BackfillsView>(app, 'backfills', Commands.openBackfills, () => ({}), restorer);
    palette?.addItem({ command: Commands.openBackfills, category: orch.trans.__('Orchestrate') });
  }
};
