import type { OrchClient } from '../api/client';
import type { ComputeIoType, StepOutputStreamSubscription } from '../api/gql/graphql';
import type { IFeed } from '../api/live';
import { COMPUTE_LOGS, STEP_OUTPUT } from '../api/operations';
import { RequestProblem } from '../api/problem';
import { ChangingModel } from '../changing';

/** The panel shows the newest part; all of it can be downloaded. */
const MOST_CHARACTERS = 2_000_000;
/** So much is fetched at most of what was written before anybody looked. */
const MOST_BYTES = 1_000_000;

/** What a step has written to one of its streams, growing while it runs. */
export class StepOutputModel extends ChangingModel implements IFeed<StepOutputStreamSubscription> {
  constructor(
    private readonly _client: OrchClient,
    readonly runId: string,
    readonly stepKey: string,
    readonly ioType: ComputeIoType
  ) {
    super();
  }

  readonly document = COMPUTE_LOGS as unknown as IFeed<StepOutputStreamSubscription>['document'];

  get loaded(): boolean {
    return this._loaded;
  }

  get text(): string {
    return this._text;
  }

  /** The beginning is left out because there is too much of it. */
  get cut(): boolean {
    return this._cut;
  }

  /** Bytes seen. */
  get cursor(): number {
    return this._cursor;
  }

  variables(): Record<string, unknown> {
    return { runId: this.runId, stepKey: this.stepKey, ioType: this.ioType, cursor: String(this._cursor) };
  }

  receive({ computeLogs }: StepOutputStreamSubscription): void {
    this._append(computeLogs.data ?? '', computeLogs.cursor);
  }

  /** Ask how much there is, and for what is new; of a long beginning only the end. */
  async refetch(): Promise<void> {
    const { pipelineRunOrError: answer } = await this._client.send(STEP_OUTPUT, { runId: this.runId, stepKey: this.stepKey });
    if (answer.__typename !== 'PipelineRun') {
      throw new RequestProblem('missing', answer.message);
    }
    const size = (this.ioType === 'STDOUT' ? answer.computeLogs.stdout?.size : answer.computeLogs.stderr?.size) ?? 0;
    if (size > this._cursor) {
      await this._fetch(size);
    }
    this._loaded = true;
    this.notify();
  }

  private async _fetch(size: number): Promise<void> {
    const stream = this.ioType === 'STDOUT' ? 'stdout' : 'stderr';
    const before = this._cursor;
    const from = size - before > MOST_BYTES ? -MOST_BYTES : before;
    const { start, bytes } = await this._client.outputFrom(this.runId, this.stepKey, stream, from);
    if (this._cursor !== before) {
      return; // The stream was quicker.
    }
    if (start > before) {
      this._text = '';
      this._cut = true;
    }
    const whole = Private.wholeCharacters(bytes);
    this._append(new TextDecoder().decode(bytes.subarray(0, whole)), start + whole);
  }

  private _append(data: string, cursor: number): void {
    if (cursor < this._cursor) {
      return;
    }
    const text = this._text + data;
    this._cut ||= text.length > MOST_CHARACTERS;
    this._text = text.slice(-MOST_CHARACTERS);
    this._cursor = cursor;
    this._loaded = true;
    this.notify();
  }

  private _loaded = false;
  private _text = '';
  private _cut = false;
  private _cursor = 0;
}

namespace Private {
  /** How many bytes there are before a character that has not come whole. */
  export function wholeCharacters(bytes: Uint8Array): number {
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
      const byte = bytes[bytes.length - back];
      if (byte >= 0xc0) {
        const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        return back < length ? bytes.length - back : bytes.length;
      }
      if (byte < 0x80) {
        return bytes.length;
      }
    }
    return bytes.length;
  }
}
