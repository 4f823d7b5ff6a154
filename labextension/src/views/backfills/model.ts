import { UUID } from '@lumino/coreutils';

import type { BackfillDetailQuery, BackfillRowFragment, PartitionSetQuery } from '../../api/gql/graphql';
import { BACKFILL_DETAIL, BACKFILLS, CANCEL_BACKFILL, LAUNCH_BACKFILL, PARTITION_SET, PAUSE_BACKFILL, RESUME_BACKFILL } from '../../api/operations';
import { RequestProblem } from '../../api/problem';
import { AskingModel } from '../../models/asking';
import type { IPartitionSetRow } from '../../models/workspace';
import type { IOrchestrator } from '../../tokens';

/** Where the newest run of a partition stands. */
export type PartitionState = Extract<
  Extract<PartitionSetQuery['partitionSetOrError'], { __typename: 'PartitionSet' }>['partitionStatusesOrError'],
  { __typename: 'PartitionStatuses' }
>['results'][number];

/** A backfill with where each of its partitions stands. */
export type BackfillDetail = Extract<BackfillDetailQuery['partitionBackfillOrError'], { __typename: 'PartitionBackfill' }>;

const EVERY = 3000;
const NEWEST = 50;

/** Partition sets, the partitions of the chosen one, and backfills. */
export class BackfillsModel extends AskingModel {
  constructor(private readonly _orch: IOrchestrator) {
    super(_orch.live, EVERY);
    _orch.runs.changed.connect(this._onChange, this);
    _orch.workspace.changed.connect(this._onChange, this);
  }

  get sets(): readonly IPartitionSetRow[] {
    return this._orch.workspace.locations.flatMap(location => location.partitionSets);
  }

  /** Id of the chosen partition set. */
  get setId(): string {
    return this._setId || (this.sets[0]?.id ?? '');
  }

  set setId(id: string) {
    this._setId = id;
    this._partitions = [];
    this._chosen = new Set();
    this.notify();
    void this.refetch();
  }

  get set(): IPartitionSetRow | null {
    return this.sets.find(one => one.id === this.setId) ?? null;
  }

  /** Partitions of the chosen set, in its order. */
  get partitions(): readonly PartitionState[] {
    return this._partitions;
  }

  get chosen(): ReadonlySet<string> {
    return this._chosen;
  }

  get backfills(): readonly BackfillRowFragment[] {
    return this._backfills;
  }

  /** The backfill that is looked at, or null. */
  get detail(): BackfillDetail | null {
    return this._detail;
  }

  get backfillId(): string {
    return this._backfillId;
  }

  look(backfillId: string): void {
    this._backfillId = backfillId === this._backfillId ? '' : backfillId;
    this._detail = null;
    this.notify();
    void this.refetch();
  }

  /** Choose a partition, or leave it out. */
  mark(name: string): void {
    const chosen = new Set(this._chosen);
    if (!chosen.delete(name)) {
      chosen.add(name);
    }
    this._chosen = chosen;
    this._last = name;
    this.notify();
  }

  /** Choose all partitions from the one that was marked last to this one. */
  markTo(name: string): void {
    const names = this._partitions.map(one => one.partitionName);
    const [a, b] = [names.indexOf(this._last), names.indexOf(name)].sort((x, y) => x - y);
    this._chosen = new Set([...this._chosen, ...names.slice(Math.max(a, 0), b + 1)]);
    this.notify();
  }

  choose(which: 'all' | 'none' | 'missing' | 'failed'): void {
    const wanted = this._partitions.filter(one => which === 'all' || (which === 'missing' && one.runStatus === null) || (which === 'failed' && one.runStatus === 'FAILURE'));
    this._chosen = new Set(which === 'none' ? [] : wanted.map(one => one.partitionName));
    this.notify();
  }

  /** Run the chosen partitions. Launched twice through a broken line it is one backfill. Rejects with a `RequestProblem`. */
  async launch(fromFailure: boolean): Promise<void> {
    const { set } = this;
    if (!set) {
      return;
    }
    const { launchPartitionBackfill: answer } = await this._orch.client.send(LAUNCH_BACKFILL, {
      params: {
        selector: { partitionSetName: set.name, repositorySelector: { repositoryName: set.repository, repositoryLocationName: set.location } },
        partitionNames: this._partitions.map(one => one.partitionName).filter(name => this._chosen.has(name)),
        fromFailure,
        backfillId: this._idempotencyKey
      }
    });
    if (answer.__typename !== 'LaunchBackfillSuccess') {
      throw new RequestProblem('server', answer.message);
    }
    this._idempotencyKey = UUID.uuid4();
    this._chosen = new Set();
    this._backfillId = answer.backfillId;
    await this.refetch();
  }

  /** Cancel, pause or resume a backfill. Rejects with a `RequestProblem`. */
  async steer(backfillId: string, to: 'cancel' | 'pause' | 'resume'): Promise<void> {
    const { client } = this._orch;
    const answer =
      to === 'cancel'
        ? (await client.send(CANCEL_BACKFILL, { backfillId })).cancelPartitionBackfill
        : to === 'pause'
          ? (await client.send(PAUSE_BACKFILL, { backfillId })).pausePartitionBackfill
          : (await client.send(RESUME_BACKFILL, { backfillId })).resumePartitionBackfill;
    if ('message' in answer) {
      throw new RequestProblem('server', answer.message);
    }
    await this.refetch();
  }

  protected async ask(current: () => boolean): Promise<string> {
    const { set, _backfillId: id } = this;
    const { client } = this._orch;
    const [list, detail, partitions] = await Promise.all([
      client.send(BACKFILLS, { limit: NEWEST }),
      id ? client.send(BACKFILL_DETAIL, { backfillId: id }) : null,
      set ? client.send(PARTITION_SET, { selector: { repositoryName: set.repository, repositoryLocationName: set.location }, name: set.name }) : null
    ]);
    if (!current()) {
      return '';
    }
    const { partitionBackfillsOrError: answer } = list;
    this._backfills = answer.__typename === 'PartitionBackfills' ? answer.results : [];
    const found = detail?.partitionBackfillOrError;
    this._detail = found?.__typename === 'PartitionBackfill' ? found : null;
    const problem = this._takePartitions(partitions?.partitionSetOrError ?? null);
    return answer.__typename === 'PartitionBackfills' ? problem : answer.message;
  }

  private _takePartitions(answer: PartitionSetQuery['partitionSetOrError'] | null): string {
    if (answer === null) {
      return '';
    }
    if (answer.__typename !== 'PartitionSet') {
      return answer.message;
    }
    const states = answer.partitionStatusesOrError;
    if (states.__typename !== 'PartitionStatuses') {
      return states.message;
    }
    this._partitions = states.results;
    return '';
  }

  private _onChange(): void {
    void this.refetch();
  }

  private _setId = '';
  private _backfillId = '';
  private _partitions: readonly PartitionState[] = [];
  private _chosen: ReadonlySet<string> = new Set();
  private _last = '';
  private _backfills: readonly BackfillRowFragment[] = [];
  private _detail: BackfillDetail | null = null;
  private _idempotencyKey = UUID.uuid4();
}
