import type { LiveConnection } from '../api/live';
import { ChangingModel } from '../changing';

/** The time that durations are measured against; it stands still while the server cannot be reached. */
export class Clock extends ChangingModel {
  constructor(private readonly _live: LiveConnection) {
    super();
    this._timer = window.setInterval(() => this._tick(), 1000);
  }

  /** Seconds since the epoch; while nothing is heard, those of the last tick before. */
  get now(): number {
    if (this._runs()) {
      this._now = Date.now() / 1000;
    }
    return this._now;
  }

  override dispose(): void {
    window.clearInterval(this._timer);
    super.dispose();
  }

  private _tick(): void {
    if (this._runs()) {
      this.notify();
    }
  }

  private _runs(): boolean {
    return this._live.status === 'live' || this._live.status === 'polling';
  }

  private readonly _timer: number;
  private _now = Date.now() / 1000;
}
