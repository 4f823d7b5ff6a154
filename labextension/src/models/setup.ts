import type { IHealth, OrchClient } from '../api/client';
import { messageOf, RequestProblem } from '../api/problem';
import { ChangingModel } from '../changing';
import { VERSION } from '../version';

/** Whether panel and server fit together. */
export type SetupState =
  | { kind: 'unknown' }
  | { kind: 'ready' }
  | { kind: 'missing' }
  | { kind: 'starting' }
  | { kind: 'failed'; message: string }
  | { kind: 'mismatch'; server: string; panel: string }
  | { kind: 'forbidden'; message: string };

/** Whether the daemon's loops of this server beat. */
export type DaemonState = 'running' | 'off' | 'lost' | 'unknown';

/** A daemon none of whose loops has reported for so many seconds is lost; how each of them is, the server says. */
const LATE = 60;

/** Asks the health route who answers. */
export class SetupModel extends ChangingModel {
  constructor(private readonly _client: OrchClient) {
    super();
  }

  get state(): SetupState {
    return this._state;
  }

  get daemon(): DaemonState {
    return this._daemon;
  }

  /** Ask once; an unreachable server leaves the last state. */
  async check(): Promise<void> {
    try {
      const health = await this._client.health();
      this._state = Private.compare(health, VERSION);
      this._daemon = readDaemon(health.daemon, Date.now() / 1000);
    } catch (reason) {
      if (reason instanceof RequestProblem && reason.kind === 'missing') {
        this._state = { kind: 'missing' };
      } else if (reason instanceof RequestProblem && reason.kind === 'forbidden') {
        this._state = { kind: 'forbidden', message: messageOf(reason) };
      } else {
        return;
      }
    }
    this.notify();
  }

  private _state: SetupState = { kind: 'unknown' };
  private _daemon: DaemonState = 'unknown';
}

/**
 * Read the daemon's part of the health answer: each loop with its last heartbeat and whether its last turn went well.
 *
 * @param now - seconds since the epoch.
 */
export function readDaemon(loops: IHealth['daemon'], now: number): DaemonState {
  if (!loops) {
    return 'unknown';
  }
  const all = Object.values(loops);
  if (all.length === 0) {
    return 'off';
  }
  const newest = Math.max(...all.map(loop => loop.heartbeat ?? 0));
  return all.every(loop => loop.healthy) && now - newest < LATE ? 'running' : 'lost';
}

namespace Private {
  export function compare(health: IHealth, panel: string): SetupState {
    if (health.status === 'failed') {
      return { kind: 'failed', message: health.error ?? '' };
    }
    if (health.status === 'starting') {
      return { kind: 'starting' };
    }
    const server = String(health.version ?? '');
    return release(server) === release(panel) ? { kind: 'ready' } : { kind: 'mismatch', server, panel };
  }

  /** `0.1.0` of `0.1.0.dev3` and of `0.1.0-dev.3`: Python and npm write pre-releases differently. */
  function release(version: string): string {
    return /^\d+(\.\d+)*/.exec(version)?.[0] ?? version;
  }
}
