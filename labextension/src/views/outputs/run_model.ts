import type { RunOutputQuery } from '../../api/gql/graphql';
import { RUN_OUTPUT } from '../../api/operations';
import { AskingModel } from '../../models/asking';
import { isActive } from '../../models/run_status';
import type { IOrchestrator } from '../../tokens';

/** The run as the API describes it to an output. */
export type RunSummary = Extract<RunOutputQuery['pipelineRunOrError'], { __typename: 'PipelineRun' }>;

const EVERY = 1000;

/** A run that stands in a notebook: asked for while it is on its way, then never again. */
export class RunOutputModel extends AskingModel {
  constructor(
    private readonly _orch: IOrchestrator,
    readonly runId: string
  ) {
    super(_orch.live, EVERY);
  }

  get run(): RunSummary | null {
    return this._run;
  }

  protected async ask(current: () => boolean): Promise<string> {
    const { pipelineRunOrError: answer } = await this._orch.client.send(RUN_OUTPUT, { runId: this.runId });
    if (answer.__typename !== 'PipelineRun') {
      this.rest();
      return answer.message;
    }
    if (current()) {
      this._run = answer;
      if (!isActive(answer.status)) {
        this.rest();
      }
    }
    return '';
  }

  private _run: RunSummary | null = null;
}
