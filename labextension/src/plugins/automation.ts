import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { Arguments, Commands, instigatorOf } from '../commands';
import { orchIcon } from '../icons';
import { IOrchestrator } from '../tokens';
import { AutomationView } from '../views/automation';
import { ViewKind } from './views';

/** The tab of schedules and sensors. */
export const automation: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:automation',
  description: 'The tab with schedules and sensors, their next ticks and what came of the last ones.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, restorer: ILayoutRestorer | null, palette: ICommandPalette | null) => {
    app.commands.addCommand(Commands.openAutomation, {
      label: orch.trans.__('Show Schedules and Sensors'),
      icon: orchIcon,
      describedBy: { args: Arguments.instigator },
      execute: args => {
        const address = instigatorOf(args);
        const widget = kind.show(
          () => true,
          () => new AutomationView(orch, address)
        );
        if (address) {
          widget.model.choose(address);
        }
      }
    });
    const kind = new ViewKind<AutomationView>(app, 'automation', Commands.openAutomation, ({ model }) => ({ ...model.address }), restorer);
    palette?.addItem({ command: Commands.openAutomation, category: orch.trans.__('Orchestrate') });
  }
};
