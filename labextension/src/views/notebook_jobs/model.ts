import type { NotebookJobFieldsFragment } from '../../api/gql/graphql';
import { NOTEBOOK_JOBS } from '../../api/operations';
import { AskingModel } from '../../models/asking';
import type { NotebookFlows } from '../../notebooks/flows';
import { whenOf } from '../../notebooks/when';
import type { IOrchestrator } from '../../tokens';

const EVERY = 5000;

/** All jobs of plain notebooks. */
export class NotebookJobsModel extends AskingModel {
  constructor(
    private readonly _orch: IOrchestrator,
    private readonly _flows: NotebookFlows
  ) {
    super(_orch.live, EVERY);
    _orch.runs.changed.connect(this._onChange, this);
    _orch.workspace.changed.connect(this._onChange, this);
  }

  get jobs(): readonly NotebookJobFieldsFragment[] {
    return this._jobs;
  }

  /** Whether a mail server is set. */
  get canMail(): boolean {
    return this._canMail;
  }

  /** Run a job now and show its run. */
  async run(job: NotebookJobFieldsFragment): Promise<void> {
    this._orch.open.run(await this._flows.actions.runJob(job.jobId));
  }

  /** Let the user change a job. */
  async edit(job: NotebookJobFieldsFragment): Promise<void> {
    await this._flows.schedule(job.path, {
      jobId: job.jobId,
      name: job.name,
      kernelName: job.kernelName,
      parameters: job.parameters as Record<string, unknown>,
      when: whenOf(job.cronSchedule),
      zone: job.executionTimezone,
      keep: job.keep,
      keepFailuresOnly: job.keepFailuresOnly,
      formats: job.formats,
      output: job.output,
      tags: job.tags as Record<string, string>,
      mailTo: job.mailTo,
      isPinned: job.isPinned
    });
    await this.refetch();
  }

  /** Remove a job when the user is sure; its runs stay. */
  async remove(job: NotebookJobFieldsFragment): Promise<void> {
    if (await this._flows.confirmRemoval(job.name)) {
      await this._flows.actions.remove(job.jobId);
      await this.refetch();
    }
  }

  protected async ask(current: () => boolean): Promise<string> {
    const { notebookJobsOrError: answer } = await this._orch.client.send(NOTEBOOK_JOBS, {});
    if (answer.__typename !== 'NotebookJobs') {
      return answer.message;
    }
    if (current()) {
      this._jobs = answer.results;
      this._canMail = answer.canMail;
    }
    return '';
  }

  private _onChange(): void {
    if (this.loaded) {
      void this.refetch();
    }
  }

  private _canMail = true;
  private _jobs: readonly NotebookJobFieldsFragment[] = [];
}
