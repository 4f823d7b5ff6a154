import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { Arguments, Commands, textOf } from '../commands';
import { orchIcon } from '../icons';
import { IOrchestrator } from '../tokens';
import { InstanceView } from '../views/instance';
import { ViewKind } from './views';

/** The Instance tab. */
export const instance: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:instance',
  description: 'The tab with the health, the replicas, the locations and the settings of the instance.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, restorer: ILayoutRestorer | null, palette: ICommandPalette | null) => {
    app.commands.addCommand(Commands.openInstance, {
      label: orch.trans.__('Show Instance'),
      icon: orchIcon,
      describedBy: { args: Arguments.instance },
      execute: args => {
        const widget = kind.show(
          () => true,
          () => new InstanceView(orch)
        );
        const tab = textOf(args, 'tab');
        if (Arguments.instance.properties.tab.enum.some(known => known === tab)) {
          widget.model.tab = tab;
        }
      }
    });
    const kind = new ViewKind<InstanceView>(app, 'instance', Commands.openInstance, ({ model: { tab } }) => ({ tab }), restorer);
    palette?.addItem({ command: Commands.openInstance, category: orch.trans.__('Orchestrate') });
  }
};
