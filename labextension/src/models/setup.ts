import type { IHealth, OrchClient } from '../api/client';
import { messageOf, RequestProblem } from '../api/problem';
import { ChangingModel } from '../changing';
import { VERSION } from '../version';

/** Whether panel and server fit together. */
export type SetupState =
  | { kind: 'unknown' }
  | { kind: 'ready' }
  | { kind: 'missing' }
  | { kind: 'mismatch'; server: string; panel: string }
  | { kind: 'forbidden'; message: string };

/** One loop of the daemon as the panel shows it. */
export interface IDaemonState {
  word: 'running' | 'elsewhere' | 'off' | 'lost' | 'unknown';
  /** Where it runs, when it is another process. */
  where: string;
}

/** Asks the health route who answers. */
export class SetupModel extends ChangingModel {
  constructor(private readonly _client: OrchClient) {
    super();
  }

  get state(): SetupState {
    return this._state;
  }

  get daemon(): IDaemonState {
    return this._daemon;
  }

  /** Ask once; an unreachable server leaves the last state. */
  async check(): Promise<void> {
    try {
      const health = await this._client.health();
      this._state = Private.compare(health, VERSION);
      this._daemon = readDaemon(health.daemon);
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
  private _daemon: IDaemonState = { word: 'unknown', where: '' };
}

/** Read the daemon's part of the health answer: a word, or an object with `status` and maybe `host`, `pid`, `here`. */
export function readDaemon(said: unknown): IDaemonState {
  const known = typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : { status: said };
  const word = String(known.status ?? known.state ?? '').toLowerCase();
  const host = typeof known.host === 'string' ? known.host : '';
  const where = host && known.pid ? `${host}:${String(known.pid)}` : host;
  if (['ok', 'running', 'healthy', 'alive', 'leading', 'up'].includes(word)) {
    return known.here === false ? { word: 'elsewhere', where } : { word: 'running', where };
  }
  if (['elsewhere', 'following', 'standby'].includes(word)) {
    return { word: 'elsewhere', where };
  }
  if (['off', 'disabled', 'stopped', 'none'].includes(word)) {
    return { word: 'off', where };
  }
  return word === '' ? { word: 'unknown', where } : { word: 'lost', where };
}

namespace Private {
  export function compare(health: IHealth, panel: string): SetupState {
    const server = String(health.version ?? '');
    return release(server) === release(panel) ? { kind: 'ready' } : { kind: 'mismatch', server, panel };
  }

  /** `0.1.0` of `0.1.0.dev3` and of `0.1.0-dev.3`: Python and npm write pre-releases differently. */
  function release(version: string): string {
    return /^\d+(\.\d+)*/.exec(version)?.[0] ?? version;
  }
}
