import type { OrchClient } from '../api/client';
import type { PipelineRunStatus, ReexecutionStrategy, RelaunchMutation } from '../api/gql/graphql';
import { DELETE_RUN, RELAUNCH, RELAUNCH_STEPS, TERMINATE } from '../api/operations';
import { RequestProblem } from '../api/problem';
import type { RunWatch } from './run_watch';

/** What must be known of a run to run some of its steps again. */
export interface IParentRun {
  runId: string;
  rootRunId: string | null;
  repositoryLocationName: string;
  repositoryName: string;
  pipelineName: string;
  mode: string;
  solidSelection: readonly string[] | null;
  runConfigYaml: string;
}

/** What can be done with a run that exists. Each rejects with a `RequestProblem` when refused. */
export class RunActions {
  constructor(
    private readonly _client: OrchClient,
    private readonly _watch: RunWatch
  ) {}

  /** Ask the run to stop; a second time, while it is already stopping, marks it as canceled without waiting. */
  async cancel(runId: string, status: PipelineRunStatus): Promise<void> {
    const policy = status === 'CANCELING' ? 'MARK_AS_CANCELED_IMMEDIATELY' : 'SAFE_TERMINATE';
    const { terminatePipelineExecution: answer } = await this._client.send(TERMINATE, { runId, policy });
    if (answer.__typename !== 'TerminatePipelineExecutionSuccess') {
      throw new RequestProblem('server', answer.message);
    }
  }

  /** Run it again. @returns the id of the new run. */
  async rerun(runId: string, strategy: ReexecutionStrategy): Promise<string> {
    const params = { parentRunId: runId, strategy };
    const { launchPipelineReexecution: answer } = await this._client.send(RELAUNCH, { params });
    return this._begun(answer);
  }

  /**
   * Run some of its steps again; what they need comes from this run.
   *
   * @returns the id of the new run.
   */
  async rerunSteps(parent: IParentRun, stepKeys: readonly string[]): Promise<string> {
    const { launchPipelineReexecution: answer } = await this._client.send(RELAUNCH_STEPS, {
      params: {
        selector: {
          repositoryLocationName: parent.repositoryLocationName,
          repositoryName: parent.repositoryName,
          pipelineName: parent.pipelineName,
          solidSelection: parent.solidSelection ? [...parent.solidSelection] : null
        },
        mode: parent.mode,
        runConfigData: parent.runConfigYaml.trim() === '' ? '{}' : parent.runConfigYaml,
        stepKeys: [...stepKeys],
        executionMetadata: { parentRunId: parent.runId, rootRunId: parent.rootRunId ?? parent.runId }
      }
    });
    return this._begun(answer);
  }

  /** Remove a finished run with its events and files. */
  async remove(runId: string): Promise<void> {
    const { deletePipelineRun: answer } = await this._client.send(DELETE_RUN, { runId });
    if (answer.__typename !== 'DeletePipelineRunSuccess') {
      throw new RequestProblem('server', answer.message);
    }
  }

  private _begun(answer: RelaunchMutation['launchPipelineReexecution']): string {
    switch (answer.__typename) {
      case 'LaunchPipelineRunSuccess':
        this._watch.follow(answer.run.runId);
        return answer.run.runId;
      case 'RunConfigValidationInvalid':
        throw new RequestProblem('server', answer.errors.map(error => error.message).join('\n'));
      default:
        throw new RequestProblem('server', answer.message);
    }
  }
}
