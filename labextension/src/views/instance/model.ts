import type { InstanceQuery, RunCountFragment } from '../../api/gql/graphql';
import { INSTANCE } from '../../api/operations';
import { AskingModel } from '../../models/asking';
import type { IOrchestrator } from '../../tokens';

/** The instance as the API describes it. */
export type Instance = InstanceQuery['instance'];

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
  private _server = '';
  private _counts: Record<'queued' | 'starting' | 'running' | 'all', number | null> = { queued: null, starting: null, running: null, all: null };
}

namespace Private {
  export function count(answer: RunCountFragment): number | null {
    return answer.__typename === 'PipelineRuns' ? answer.count : null;
  }
}
