import type { OrchClient } from '../api/client';
import type { RunDetailQuery, RunLogsSubscription } from '../api/gql/graphql';
import type { IFeed } from '../api/live';
import { RUN_DETAIL, RUN_LOGS } from '../api/operations';
import { messageOf, RequestProblem } from '../api/problem';
import { ChangingModel } from '../changing';
import { type IFailure, type IRunEvent, readFailure, RunHistory } from './history';

/** What the API says about the run as a whole. */
export type RunDetail = Extract<RunDetailQuery['pipelineRunOrError'], { __typename: 'PipelineRun' }>;

const PAGE = 5000;
const MOST_PAGES = 2000;

/** One run, kept current event by event. */
export class RunModel extends ChangingModel implements IFeed<RunLogsSubscription> {
  constructor(
    private readonly _client: OrchClient,
    readonly runId: string
  ) {
    super();
  }

  readonly document = RUN_LOGS as unknown as IFeed<RunLogsSubscription>['document'];
  readonly history = new RunHistory();

  get detail(): RunDetail | null {
    return this._detail;
  }

  /** Why the run can not be shown, or an empty string. */
  get problem(): string {
    return this._problem;
  }

  /** The server has no such run (any more). */
  get missing(): boolean {
    return this._missing;
  }

  /** First reason of a failure: the failing step's, else what the server says. */
  get failure(): IFailure | null {
    return this.history.failure ?? readFailure(this._detail?.failure);
  }

  variables(): Record<string, unknown> {
    return { runId: this.runId, after: String(this.history.lastSeq) };
  }

  receive({ pipelineRunLogs: message }: RunLogsSubscription): void {
    if (message.__typename === 'PipelineRunLogsSubscriptionFailure') {
      this._missing = true;
      this._problem = message.message;
      this.notify();
      return;
    }
    const before = this.history.status;
    const whole = this.history.add(message.events as IRunEvent[]);
    if (this._detail) {
      this._detail = { ...this._detail, ...message.run };
    }
    this.notify();
    if (!whole || before !== this.history.status) {
      this.refetch().catch(() => undefined);
    }
  }

  /** Fetch the run; asked for while a fetch is under way, it is fetched once more, for that answer may be older. */
  async refetch(): Promise<void> {
    this._again = this._pending !== null;
    this._pending ??= this._fetchAll().finally(() => {
      this._pending = null;
    });
    return this._pending;
  }

  /** Fetch pages of events until the newest is known. */
  private async _fetchAll(): Promise<void> {
    for (let page = 0; page < MOST_PAGES && !this.isDisposed; page++) {
      this._again = false;
      const fetched = await this._fetch(this.history.lastSeq);
      if (fetched < PAGE && !this._again) {
        return;
      }
    }
  }

  private async _fetch(after: number): Promise<number> {
    try {
      const { pipelineRunOrError: answer } = await this._client.send(RUN_DETAIL, { runId: this.runId, after, limit: PAGE });
      if (answer.__typename !== 'PipelineRun') {
        this._missing = answer.__typename === 'PipelineRunNotFoundError';
        this._problem = answer.message;
        this.notify();
        return 0;
      }
      const events = (Array.isArray(answer.events) ? answer.events : []) as IRunEvent[];
      this._problem = '';
      this._missing = false;
      this._detail = answer;
      this.history.setPlan(Private.planOf(answer));
      this.history.add(events);
      this.notify();
      return events.length;
    } catch (reason) {
      if (!(reason instanceof RequestProblem) || reason.kind !== 'offline') {
        this._problem = messageOf(reason);
        this.notify();
      }
      throw reason;
    }
  }

  private _detail: RunDetail | null = null;
  private _problem = '';
  private _missing = false;
  private _pending: Promise<void> | null = null;
  private _again = false;
}

namespace Private {
  export function planOf(detail: RunDetail): import('./history').IPlanStep[] {
    return (detail.executionPlan?.steps ?? []).map(step => ({
      key: step.key,
      handle: step.solidHandle,
      kind: step.kind,
      upstream: step.inputs.flatMap(input => input.dependsOn.map(source => source.solid))
    }));
  }
}
