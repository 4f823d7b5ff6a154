import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, IToolbarWidgetRegistry, showDialog, ToolbarButton } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { Menu, type Widget } from '@lumino/widgets';
import { createElement } from 'react';

import { Arguments, Commands, textOf } from '../commands';
import { bodyOf } from '../components/surroundings';
import { orchIcon } from '../icons';
import { NotebookFlows } from '../notebooks/flows';
import { LastRunModel, LastRunStrip, NOTEBOOK_TAG } from '../notebooks/header';
import { IOrchestrator } from '../tokens';
import { NotebookJobsView } from '../views/notebook_jobs';
import { ViewKind } from './views';

const TOOLBAR_ITEM = 'orchestrate';

/** Plain notebooks: run in the background, schedule, and what came of it. */
export const notebooks: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:notebooks',
  description: 'Runs and schedules plain notebooks from their toolbar and from the file browser, and lists such jobs.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [INotebookTracker, IDefaultFileBrowser, IToolbarWidgetRegistry, ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    orch: IOrchestrator,
    tracker: INotebookTracker | null,
    browser: IDefaultFileBrowser | null,
    toolbars: IToolbarWidgetRegistry | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const { trans } = orch;
    const { contents, kernelspecs } = app.serviceManager;
    const flows = new NotebookFlows(orch, { contents, kernelspecs });
    const selected = (): string => [...(browser?.selectedItems() ?? [])].find(item => item.type === 'notebook')?.path ?? '';
    const add = (id: string, label: string, act: (path: string) => Promise<void>): void => {
      app.commands.addCommand(id, {
        label,
        icon: orchIcon,
        describedBy: { args: Arguments.notebookPath },
        execute: async args => {
          const named = textOf(args, 'from') === 'browser' ? selected() : textOf(args, 'path');
          const path = await Private.chosen(orch, named, tracker);
          if (path) {
            await act(path);
          }
        }
      });
      palette?.addItem({ command: id, category: trans.__('Orchestrate') });
    };
    add(Commands.runNotebook, trans.__('Run Notebook in Background'), path => flows.run(path));
    add(Commands.scheduleNotebook, trans.__('Schedule Notebook…'), path => flows.schedule(path));
    app.commands.addCommand(Commands.openNotebookJobs, {
      label: trans.__('Show Notebook Jobs'),
      icon: orchIcon,
      describedBy: { args: Arguments.none },
      execute: () => {
        kind.show(
          () => true,
          () => new NotebookJobsView(orch, flows)
        );
      }
    });
    const kind = new ViewKind<NotebookJobsView>(app, 'notebook-jobs', Commands.openNotebookJobs, () => ({}), restorer);
    palette?.addItem({ command: Commands.openNotebookJobs, category: trans.__('Orchestrate') });

    toolbars?.addFactory<NotebookPanel>('Notebook', TOOLBAR_ITEM, panel => Private.button(app, orch, flows, panel));
    tracker?.widgetAdded.connect((_, panel) => Private.addStrip(orch, flows, panel));
  }
};

namespace Private {
  /** The notebook that is meant: named, or open; saved first when it has changes. */
  export async function chosen(orch: IOrchestrator, named: string, tracker: INotebookTracker | null): Promise<string> {
    const path = named || tracker?.currentWidget?.context.path || '';
    if (!path) {
      orch.open.tell(orch.trans.__('Open a notebook, or select one in the file browser.'), 'info');
      return '';
    }
    const panel = tracker?.find(one => one.context.path === path);
    return !panel?.context.model.dirty || (await saved(orch, panel)) ? path : '';
  }

  async function saved({ trans }: IOrchestrator, panel: NotebookPanel): Promise<boolean> {
    const { button } = await showDialog({
      title: trans.__('Save the notebook first?'),
      body: trans.__('What runs is the saved notebook, and this one has changes.'),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Save and go on') })]
    });
    if (button.accept) {
      await panel.context.save();
    }
    return button.accept;
  }

  /** The button in a notebook's toolbar; it opens a menu. */
  export function button(app: JupyterFrontEnd, { trans }: IOrchestrator, flows: NotebookFlows, panel: NotebookPanel): Widget {
    const made = new ToolbarButton({
      icon: orchIcon,
      tooltip: trans.__('Orchestrate: run in the background, schedule'),
      onClick: () => {
        const menu = new Menu({ commands: app.commands });
        menu.title.label = trans.__('Orchestrate');
        const { path } = panel.context;
        menu.addItem({ command: Commands.runNotebook, args: { path } });
        menu.addItem({ command: Commands.scheduleNotebook, args: { path } });
        menu.addItem({ type: 'separator' });
        menu.addItem({ command: Commands.openRuns, args: { tag: `${NOTEBOOK_TAG}=${flows.pathOf(path)}` } });
        menu.addItem({ command: Commands.openNotebookJobs });
        menu.aboutToClose.connect(() => requestAnimationFrame(() => menu.dispose()));
        const { left, bottom } = made.node.getBoundingClientRect();
        menu.open(left, bottom);
      }
    });
    return made;
  }

  /** How the notebook's last run came out, above its cells. */
  export function addStrip(orch: IOrchestrator, flows: NotebookFlows, panel: NotebookPanel): void {
    const model = new LastRunModel(orch, flows.pathOf(panel.context.path));
    panel.context.pathChanged.connect((_, path) => model.move(flows.pathOf(path)));
    panel.disposed.connect(() => model.dispose());
    const strip = bodyOf(orch, createElement(LastRunStrip, { model }));
    strip.addClass('jp-orch-Notebook-stripHolder');
    const fit = (): void => strip.setHidden(model.run === null);
    model.changed.connect(fit);
    fit();
    panel.contentHeader.addWidget(strip);
    model.begin();
  }
}
