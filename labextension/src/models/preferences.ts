import { ChangingModel } from '../changing';

/** What a user can choose in the settings editor; `schema/service.json` describes each. */
export interface IPreferences {
  notifications: 'mine' | 'failures' | 'all' | 'none';
  pollSeconds: number;
  pipelineFace: 'graph' | 'outline' | 'table';
  launchpadFace: 'yaml' | 'form';
  runTab: 'log' | 'stdout' | 'stderr' | 'notebook' | 'artifacts' | 'config';
  logLevel: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
  ganttFace: 'timed' | 'waterfall' | 'flat';
  runsPerPage: number;
  confirmCancel: boolean;
}

/** What holds until the settings are read, and where there are none; a test holds it equal to the schema. */
export const DEFAULTS: IPreferences = {
  notifications: 'mine',
  pollSeconds: 2,
  pipelineFace: 'graph',
  launchpadFace: 'yaml',
  runTab: 'log',
  logLevel: 'DEBUG',
  ganttFace: 'timed',
  runsPerPage: 25,
  confirmCancel: false
};

/** The user's choices as they stand now. */
export class Preferences extends ChangingModel {
  get current(): IPreferences {
    return this._current;
  }

  /** Take what the settings registry has checked against the schema. */
  take(composite: Partial<IPreferences>): void {
    this._current = { ...DEFAULTS, ...composite };
    this.notify();
  }

  private _current: IPreferences = DEFAULTS;
}
