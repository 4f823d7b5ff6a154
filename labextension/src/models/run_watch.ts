import { type ISignal, Signal } from '@lumino/signaling';

import type { PipelineRunStatus, RunRowFragment } from '../api/gql/graphql';
import type { Preferences } from './preferences';
import type { IActiveRun, RunListsModel } from './run_lists';
import { isActive } from './run_status';

/** News of one run that somebody wants to hear. */
export interface IRunNews {
  runId: string;
  pipelineName: string;
  status: PipelineRunStatus;
  stepsDone: number;
  stepsAll: number;
  /** Nothing more will come of this run. */
  over: boolean;
}

/** Notices in the shared lists which runs have moved, and tells of those that the user cares for. */
export class RunWatch {
  /** @param now - seconds since the epoch; runs that ended before it are old news. */
  constructor(
    private readonly _runs: RunListsModel,
    private readonly _preferences: Preferences,
    now: number
  ) {
    this._since = now;
    _runs.changed.connect(this._look, this);
  }

  /** Emitted when a run has moved. */
  get news(): ISignal<this, IRunNews> {
    return this._news;
  }

  /** The user has launched this run here. */
  follow(runId: string): void {
    this._mine.add(runId);
    this._look();
  }

  private _look(): void {
    const { notifications } = this._preferences.current;
    if (notifications === 'none') {
      return;
    }
    [...this._runs.active, ...this._runs.recent].forEach(run => {
      if (this._wanted(run, notifications)) {
        this._tell(run);
      }
    });
  }

  private _wanted(run: RunRowFragment, which: 'mine' | 'failures' | 'all'): boolean {
    if (this._mine.has(run.runId)) {
      return true;
    }
    const fresh = !isActive(run.status) && (run.endTime ?? 0) >= this._since;
    return fresh && (which === 'all' || (which === 'failures' && run.status === 'FAILURE'));
  }

  private _tell(run: RunRowFragment | IActiveRun): void {
    const { runId, pipelineName, status } = run;
    const counted = 'stepsDone' in run ? run : { stepsDone: 0, stepsAll: 0 };
    const face = `${status} ${counted.stepsDone}/${counted.stepsAll}`;
    if (this._told.get(runId) === face) {
      return;
    }
    this._told.set(runId, face);
    this._news.emit({ runId, pipelineName, status, stepsDone: counted.stepsDone, stepsAll: counted.stepsAll, over: !isActive(status) });
  }

  private readonly _since: number;
  private readonly _mine = new Set<string>();
  private readonly _told = new Map<string, string>();
  private readonly _news = new Signal<this, IRunNews>(this);
}
