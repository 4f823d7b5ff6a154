import type { IDisposable } from '@lumino/disposable';

/** Does something at once, and however often it is asked for meanwhile, once more after a pause. */
export class Soon implements IDisposable {
  /**
   * @param work - what to do; its failures are its own.
   * @param pause - least time between two beginnings, in milliseconds.
   */
  constructor(
    private readonly _work: () => unknown,
    private readonly _pause: number
  ) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  ask(): void {
    if (this._isDisposed) {
      return;
    }
    if (this._resting) {
      this._again = true;
      return;
    }
    this._resting = true;
    this._timer = window.setTimeout(() => {
      this._resting = false;
      if (this._again) {
        this._again = false;
        this.ask();
      }
    }, this._pause);
    this._work();
  }

  dispose(): void {
    this._isDisposed = true;
    window.clearTimeout(this._timer);
  }

  private _isDisposed = false;
  private _resting = false;
  private _again = false;
  private _timer = 0;
}
