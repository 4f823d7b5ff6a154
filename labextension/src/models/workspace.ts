import type { OrchClient } from '../api/client';
import type {
  ErrorChainFragment,
  LocationsChangedSubscription,
  RepositoryLocationLoadStatus,
  ScheduleRowFragment,
  ScheduleSelector,
  SensorRowFragment
} from '../api/gql/graphql';
import type { IFeed } from '../api/live';
import {
  LOCATIONS_CHANGED,
  RELOAD_LOCATION,
  RELOAD_WORKSPACE,
  START_SCHEDULE,
  STOP_SCHEDULE,
  WORKSPACE
} from '../api/operations';
import { messageOf, RequestProblem } from '../api/problem';
import { ChangingModel } from '../changing';
import { Soon } from './soon';

/** A pipeline's address. */
export interface IPipelineAddress {
  location: string;
  repository: string;
  pipeline: string;
}

/** An address as one text, for ids and keys. */
export function pathOf({ location, repository, pipeline }: IPipelineAddress): string {
  return [location, repository, pipeline].map(encodeURIComponent).join('/');
}

/** A pipeline as a row. */
export interface IPipelineRow extends IPipelineAddress {
  id: string;
  description: string;
  solidCount: number;
}

/** A location with what it holds, as of its last good load. */
export interface ILocation {
  name: string;
  status: RepositoryLocationLoadStatus;
  stale: boolean;
  updated: number;
  progress: string;
  error: ErrorChainFragment | null;
  codeVersion: string;
  metadata: readonly { key: string; value: string }[];
  pipelines: readonly IPipelineRow[];
  schedules: readonly ScheduleRowFragment[];
  sensors: readonly SensorRowFragment[];
  partitionSets: readonly IPartitionSetRow[];
}

/** A partition set as a row. */
export interface IPartitionSetRow {
  id: string;
  location: string;
  repository: string;
  name: string;
  pipeline: string;
}

/** All locations of the workspace, kept current. */
export class WorkspaceModel extends ChangingModel implements IFeed<LocationsChangedSubscription> {
  constructor(private readonly _client: OrchClient) {
    super();
    this._soon = new Soon(() => this.refetch().catch(() => undefined), 300);
  }

  readonly document = LOCATIONS_CHANGED as IFeed<LocationsChangedSubscription>['document'];

  /** False until the first answer. */
  get loaded(): boolean {
    return this._loaded;
  }

  /** Why there is nothing to show, or an empty string. */
  get problem(): string {
    return this._problem;
  }

  /** Where workspace.yaml is or would be. */
  get path(): string {
    return this._path;
  }

  get locations(): readonly ILocation[] {
    return this._locations;
  }

  /** When the next schedule that is on is due, in seconds since the epoch; null when none is. */
  get nextDue(): number | null {
    const due = this._locations
      .flatMap(location => location.schedules)
      .filter(schedule => schedule.status === 'RUNNING')
      .flatMap(schedule => schedule.nextTicks.slice(0, 1).map(tick => tick.timestamp));
    return due.length > 0 ? Math.min(...due) : null;
  }

  variables(): Record<string, never> {
    return {};
  }

  receive(): void {
    this._soon.ask();
  }

  async refetch(): Promise<void> {
    try {
      this._take((await this._client.send(WORKSPACE, {})).workspaceOrError);
    } catch (reason) {
      if (!(reason instanceof RequestProblem) || reason.kind !== 'offline') {
        this._problem = messageOf(reason);
        this._loaded = true;
        this.notify();
      }
      throw reason;
    }
  }

  /** Load a location's code again. @returns why that was refused, or an empty string. */
  async reload(location: string): Promise<string> {
    const { reloadRepositoryLocation: answer } = await this._client.send(RELOAD_LOCATION, { name: location });
    this.receive();
    return answer.__typename === 'WorkspaceLocationEntry' ? '' : answer.message;
  }

  /** Read workspace.yaml again. @returns why that was refused, or an empty string. */
  async reloadAll(): Promise<string> {
    const { reloadWorkspace: answer } = await this._client.send(RELOAD_WORKSPACE, {});
    this.receive();
    return answer.__typename === 'Workspace' ? '' : answer.message;
  }

  /** Switch a schedule on or off. @returns why that was refused, or an empty string. */
  async setSchedule(schedule: ScheduleRowFragment, on: boolean): Promise<string> {
    const selector: ScheduleSelector = {
      repositoryLocationName: schedule.repositoryLocationName,
      repositoryName: schedule.repositoryName,
      scheduleName: schedule.name
    };
    const answer = on
      ? (await this._client.send(START_SCHEDULE, { selector })).startSchedule
      : (await this._client.send(STOP_SCHEDULE, { selector })).stopRunningSchedule;
    await this.refetch();
    return answer.__typename === 'ScheduleStateResult' ? '' : answer.message;
  }

  override dispose(): void {
    window.clearTimeout(this._tickTimer);
    this._soon.dispose();
    super.dispose();
  }

  private _take(answer: Private.Answer): void {
    if (answer.__typename === 'Workspace') {
      this._problem = '';
      this._path = answer.path;
      this._locations = answer.locationEntries.map(Private.readLocation);
    } else {
      this._problem = answer.message;
    }
    this._loaded = true;
    this._watchNextTick();
    this.notify();
  }

  /** Schedules have no subscription: look again just after the next due time. */
  private _watchNextTick(): void {
    window.clearTimeout(this._tickTimer);
    const due = this.nextDue;
    if (due !== null) {
      const pause = Math.min(Math.max(due * 1000 - Date.now() + 1500, 1500), 3_600_000);
      this._tickTimer = window.setTimeout(() => this.receive(), pause);
    }
  }

  private readonly _soon: Soon;
  private _tickTimer = 0;
  private _loaded = false;
  private _problem = '';
  private _path = '';
  private _locations: readonly ILocation[] = [];
}

namespace Private {
  export type Answer = import('../api/gql/graphql').WorkspaceQuery['workspaceOrError'];
  type Entry = Extract<Answer, { __typename: 'Workspace' }>['locationEntries'][number];

  export function readLocation(entry: Entry): ILocation {
    const held = entry.locationOrLoadError;
    const good = held?.__typename === 'RepositoryLocation' ? held : null;
    const bad = held?.__typename === 'PythonError' ? held : null;
    const repositories = good?.repositories ?? [];
    return {
      name: entry.name,
      status: entry.loadStatus,
      stale: entry.stale,
      updated: entry.updatedTimestamp,
      progress: entry.progress ?? '',
      error: entry.loadError ?? bad,
      codeVersion: good?.codeVersion ?? '',
      metadata: entry.displayMetadata,
      pipelines: repositories.flatMap(repository =>
        repository.pipelines.map(pipeline => ({
          id: pipeline.id,
          location: entry.name,
          repository: repository.name,
          pipeline: pipeline.name,
          description: pipeline.description ?? '',
          solidCount: pipeline.solidCount
        }))
      ),
      schedules: repositories.flatMap(repository => repository.schedules),
      sensors: repositories.flatMap(repository => repository.sensors),
      partitionSets: repositories.flatMap(repository =>
        repository.partitionSets.map(({ id, name, pipelineName }) => ({ id, name, location: entry.name, repository: repository.name, pipeline: pipelineName }))
      )
    };
  }
}
