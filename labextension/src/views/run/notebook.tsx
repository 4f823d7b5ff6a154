import { notebookIcon } from '@jupyterlab/ui-components';

import { Action } from '../../components/action';
import { Empty } from '../../components/states';
import { Status } from '../../components/status';
import { useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import type { RunModel } from '../../models/run';

/** Executed notebooks of the run's steps. */
export function NotebookTab({ run }: { run: RunModel }): JSX.Element {
  const { open, trans } = useOrch();
  const steps = [...run.history.steps.values()].filter(step => step.notebook);
  if (steps.length === 0) {
    return <Empty>{trans.__('No step of this run has left an executed notebook.')}</Empty>;
  }
  return (
    <ul className="jp-orch-Cards" aria-label={trans.__('Executed notebooks')}>
      {steps.map(step => (
        <li key={step.key} className="jp-orch-Card">
          <notebookIcon.react tag="span" className="jp-orch-icon" />
          <Name text={step.key} />
          <Status status={step.status} />
          <span className="jp-orch-spring" />
          <Action
            label={trans.__('Open executed notebook')}
            title={trans.__('Open the executed notebook of %1; it is read-only and starts no kernel', step.key)}
            look="accept"
            onAct={() => open.notebook(run.runId, step.key)}
          >
            {trans.__('Open executed notebook')}
          </Action>
        </li>
      ))}
    </ul>
  );
}
