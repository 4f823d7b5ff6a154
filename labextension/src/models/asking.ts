import { Poll } from '@lumino/polling';

import type { LiveConnection } from '../api/live';
import { messageOf, RequestProblem } from '../api/problem';
import { ChangingModel } from '../changing';

/** Something on the screen that no stream brings: it is asked for every so often while the window is looked at. */
export abstract class AskingModel extends ChangingModel {
  /**
   * @param live - while it is cut off nothing is asked; when it comes back, everything at once.
   * @param every - milliseconds between two questions.
   */
  constructor(
    private readonly _line: LiveConnection,
    every: number
  ) {
    super();
    this._poll = new Poll({
      auto: false,
      factory: () => this.refetch(),
      frequency: { interval: every, backoff: false },
      standby: 'when-hidden'
    });
    _line.changed.connect(this._onConnection, this);
  }

  /** False until the first answer. */
  get loaded(): boolean {
    return this._loaded;
  }

  /** Why there is nothing to show, or an empty string. */
  get problem(): string {
    return this._problem;
  }

  /** Ask now, and from now on every so often. */
  begin(): void {
    void this._poll.start();
    void this.refetch();
  }

  /** Ask once; what can not be had is said in `problem`. */
  async refetch(): Promise<void> {
    const asked = ++this._asked;
    try {
      const problem = await this.ask(() => asked === this._asked && !this.isDisposed);
      if (asked === this._asked) {
        this._problem = problem;
        this._loaded = true;
      }
    } catch (reason) {
      if (!(reason instanceof RequestProblem) || reason.kind !== 'offline') {
        this._problem = messageOf(reason);
        this._loaded = true;
      }
    }
    this.notify();
  }

  /** Ask no more by itself: what was asked for does not change any more. */
  protected rest(): void {
    void this._poll.stop();
  }

  override dispose(): void {
    this._poll.dispose();
    super.dispose();
  }

  /**
   * Send the questions and keep the answers.
   *
   * @param current - false once a newer question was sent; an answer is dropped then.
   * @returns why the server refused, or an empty string.
   */
  protected abstract ask(current: () => boolean): Promise<string>;

  private _onConnection(): void {
    if (this._loaded && this._line.status !== 'offline') {
      void this.refetch();
    }
  }

  private readonly _poll: Poll<void, unknown, 'stop'>;
  private _loaded = false;
  private _problem = '';
  private _asked = 0;
}
