import type { IDisposable } from '@lumino/disposable';

import type { ComputeIoType } from '../../api/gql/graphql';
import { ChangingModel } from '../../changing';
import type { IRunEvent } from '../../models/history';
import type { RunModel } from '../../models/run';
import { StepOutputModel } from '../../models/step_output';
import type { IOrchestrator } from '../../tokens';

/** The lower part of the tab. */
export type RunTab = 'log' | 'stdout' | 'stderr' | 'notebook' | 'config';

/** Levels from the most to the least talkative. */
export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;

/** What the reader of a run has chosen: tab, step, filters. */
export class RunViewModel extends ChangingModel {
  constructor(
    private readonly _orch: IOrchestrator,
    private readonly _run: RunModel
  ) {
    super();
    _run.changed.connect(() => {
      if (!this._output && this.outputStep) {
        this._followOutput();
      }
    });
  }

  get tab(): RunTab {
    return this._tab;
  }

  set tab(tab: RunTab) {
    this._tab = tab;
    this._followOutput();
    this.notify();
  }

  /** The chosen step, or an empty string for all. */
  get step(): string {
    return this._step;
  }

  set step(key: string) {
    this._step = key;
    this._followOutput();
    this.notify();
  }

  get level(): string {
    return this._level;
  }

  set level(level: string) {
    this._level = level;
    this.notify();
  }

  get text(): string {
    return this._text;
  }

  set text(text: string) {
    this._text = text;
    this.notify();
  }

  /** Keep the newest line in view. */
  get follow(): boolean {
    return this._follow;
  }

  set follow(follow: boolean) {
    if (follow !== this._follow) {
      this._follow = follow;
      this.notify();
    }
  }

  /** The step whose output is shown: the chosen one, else the one that failed, else the first. */
  get outputStep(): string {
    return this._step || (this._run.history.failedStep ?? this.stepsWithOutput()[0] ?? '');
  }

  /** What that step writes, while one of the two tabs shows it. */
  get output(): StepOutputModel | null {
    return this._output;
  }

  /** Events that pass the filters; new events are filtered alone. */
  shownEvents(): readonly IRunEvent[] {
    const { events } = this._run.history;
    const filter = `${this._level}\n${this._step}\n${this._text}`;
    if (filter !== this._shownFor || events.length < this._shownUpTo) {
      this._shown = [];
      this._shownUpTo = 0;
      this._shownFor = filter;
    }
    if (this._shownUpTo < events.length) {
      this._shown = this._shown.concat(events.slice(this._shownUpTo).filter(event => this._passes(event)));
      this._shownUpTo = events.length;
    }
    return this._shown;
  }

  /** Steps with captured output, or all when the log has not said. */
  stepsWithOutput(): string[] {
    const steps = [...this._run.history.steps.values()];
    const begun = steps.filter(step => step.captured || step.attempts.length > 0);
    return (begun.length > 0 ? begun : steps).map(step => step.key);
  }

  override dispose(): void {
    this._dropOutput();
    super.dispose();
  }

  private _passes(event: IRunEvent): boolean {
    const level = LEVELS.indexOf(event.level as (typeof LEVELS)[number]);
    if (level >= 0 && level < LEVELS.indexOf(this._level as (typeof LEVELS)[number])) {
      return false;
    }
    if (this._step && event.step_key !== this._step) {
      return false;
    }
    const text = this._text.toLowerCase();
    return !text || `${event.message}\n${event.type}\n${event.step_key ?? ''}`.toLowerCase().includes(text);
  }

  /** Watch the stream of the shown tab, and only that one. */
  private _followOutput(): void {
    const ioType: ComputeIoType | null = this._tab === 'stdout' ? 'STDOUT' : this._tab === 'stderr' ? 'STDERR' : null;
    if (ioType === null) {
      this._dropOutput();
      return;
    }
    const step = this.outputStep;
    if (this._output?.stepKey === step && this._output.ioType === ioType) {
      return;
    }
    this._dropOutput();
    if (step) {
      this._output = new StepOutputModel(this._orch.client, this._run.runId, step, ioType);
      this._outputFeed = this._orch.live.attach(this._output);
    }
  }

  private _dropOutput(): void {
    this._outputFeed?.dispose();
    this._output?.dispose();
    this._outputFeed = null;
    this._output = null;
  }

  private _tab: RunTab = 'log';
  private _step = '';
  private _level = 'DEBUG';
  private _text = '';
  private _follow = true;
  private _output: StepOutputModel | null = null;
  private _outputFeed: IDisposable | null = null;
  private _shown: readonly IRunEvent[] = [];
  private _shownUpTo = 0;
  private _shownFor = '';
}
