import { notebookIcon } from '@jupyterlab/ui-components';

import { Action } from '../../components/action';
import { CellOutputs } from '../../components/cell_outputs';
import { Empty, Problem } from '../../components/states';
import { type AnyStatus, Status, StatusGlyph } from '../../components/status';
import { useModel, useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { durationText } from '../../components/time';
import type { CellState, ExecutedNotebookModel, IExecutedCell } from '../../models/executed_notebook';
import type { RunModel } from '../../models/run';
import { NotebookDownloads } from './downloads';
import type { RunViewModel } from './model';

/** Notebooks of the run's steps; the chosen one is shown as it grows. */
export function NotebookTab({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { open, trans } = useOrch();
  const steps = view.notebookSteps();
  if (steps.length === 0) {
    return <Empty>{trans.__('No step of this run has left an executed notebook.')}</Empty>;
  }
  return (
    <div className="jp-orch-Notebooks">
      <ul className="jp-orch-Cards" aria-label={trans.__('Executed notebooks')}>
        {steps.map(step => (
          <li key={step.key} className="jp-orch-Card">
            <notebookIcon.react tag="span" className="jp-orch-icon" />
            <Name text={step.key} />
            <Status status={step.status} />
            <span className="jp-orch-spring" />
            {step.status === 'FAILURE' && (
              <Action
                label={trans.__('Open at the failing cell')}
                title={trans.__('Open the executed notebook of %1 where it failed', step.key)}
                look="accept"
                onAct={() => open.notebook(run.runId, step.key, 'failing')}
              >
                {trans.__('Open at the failing cell')}
              </Action>
            )}
            <Action
              label={trans.__('Open executed notebook')}
              title={trans.__('Open the executed notebook of %1; it is read-only and starts no kernel', step.key)}
              look={step.status === 'FAILURE' ? 'plain' : 'accept'}
              onAct={() => open.notebook(run.runId, step.key)}
            >
              {trans.__('Open executed notebook')}
            </Action>
            <NotebookDownloads run={run} stepKey={step.key} />
          </li>
        ))}
      </ul>
      {view.notebook && <Cells key={view.notebook.stepKey} notebook={view.notebook} />}
    </div>
  );
}

function Cells({ notebook }: { notebook: ExecutedNotebookModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(notebook);
  const { done, all } = notebook.progress;
  return (
    <section className="jp-orch-Cells" aria-label={trans.__('Cells of %1', notebook.stepKey)}>
      {notebook.problem && <Problem message={notebook.problem} />}
      {notebook.loaded && notebook.cells.length === 0 && !notebook.problem && <Empty>{trans.__('The notebook has not begun.')}</Empty>}
      {all > 0 && (
        <div className="jp-orch-Cells-progress">
          <progress max={all} value={done} aria-label={trans.__('Cells done')} />
          <span role="status">{trans.__('Cell %1 of %2', Math.min(done, all), all)}</span>
        </div>
      )}
      <ol>
        {notebook.cells.map(cell => (
          <Cell key={cell.index} cell={cell} />
        ))}
      </ol>
    </section>
  );
}

function Cell({ cell }: { cell: IExecutedCell }): JSX.Element {
  return (
    <li className="jp-orch-Cell" data-state={cell.state} data-kind={cell.kind}>
      <span className="jp-orch-Cell-gutter">
        {cell.kind === 'code' && <StatusGlyph status={Private.LOOKS[cell.state]} />}
        <span className="jp-orch-note">{cell.index + 1}</span>
        {cell.kind === 'code' && cell.took !== null && <span className="jp-orch-note">{durationText(cell.took)}</span>}
      </span>
      <div className="jp-orch-Cell-body">
        <pre className="jp-orch-Cell-source">{visible(cell.source)}</pre>
        {cell.outputs.length > 0 && <CellOutputs outputs={cell.outputs} />}
      </div>
    </li>
  );
}

namespace Private {
  export const LOOKS: Record<CellState, AnyStatus> = { waiting: 'WAITING', running: 'RUNNING', done: 'SUCCESS', failed: 'FAILURE' };
}
