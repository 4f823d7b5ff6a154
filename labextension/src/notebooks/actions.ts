import type { OrchClient } from '../api/client';
import type { NotebookJobInput, RunNotebookParams } from '../api/gql/graphql';
import { DEBUG_STEP, NOTEBOOK_FORM, REMOVE_NOTEBOOK_JOB, RUN_NOTEBOOK, RUN_NOTEBOOK_JOB, SAVE_NOTEBOOK_JOB } from '../api/operations';
import { RequestProblem } from '../api/problem';
import type { RunWatch } from '../models/run_watch';
import type { NotebookForm } from './values';

/** Have a notebook written that loads a step of a run. @returns its path; rejects with a `RequestProblem` when refused. */
export async function debugStep(client: OrchClient, runId: string, stepKey: string): Promise<string> {
  const { debugStep: answer } = await client.send(DEBUG_STEP, { runId, stepKey });
  if (answer.__typename !== 'DebugStepSuccess') {
    throw new RequestProblem('server', answer.message);
  }
  return answer.path;
}

/** What can be done with plain notebooks. Each rejects with a `RequestProblem` when refused. */
export class NotebookActions {
  constructor(
    private readonly _client: OrchClient,
    private readonly _watch: RunWatch
  ) {}

  /** The parameters of a notebook as it was last saved. */
  async form(path: string): Promise<NotebookForm> {
    const { notebookFormOrError: answer } = await this._client.send(NOTEBOOK_FORM, { path });
    if (answer.__typename !== 'NotebookForm') {
      throw new RequestProblem('server', answer.message);
    }
    return answer;
  }

  /** Run a notebook in the background. @returns the id of the run. */
  async run(params: RunNotebookParams): Promise<string> {
    return this._launched((await this._client.send(RUN_NOTEBOOK, { params })).runNotebook);
  }

  /** Run a job now, with its own parameters. @returns the id of the run. */
  async runJob(jobId: string): Promise<string> {
    return this._launched((await this._client.send(RUN_NOTEBOOK_JOB, { jobId })).runNotebookJob);
  }

  /** Make a job, or change the one with this id. */
  async save(job: NotebookJobInput): Promise<void> {
    const { saveNotebookJob: answer } = await this._client.send(SAVE_NOTEBOOK_JOB, { job });
    if (answer.__typename !== 'SaveNotebookJobSuccess') {
      throw new RequestProblem('server', Private.why(answer));
    }
  }

  /** Remove a job; its runs stay. */
  async remove(jobId: string): Promise<void> {
    const { removeNotebookJob: answer } = await this._client.send(REMOVE_NOTEBOOK_JOB, { jobId });
    if (answer.__typename !== 'RemoveNotebookJobSuccess') {
      throw new RequestProblem('server', answer.message);
    }
  }

  private _launched(answer: Private.Launched): string {
    if (answer.__typename !== 'LaunchPipelineRunSuccess') {
      throw new RequestProblem('server', Private.why(answer));
    }
    this._watch.follow(answer.run.runId);
    return answer.run.runId;
  }
}

namespace Private {
  type Refusal =
    | { __typename: 'RunConfigValidationInvalid'; errors: readonly { path: readonly string[]; message: string }[] }
    | { __typename: 'NotebookNotFoundError' | 'NotebookJobNotFoundError' | 'NotebookJobInvalidError' | 'UnauthorizedError' | 'PythonError'; message: string };

  export type Launched = { __typename: 'LaunchPipelineRunSuccess'; run: { runId: string } } | Refusal;

  /** Mistakes in parameters by the parameter's name; the rest of the path says nothing here. */
  export function why(answer: Refusal): string {
    return answer.__typename === 'RunConfigValidationInvalid'
      ? answer.errors.map(({ path, message }) => `${path.length > 3 ? `${path.slice(3).join('.')}: ` : ''}${message}`).join('\n')
      : answer.message;
  }
}
