import type { OrchClient } from '../api/client';
import type { ComputeIoType, StepOutputStreamSubscription } from '../api/gql/graphql';
import type { IFeed } from '../api/live';
import { COMPUTE_LOGS, STEP_OUTPUT } from '../api/operations';
import { RequestProblem } from '../api/problem';
import { ChangingModel } from '../changing';

/** The panel shows the newest part; all of it can be downloaded. */
const MOST_CHARACTERS = 2_000_000;

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

  /** A plain request brings the whole text, which replaces what is here when it is longer. */
  async refetch(): Promise<void> {
    const { pipelineRunOrError: answer } = await this._client.send(STEP_OUTPUT, { runId: this.runId, stepKey: this.stepKey });
    if (answer.__typename !== 'PipelineRun') {
      throw new RequestProblem('missing', answer.message);
    }
    const file = this.ioType === 'STDOUT' ? answer.computeLogs.stdout : answer.computeLogs.stderr;
    if (file && file.cursor > this._cursor) {
      this._text = '';
      this._append(file.data ?? '', file.cursor);
    } else {
      this._loaded = true;
      this.notify();
    }
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
