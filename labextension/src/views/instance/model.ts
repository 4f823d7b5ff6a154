import type { InstanceQuery, RunCountFragment, StorageHoldingsQuery } from '../../api/gql/graphql';
import { INSTANCE, STORAGE } from '../../api/operations';
import { messageOf } from '../../api/problem';
import { AskingModel } from '../../models/asking';
import type { IOrchestrator } from '../../tokens';

/** The instance as the API describes it. */
export type Instance = InstanceQuery['instance'];

/** A run that waits in the queue. */
export type QueuedRun = Instance['queue'][number];

/** What a database holds. */
export type StorageHolding = StorageHoldingsQuery['instance']['storage'][number];

const EVERY = 5000;

/** What runs the orchestrator: replicas, loops, queue, settings. */
export class InstanceModel extends AskingModel {
  constructor(private readonly _orch: IOrchestrator) {
    super(_orch.live, EVERY);
    _orch.runs.changed.connect(this._onRuns, this);
  }

  get instance(): Instance | null {
    return this._instance;
  }

  /** The part that is shown. */
  get tab(): string {
    return this._tab;
  }

  set tab(tab: string) {
    this._tab = tab;
    this.notify();
  }

  /** Version of the server part. */
  get server(): string {
    return this._server;
  }

  /** How many runs stand where; null where the server would not say. */
  get counts(): Readonly<Record<'queued' | 'starting' | 'running' | 'all', number | null>> {
    return this._counts;
  }

  /** The first runs of the queue, in its order. */
  get queue(): readonly QueuedRun[] {
    return this._instance?.queue ?? [];
  }

  /** What each database holds, or null while that was not counted. */
  get holdings(): readonly StorageHolding[] | null {
    return this._holdings;
  }

  /** Why it could not be counted, or an empty string. */
  get holdingsProblem(): string {
    return this._holdingsProblem;
  }

  /** Have the server count what its databases hold. */
  async measure(): Promise<void> {
    try {
      this._holdings = (await this._orch.client.send(STORAGE, {})).instance.storage;
      this._holdingsProblem = '';
    } catch (reason) {
      this._holdingsProblem = messageOf(reason);
    }
    this.notify();
  }

  protected async ask(current: () => boolean): Promise<string> {
    const answer = await this._orch.client.send(INSTANCE, {});
    if (current()) {
      this._instance = answer.instance;
      this._server = answer.version;
      this._counts = {
        queued: Private.count(answer.queued),
        starting: Private.count(answer.starting),
        running: Private.count(answer.running),
        all: Private.count(answer.all)
      };
    }
    return '';
  }

  private _onRuns(): void {
    if (this.loaded) {
      void this.refetch();
    }
  }

  private _instance: Instance | null = null;
  private _tab = 'health';
  private _holdings: readonly StorageHolding[] | null = null;
  private _holdingsProblem = '';
  private _server = '';
  private _counts: Record<'queued' | 'starting' | 'running' | 'all', number | null> = { queued: null, starting: null, running: null, all: null };
}

namespace Private {
  export function count(answer: RunCountFragment): number | null {
    return answer.__typename === 'PipelineRuns' ? answer.count : null;
  }
}
