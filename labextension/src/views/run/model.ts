import type { IDisposable } from '@lumino/disposable';

import type { ComputeIoType, RunFamilyQuery } from '../../api/gql/graphql';
import { RUN_FAMILY, SOLID_KINDS } from '../../api/operations';
import { ChangingModel } from '../../changing';
import { ExecutedNotebookModel } from '../../models/executed_notebook';
import type { IRunEvent, IStep } from '../../models/history';
import type { RunModel } from '../../models/run';
import { StepOutputModel } from '../../models/step_output';
import type { IOrchestrator } from '../../tokens';

/** The lower part of the tab. */
export type RunTab = 'log' | 'stdout' | 'stderr' | 'notebook' | 'artifacts' | 'config';

/** A run of the same family. */
export type IFamilyRun = Extract<RunFamilyQuery['runGroupOrError'], { __typename: 'RunGroup' }>['runs'][number];

/** How the steps are drawn. */
export type GanttFace = 'timed' | 'waterfall' | 'flat';

/** Levels from the most to the least talkative. */
export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;

/** What the reader of a run has chosen: tab, step, filters. */
export class RunViewModel extends ChangingModel {
  constructor(
    private readonly _orch: IOrchestrator,
    private readonly _run: RunModel
  ) {
    super();
    const { runTab, ganttFace, logLevel } = _orch.preferences.current;
    this._tab = runTab;
    this._face = ganttFace;
    this._level = logLevel;
    _run.changed.connect(() => {
      void this._fetchFamily();
      if (!this._output || this._tab === 'notebook') {
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

  /** How the steps are drawn. */
  get face(): GanttFace {
    return this._face;
  }

  set face(face: GanttFace) {
    this._face = face;
    this.notify();
  }

  /** The chosen step that was chosen last, or an empty string for all. */
  get step(): string {
    return [...this._chosen].pop() ?? '';
  }

  set step(key: string) {
    this._choose(key === '' ? [] : [key]);
  }

  /** All chosen steps; none means all. */
  get chosen(): ReadonlySet<string> {
    return this._chosen;
  }

  /** Take a step to the chosen ones, or away from them. */
  mark(key: string): void {
    this._choose(this._chosen.has(key) ? [...this._chosen].filter(one => one !== key) : [...this._chosen, key]);
  }

  /** The chosen steps and all that follow from them. */
  withFollowers(): string[] {
    const taken = new Set(this._chosen);
    this._run.history.plan.forEach(step => {
      if (step.upstream.some(one => taken.has(one))) {
        taken.add(step.key);
      }
    });
    return [...this._run.history.steps.keys()].filter(key => taken.has(key));
  }

  get level(): string {
    return this._level;
  }

  set level(level: string) {
    this._level = level;
    this.notify();
  }

  /** The one kind of events that is shown, or an empty string for all. */
  get type(): string {
    return this._type;
  }

  set type(type: string) {
    this._type = type;
    this.notify();
  }

  /** Events whose particulars are shown. */
  isOpen(seq: number): boolean {
    return this._open.has(seq);
  }

  toggleEvent(seq: number): void {
    if (!this._open.delete(seq)) {
      this._open.add(seq);
    }
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
    return this.step || (this._run.history.failedStep ?? this.stepsWithOutput()[0] ?? '');
  }

  /** What that step writes, while one of the two tabs shows it. */
  get output(): StepOutputModel | null {
    return this._output;
  }

  /** Events that pass the filters; new events are filtered alone. */
  shownEvents(): readonly IRunEvent[] {
    const { events } = this._run.history;
    const filter = `${this._level}\n${this._type}\n${[...this._chosen].join('\t')}\n${this._text}`;
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

  /** This run and all of its family, oldest first. */
  get family(): readonly IFamilyRun[] {
    return this._family;
  }

  /** Steps that run a notebook, as the pipeline's code says or the log has told. */
  notebookSteps(): IStep[] {
    return [...this._run.history.steps.values()].filter(step => step.notebook || this._notebookKeys.has(step.key));
  }

  /** The notebook of the chosen step, else of the first one, while the tab shows it. */
  get notebook(): ExecutedNotebookModel | null {
    return this._notebook;
  }

  override dispose(): void {
    this._notebook?.dispose();
    this._dropOutput();
    super.dispose();
  }

  private _choose(keys: readonly string[]): void {
    this._chosen = new Set(keys);
    this._followOutput();
    this.notify();
  }

  private _passes(event: IRunEvent): boolean {
    const level = LEVELS.indexOf(event.level as (typeof LEVELS)[number]);
    if (level >= 0 && level < LEVELS.indexOf(this._level as (typeof LEVELS)[number])) {
      return false;
    }
    if (this._chosen.size > 0 && !this._chosen.has(event.step_key ?? '')) {
      return false;
    }
    if (this._type && event.type !== this._type) {
      return false;
    }
    const text = this._text.toLowerCase();
    return !text || `${event.message}\n${event.type}\n${event.step_key ?? ''}`.toLowerCase().includes(text);
  }

  /** Others are made from this run while it is looked at: ask again when it, or the list of runs, has moved. */
  private async _fetchFamily(): Promise<void> {
    const { detail } = this._run;
    const state = detail ? `${detail.status} ${detail.rootRunId}` : '';
    if (state === '' || state === this._familyOf) {
      return;
    }
    this._familyOf = state;
    const answer = await this._orch.client.send(RUN_FAMILY, { runId: this._run.runId }).catch(() => null);
    if (answer?.runGroupOrError.__typename === 'RunGroup' && !this.isDisposed) {
      this._family = answer.runGroupOrError.runs;
      this.notify();
    }
  }

  /** Watch the notebook of the shown step, and only that one. */
  private _followNotebook(): void {
    void this._learnNotebooks();
    const steps = this._tab === 'notebook' ? this.notebookSteps().filter(step => step.attempts.length > 0) : [];
    const step = (steps.find(one => this._chosen.has(one.key)) ?? steps.find(one => one.status === 'FAILURE') ?? steps[0])?.key ?? '';
    if (step === (this._notebook?.stepKey ?? '')) {
      return;
    }
    this._notebook?.dispose();
    this._notebook = null;
    if (step) {
      const isLive = (): boolean => this._run.history.steps.get(step)?.status === 'RUNNING';
      this._notebook = new ExecutedNotebookModel(this._orch.client, this._orch.live, this._run.runId, step, isLive);
      this._notebook.begin();
    }
  }

  /** While a step runs the log does not say yet that it is a notebook; the pipeline does. */
  private async _learnNotebooks(): Promise<void> {
    const { detail } = this._run;
    if (this._tab !== 'notebook' || this._notebooksAsked || !detail) {
      return;
    }
    this._notebooksAsked = true;
    const selector = { repositoryLocationName: detail.repositoryLocationName, repositoryName: detail.repositoryName, pipelineName: detail.pipelineName };
    const answer = await this._orch.client.send(SOLID_KINDS, { selector }).catch(() => null);
    const found = answer?.pipelineOrError.__typename === 'Pipeline' ? answer.pipelineOrError.solidHandles : [];
    const notebooks = new Set(found.filter(one => one.solid.kind === 'NOTEBOOK').map(one => one.handleID));
    this._notebookKeys = new Set(this._run.history.plan.filter(step => notebooks.has(step.handle)).map(step => step.key));
    if (!this.isDisposed && this._notebookKeys.size > 0) {
      this._followNotebook();
      this.notify();
    }
  }

  /** Watch the stream of the shown tab, and only that one. */
  private _followOutput(): void {
    this._followNotebook();
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

  private _tab: RunTab;
  private _face: GanttFace;
  private _chosen: ReadonlySet<string> = new Set();
  private readonly _open = new Set<number>();
  private _level: string;
  private _type = '';
  private _text = '';
  private _follow = true;
  private _family: readonly IFamilyRun[] = [];
  private _familyOf = '';
  private _notebook: ExecutedNotebookModel | null = null;
  private _notebookKeys: ReadonlySet<string> = new Set();
  private _notebooksAsked = false;
  private _output: StepOutputModel | null = null;
  private _outputFeed: IDisposable | null = null;
  private _shown: readonly IRunEvent[] = [];
  private _shownUpTo = 0;
  private _shownFor = '';
}
