import { AskingModel } from '../models/asking';
import type { LastNotebookRunQuery } from '../api/gql/graphql';
import { LAST_NOTEBOOK_RUN } from '../api/operations';
import { StatusGlyph, statusWord } from '../components/status';
import { useModel, useOrch } from '../components/surroundings';
import { Ago } from '../components/time';
import type { IOrchestrator } from '../tokens';

/** The tag that names the notebook of a run. */
export const NOTEBOOK_TAG = 'jupyter_orch/notebook';

type LastRun = Extract<LastNotebookRunQuery['pipelineRunsOrError'], { __typename: 'PipelineRuns' }>['results'][number];

/** The newest run of one notebook in the background. */
export class LastRunModel extends AskingModel {
  constructor(
    private readonly _orch: IOrchestrator,
    private _path: string
  ) {
    super(_orch.live, 30_000);
    _orch.runs.changed.connect(this._onRuns, this);
  }

  /** Null while there is none. */
  get run(): LastRun | null {
    return this._run;
  }

  /** The notebook was renamed. */
  move(path: string): void {
    this._path = path;
    void this.refetch();
  }

  protected async ask(current: () => boolean): Promise<string> {
    const filter = { tags: [{ key: NOTEBOOK_TAG, value: this._path }] };
    const { pipelineRunsOrError: answer } = await this._orch.client.send(LAST_NOTEBOOK_RUN, { filter });
    if (current()) {
      this._run = answer.__typename === 'PipelineRuns' ? (answer.results[0] ?? null) : null;
    }
    return '';
  }

  private _onRuns(): void {
    void this.refetch();
  }

  private _run: LastRun | null = null;
}

/** A line above the notebook: how its last run in the background came out. */
export function LastRunStrip({ model }: { model: LastRunModel }): JSX.Element | null {
  const { open, trans } = useOrch();
  const { run } = useModel(model);
  if (!run) {
    return null;
  }
  return (
    <div className="jp-orch-Notebook-strip" role="status" aria-label={trans.__('Last run in the background')}>
      <StatusGlyph status={run.status} />
      <span>{trans.__('Last run in the background: %1', statusWord(run.status, trans))}</span>
      <Ago instant={run.endTime ?? run.createTime} />
      <button type="button" className="jp-orch-link" onClick={() => open.run(run.runId)}>
        {trans.__('Open result')}
      </button>
    </div>
  );
}
