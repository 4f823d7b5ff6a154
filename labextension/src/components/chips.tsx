import type { TranslationBundle } from '@jupyterlab/translation';

import type { LiveStatus } from '../api/live';
import type { DaemonState } from '../models/setup';
import { useModel, useOrch } from './surroundings';
import { clockText } from './time';

/** How fresh the panel is. */
export function ConnectionChip(): JSX.Element {
  const { live, trans } = useOrch();
  useModel(live);
  const heard = live.lastHeard ? trans.__('Last update %1', clockText(live.lastHeard.getTime() / 1000)) : '';
  return (
    <span className={`jp-orch-Chip jp-orch-tone-${Private.TONES[live.status]}`} role="status" aria-label={trans.__('Connection')} title={heard}>
      <span className="jp-orch-Chip-dot" aria-hidden="true" />
      {Private.connectionWord(live.status, trans)}
    </span>
  );
}

/** Whether schedules will fire, and from where. */
export function DaemonChip(): JSX.Element {
  const { live, setup, trans } = useOrch();
  useModel(live);
  useModel(setup);
  const daemon = live.status === 'offline' ? 'unknown' : setup.daemon;
  const word = Private.daemonWord(daemon, trans);
  return (
    <span
      className={`jp-orch-Chip jp-orch-tone-${Private.DAEMON_TONES[daemon]}`}
      role="status"
      aria-label={trans.__('Daemon')}
      title={Private.daemonTitle(daemon, trans)}
    >
      <span className="jp-orch-Chip-dot" aria-hidden="true" />
      {word}
    </span>
  );
}

namespace Private {
  export const TONES: Record<LiveStatus, string> = { connecting: 'idle', live: 'good', polling: 'wait', offline: 'bad' };
  export const DAEMON_TONES: Record<DaemonState, string> = {
    running: 'good',
    off: 'wait',
    lost: 'bad',
    unknown: 'idle'
  };

  export function connectionWord(status: LiveStatus, trans: TranslationBundle): string {
    switch (status) {
      case 'connecting':
        return trans.__('Connecting');
      case 'live':
        return trans.__('Live');
      case 'polling':
        return trans.__('Polling');
      case 'offline':
        return trans.__('Offline');
    }
  }

  export function daemonWord(daemon: DaemonState, trans: TranslationBundle): string {
    switch (daemon) {
      case 'running':
        return trans.__('Daemon on');
      case 'off':
        return trans.__('Daemon off');
      case 'lost':
        return trans.__('Daemon lost');
      case 'unknown':
        return trans.__('Daemon unknown');
    }
  }

  export function daemonTitle(daemon: DaemonState, trans: TranslationBundle): string {
    switch (daemon) {
      case 'running':
        return trans.__('The daemon of this server starts runs and fires schedules.');
      case 'off':
        return trans.__('Schedules will not fire: no daemon is running.');
      case 'lost':
        return trans.__('The daemon does not report; schedules may not fire.');
      case 'unknown':
        return trans.__('The server has not said whether a daemon is running.');
    }
  }
}
