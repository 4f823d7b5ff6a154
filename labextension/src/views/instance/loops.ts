import type { TranslationBundle } from '@jupyterlab/translation';

import type { Instance } from './model';

/** A duty of the daemon. */
export type Loop = Instance['daemonHealth']['allDaemonStatuses'][number];

/** A loop that has ended a turn, well or not; those that begin later are not ill. */
export function hasBegun(loop: Loop): boolean {
  return loop.lastHeartbeatTime !== null || loop.lastHeartbeatErrors.length > 0;
}

/** What a loop does, in words; one that is not known here keeps its name. */
export function dutyOf(name: string, trans: TranslationBundle): string {
  switch (name) {
    case 'QUEUED_RUN_COORDINATOR':
      return trans.__('Takes runs from the queue');
    case 'SCHEDULER':
      return trans.__('Evaluates schedules when they are due');
    case 'SENSOR':
      return trans.__('Evaluates sensors');
    case 'BACKFILL':
      return trans.__('Launches the runs of backfills');
    case 'MONITORING':
      return trans.__('Rescues runs whose worker is lost');
    case 'RUN_RETRIES':
      return trans.__('Runs failed runs again');
    case 'RETENTION':
      return trans.__('Removes what is old');
    case 'NOTEBOOKS':
      return trans.__('Keeps the jobs of notebooks current');
    case 'NOTIFIER':
      return trans.__('Sends notifications');
    case 'STORAGE_MOVER':
      return trans.__('Moves records between storages');
    default:
      return '';
  }
}

/** Why a loop is not well, in one line; an empty string for one that is. */
export function reasonOf(loop: Loop, ago: string, trans: TranslationBundle): string {
  if (loop.healthy) {
    return '';
  }
  const [newest] = loop.lastHeartbeatErrors;
  if (newest) {
    const [line] = newest.message.split('\n');
    return newest.className ? `${newest.className}: ${line}` : line;
  }
  return hasBegun(loop) ? trans.__('No heartbeat since %1', ago) : trans.__('It begins with its first turn');
}
