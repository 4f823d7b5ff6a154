import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { SourceFragment } from '../api/gql/graphql';
import { messageOf } from '../api/problem';
import { Commands } from '../commands';
import type { IOpener } from '../tokens';

/** Ways between the views, by commands so that each view stays a plugin of its own. */
export function openerOf(commands: CommandRegistry, tell: IOpener['tell']): IOpener {
  const run = (id: string, args: ReadonlyPartialJSONObject): void => {
    commands.execute(id, args).catch((reason: unknown) => tell(messageOf(reason), 'error'));
  };
  return {
    pipeline: ({ location, repository, pipeline }) => run(Commands.openPipeline, { location, repository, pipeline }),
    launchpad: (address, fromRun) =>
      run(Commands.openLaunchpad, {
        ...(address ? { location: address.location, repository: address.repository, pipeline: address.pipeline } : {}),
        ...(fromRun ? { fromRun } : {})
      }),
    run: runId => run(Commands.openRun, { runId }),
    automation: address => run(Commands.openAutomation, { ...address }),
    backfills: () => run(Commands.openBackfills, {}),
    assets: key => run(Commands.openAssets, key ? { key: [...key] } : {}),
    instance: tab => run(Commands.openInstance, tab ? { tab } : {}),
    notebookJobs: () => run(Commands.openNotebookJobs, {}),
    runs: filter => run(Commands.openRuns, { ...filter }),
    notebook: (runId, stepKey, at) => run(Commands.openNotebook, { runId, stepKey, ...(at ? { at } : {}) }),
    debugStep: (runId, stepKey) => run(Commands.debugStep, { runId, stepKey }),
    file: path => run('docmanager:open', { path }),
    source: place => {
      Private.openSource(commands, place).catch((reason: unknown) => tell(messageOf(reason), 'error'));
    },
    tell
  };
}

/** Bring a cell of an open notebook into view; nothing happens for a place that it has not. */
export async function showCell(widget: IDocumentWidget, index: number): Promise<void> {
  const content = widget.content as unknown as Private.IContent;
  if (index >= 0 && content.activeCellIndex !== undefined) {
    content.activeCellIndex = index;
    await content.scrollToCell?.(content.activeCell);
  }
}

namespace Private {
  /** What file editors and notebooks have in common, without depending on either package. */
  export interface IContent {
    editor?: CodeEditor.IEditor;
    activeCellIndex?: number;
    activeCell?: { editor: CodeEditor.IEditor | null } | null;
    scrollToCell?: (cell: unknown) => Promise<void>;
  }

  export async function openSource(commands: CommandRegistry, place: SourceFragment): Promise<void> {
    if (place.contentsPath === null) {
      return;
    }
    const widget = (await commands.execute('docmanager:open', { path: place.contentsPath })) as IDocumentWidget | undefined;
    if (!widget) {
      return;
    }
    await widget.context.ready;
    await widget.revealed;
    const content = widget.content as unknown as IContent;
    if (place.cell !== null) {
      await showCell(widget, place.cell - 1);
    }
    const editor = content.editor ?? content.activeCell?.editor;
    const position = { line: place.line - 1, column: 0 };
    editor?.setCursorPosition(position);
    editor?.revealPosition(position);
    editor?.focus();
  }
}
