import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';

import { ExecutedNotebookDrive, notebookPath } from '../api/executed_notebooks';
import { Arguments, Commands, textOf } from '../commands';
import { debugStep } from '../notebooks/actions';
import { orchIcon } from '../icons';
import { IOrchestrator } from '../tokens';
import { failingCell } from '../models/executed_notebook';
import { RunView } from '../views/run';
import { NO_FILTER, readStatus } from '../views/runs/model';
import { RunsView } from '../views/runs';
import { chooseRun } from './choose';
import { showCell } from './opener';
import { ViewKind } from './views';

/** The Run tab. */
export const run: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:run',
  description: 'The tab that follows one run.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    orch: IOrchestrator,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    app.commands.addCommand(Commands.openRun, {
      label: orch.trans.__('Open Run…'),
      icon: orchIcon,
      describedBy: { args: Arguments.run },
      execute: async args => {
        const runId = textOf(args, 'runId') || (await chooseRun(orch));
        if (!runId) {
          return;
        }
        kind.show(
          widget => widget.runId === runId,
          () => new RunView(orch, runId)
        );
      }
    });
    const kind = new ViewKind<RunView>(app, 'run', Commands.openRun, ({ runId }) => ({ runId }), restorer);
    palette?.addItem({ command: Commands.openRun, category: orch.trans.__('Orchestrate') });
  }
};

/** The Runs tab. */
export const runs: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:runs',
  description: 'The tab with the table of all runs.',
  autoStart: true,
  requires: [IOrchestrator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, restorer: ILayoutRestorer | null, palette: ICommandPalette | null) => {
    app.commands.addCommand(Commands.openRuns, {
      label: orch.trans.__('Show Runs'),
      icon: orchIcon,
      describedBy: { args: Arguments.runs },
      execute: args => {
        const widget = kind.show(
          () => true,
          () => new RunsView(orch)
        );
        if ('pipeline' in args || 'status' in args || 'tag' in args) {
          widget.model.setFilter({ ...NO_FILTER, pipeline: textOf(args, 'pipeline'), status: readStatus(args.status), tag: textOf(args, 'tag') });
        }
      }
    });
    const kind = new ViewKind<RunsView>(app, 'runs', Commands.openRuns, ({ model: { filter } }) => ({ pipeline: filter.pipeline, status: filter.status, tag: filter.tag }), restorer);
    palette?.addItem({ command: Commands.openRuns, category: orch.trans.__('Orchestrate') });
  }
};

/** Executed notebooks as a read-only drive. */
export const executedNotebooks: JupyterFrontEndPlugin<void> = {
  id: '@jupyter-orch/lab:executed-notebooks',
  description: 'Opens executed notebooks of runs, read-only and without a kernel.',
  autoStart: true,
  requires: [IOrchestrator, IDocumentManager],
  activate: (app: JupyterFrontEnd, orch: IOrchestrator, documents: IDocumentManager) => {
    app.serviceManager.contents.addDrive(new ExecutedNotebookDrive(orch.client));
    app.commands.addCommand(Commands.debugStep, {
      label: orch.trans.__('Open Failed Step in Notebook'),
      describedBy: { args: Arguments.step },
      execute: async args => {
        const path = await debugStep(orch.client, textOf(args, 'runId'), textOf(args, 'stepKey'));
        documents.openOrReveal(path);
      }
    });
    app.commands.addCommand(Commands.openNotebook, {
      label: orch.trans.__('Open Executed Notebook'),
      describedBy: { args: Arguments.notebook },
      execute: args => {
        const path = notebookPath(textOf(args, 'runId'), textOf(args, 'stepKey'));
        const widget = documents.openOrReveal(path, 'default', undefined, undefined, {
          shouldStart: false,
          canStart: false,
          autoStartDefault: false,
          shutdownOnDispose: true
        });
        // Lab completes missing metadata on opening; that is no change that anybody would want to save.
        const settle = async (): Promise<void> => {
          await widget?.context.ready;
          await widget?.revealed;
          if (widget) {
            widget.context.model.dirty = false;
            if (textOf(args, 'at') === 'failing') {
              await showCell(widget, failingCell(widget.context.model.toJSON()));
            }
          }
        };
        void settle();
      }
    });
  }
};
