import { useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import { endingsOf } from '../../models/executed_notebook';
import type { RunModel } from '../../models/run';
import { isActive } from '../../models/run_status';

/** Links that download a step's executed notebook, and the other formats that the run has written of it. */
export function NotebookDownloads({ run, stepKey }: { run: RunModel; stepKey: string }): JSX.Element {
  const { client, trans } = useOrch();
  // What else was written is given out once the run has ended: its secrets are hidden by then.
  const ended = run.detail !== null && !isActive(run.detail.status);
  return (
    <span className="jp-orch-Downloads" role="group" aria-label={trans.__('Downloads of %1', stepKey)}>
      <span className="jp-orch-note">{trans.__('Download')}</span>
      {['ipynb', ...(ended ? endingsOf(run.history.artifacts, stepKey) : [])].map(ending => (
        <a key={ending} className="jp-orch-link" href={client.notebookUrl(run.runId, stepKey, ending)} download aria-label={trans.__('Download as %1', ending)}>
          .{visible(ending)}
        </a>
      ))}
    </span>
  );
}
