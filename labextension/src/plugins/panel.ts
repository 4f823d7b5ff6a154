import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { Arguments, Commands } from '../commands';
import { orchIcon } from '../icons';
import { OrchestratePanel } from '../panels/orchestrate';
import { IOrchestrator } from '../tokens';

/** The side panel. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:panel',
  description: 'The side panel with runs, pipelines, schedules and locations.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, palette: ICommandPalette | null, restorer: ILayoutRestorer | null) => {
    const widget = new OrchestratePanel(orch);
    app.shell.add(widget, 'left', { rank: 600, type: 'Orchestrate' });
    restorer?.add(widget, widget.id);
    app.commands.addCommand(Commands.showPanel, {
      label: orch.trans.__('Show Orchestrate'),
      icon: orchIcon,
      describedBy: { args: Arguments.none },
      execute: () => app.shell.activateById(widget.id)
    });
    palette?.addItem({ command: Commands.showPanel, category: orch.trans.__('Orchestrate') });
  }
};
