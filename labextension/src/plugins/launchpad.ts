import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { ILauncher } from '@jupyterlab/launcher';

import { addressOf, Arguments, Commands, textOf } from '../commands';
import { orchIcon } from '../icons';
import { IOrchestrator } from '../tokens';
import { LaunchpadView } from '../views/launchpad';
import { choosePipeline } from './choose';
import { ViewKind } from './views';

/** The Launchpad tab, with its entries in palette and launcher. */
export const launchpad: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:launchpad',
  description: 'The tab in which a run is configured, validated and launched.',
  autoStart: true,
  requires: [IOrchestrator, IEditorServices],
  optional: [ILayoutRestorer, ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    orch: IOrchestrator,
    editors: IEditorServices,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ) => {
    app.commands.addCommand(Commands.openLaunchpad, {
      label: args => (args.isLauncher ? orch.trans.__('Run a Pipeline') : orch.trans.__('New Run…')),
      caption: orch.trans.__('Configure and launch a run of a pipeline'),
      icon: orchIcon,
      describedBy: { args: Arguments.launchpad },
      execute: async args => {
        const address = addressOf(args) ?? (await choosePipeline(orch, orch.trans.__('New run of')));
        if (address) {
          const same = ({ address: other }: LaunchpadView): boolean =>
            other.location === address.location && other.repository === address.repository && other.pipeline === address.pipeline;
          const widget = kind.show(same, () => new LaunchpadView(orch, editors, address));
          const fromRun = textOf(args, 'fromRun');
          if (fromRun) {
            await widget.model.loaded;
            await widget.model.addFromRun(fromRun);
          }
        }
      }
    });
    const kind = new ViewKind<LaunchpadView>(app, 'launchpad', Commands.openLaunchpad, ({ address }) => ({ ...address }), restorer);
    palette?.addItem({ command: Commands.openLaunchpad, category: orch.trans.__('Orchestrate') });
    launcher?.add({ command: Commands.openLaunchpad, category: orch.trans.__('Orchestrate'), args: { isLauncher: true }, rank: 1 });
  }
};
