import type { OrchClient } from '../api/client';
import type { RunListsQuery, RunRowFragment, RunsChangedSubscription } from '../api/gql/graphql';
import type { IFeed } from '../api/live';
import { RUN_LISTS, RUNS_CHANGED } from '../api/operations';
import { messageOf, RequestProblem } from '../api/problem';
import { ChangingModel } from '../changing';
import { ACTIVE, FINISHED } from './run_status';
import { Soon } from './soon';

/** A run that is on its way, with its steps counted. */
export interface IActiveRun extends RunRowFragment {
  stepsDone: number;
  stepsAll: number;
}

const RECENT = 25;
const STEPS_EVERY = 2000;

/** Active and recent runs, kept current. */
export class RunListsModel extends ChangingModel implements IFeed<RunsChangedSubscription> {
  constructor(private readonly _client: OrchClient) {
    super();
    this._soon = new Soon(() => this.refetch().catch(() => undefined), 250);
  }

  readonly document = RUNS_CHANGED as IFeed<RunsChangedSubscription>['document'];

  get loaded(): boolean {
    return this._loaded;
  }

  get problem(): string {
    return this._problem;
  }

  get active(): readonly IActiveRun[] {
    return this._active;
  }

  /** How many are active, also beyond those listed. */
  get activeCount(): number {
    return this._activeCount;
  }

  get recent(): readonly RunRowFragment[] {
    return this._recent;
  }

  get recentCount(): number {
    return this._recentCount;
  }

  variables(): Record<string, never> {
    return {};
  }

  receive(): void {
    this._soon.ask();
  }

  async refetch(): Promise<void> {
    try {
      this._take(
        await this._client.send(RUN_LISTS, {
          active: { statuses: [...ACTIVE] },
          recent: { statuses: [...FINISHED] },
          limit: RECENT
        })
      );
    } catch (reason) {
      if (!(reason instanceof RequestProblem) || reason.kind !== 'offline') {
        this._problem = messageOf(reason);
        this._loaded = true;
        this.notify();
      }
      throw reason;
    }
  }

  override dispose(): void {
    window.clearTimeout(this._stepTimer);
    this._soon.dispose();
    super.dispose();
  }

  private _take({ active, recent }: RunListsQuery): void {
    this._problem = '';
    if (active.__typename === 'PipelineRuns') {
      this._active = active.results.map(Private.countSteps);
      this._activeCount = active.count;
    } else {
      this._problem = active.message;
    }
    if (recent.__typename === 'PipelineRuns') {
      this._recent = recent.results;
      this._recentCount = recent.count;
    } else {
      this._problem = recent.message;
    }
    this._loaded = true;
    this._watchSteps();
    this.notify();
  }

  /** Steps make no news of their own in this list: look again while a run is on its way. */
  private _watchSteps(): void {
    window.clearTimeout(this._stepTimer);
    if (this._active.some(run => run.status === 'STARTED')) {
      this._stepTimer = window.setTimeout(() => (document.hidden ? this._watchSteps() : this.receive()), STEPS_EVERY);
    }
  }

  private readonly _soon: Soon;
  private _stepTimer = 0;
  private _loaded = false;
  private _problem = '';
  private _active: readonly IActiveRun[] = [];
  private _activeCount = 0;
  private _recent: readonly RunRowFragment[] = [];
  private _recentCount = 0;
}

namespace Private {
  type Row = Extract<RunListsQuery['active'], { __typename: 'PipelineRuns' }>['results'][number];

  export function countSteps(run: Row): IActiveRun {
    const done = run.stepStats.filter(step => ['SUCCESS', 'FAILURE', 'SKIPPED'].includes(step.status ?? '')).length;
    return { ...run, stepsDone: done, stepsAll: Math.max(run.executionPlan?.steps.length ?? 0, done) };
  }
}
