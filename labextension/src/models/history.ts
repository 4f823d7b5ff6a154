import type { PipelineRunStatus } from '../api/gql/graphql';
import { type IArtifact, readArtifact } from './metadata';

/** One fact of a run's log as the server sends it. */
export interface IRunEvent {
  seq: number;
  type: string;
  /** Seconds since the epoch. */
  timestamp: number;
  level: string;
  message: string;
  step_key: string | null;
  data: Record<string, unknown>;
}

/** An exception that crossed a process boundary, in the panel's own shape. */
export interface IFailure {
  className: string;
  message: string;
  stack: readonly string[];
  file: string;
  line: number | null;
  code: string;
  hint: string;
  cause: IFailure | null;
}

/** Where a step stands. */
export type StepStatus = 'WAITING' | 'RUNNING' | 'RETRYING' | 'SUCCESS' | 'FAILURE' | 'SKIPPED' | 'CANCELED';

/** One try of a step; `end` is null while it runs. */
export interface IAttempt {
  start: number;
  end: number | null;
  status: StepStatus;
}

/** A step as the log tells it so far. */
export interface IStep {
  key: string;
  status: StepStatus;
  attempts: readonly IAttempt[];
  failure: IFailure | null;
  /** How its process was made: `in_process`, `forked` or `spawned`. */
  isolation: string;
  /** It has an executed notebook. */
  notebook: boolean;
  /** Its stdout and stderr are kept. */
  captured: boolean;
}

/** One step of the plan. */
export interface IPlanStep {
  key: string;
  handle: string;
  kind: string;
  upstream: readonly string[];
}

/** A run's state as a fold over its events: the same events give the same state, in whatever batches they come. */
export class RunHistory {
  /** Everything seen, in order and without a hole. */
  readonly events: IRunEvent[] = [];
  /** Steps in the order of the plan; steps outside the plan follow in the order of their first event. */
  readonly steps = new Map<string, IStep>();
  plan: readonly IPlanStep[] = [];
  status: PipelineRunStatus | null = null;
  start: number | null = null;
  end: number | null = null;
  /** The failing step that came first, or null when the run failed outside of any step. */
  failedStep: string | null = null;
  failure: IFailure | null = null;
  /** What steps have told of things that outlive the run, in order. */
  readonly artifacts: IArtifact[] = [];

  /** Number of the newest event. */
  get lastSeq(): number {
    return this.events.length > 0 ? this.events[this.events.length - 1].seq : 0;
  }

  /**
   * Take a batch; events that are known already are passed over.
   *
   * @returns false when events before this batch are missing; nothing after the hole was taken then.
   */
  add(batch: readonly IRunEvent[]): boolean {
    for (const event of batch) {
      if (event.seq <= this.lastSeq) {
        continue;
      }
      if (event.seq > this.lastSeq + 1) {
        return false;
      }
      this.events.push(event);
      this._fold(event);
    }
    return true;
  }

  /** Take the plan from the API, for runs whose log does not hold one yet. */
  setPlan(plan: readonly IPlanStep[]): void {
    if (plan.length === 0 || this.plan.length > 0) {
      return;
    }
    this.plan = plan;
    const seen = new Map(this.steps);
    this.steps.clear();
    plan.forEach(step => this.steps.set(step.key, seen.get(step.key) ?? Private.emptyStep(step.key)));
    seen.forEach((step, key) => this.steps.set(key, step));
  }

  /** Kinds of events seen, in the order of the alphabet. */
  types(): string[] {
    return [...this._types].sort();
  }

  private _fold(event: IRunEvent): void {
    this._types.add(event.type);
    if (event.type.startsWith('PIPELINE_')) {
      this._foldRun(event);
    } else if (event.type === 'ENGINE_EVENT' && Private.isObject(event.data.plan)) {
      this.setPlan(Private.readPlan(event.data.plan));
    } else if (event.type === 'LOGS_CAPTURED') {
      Private.strings(event.data.step_keys).forEach(key => this._patch(key, { captured: true }));
    }
    const artifact = readArtifact(event);
    if (artifact) {
      this.artifacts.push(artifact);
    }
    if (event.step_key !== null) {
      this._foldStep(event, event.step_key);
    }
  }

  private readonly _types = new Set<string>();

  private _foldRun(event: IRunEvent): void {
    const status = Private.RUN_STATUS[event.type];
    if (!status) {
      return;
    }
    this.status = status;
    if (event.type === 'PIPELINE_START') {
      this.start = event.timestamp;
    }
    if (status === 'SUCCESS' || status === 'FAILURE' || status === 'CANCELED') {
      this.end = event.timestamp;
      this._closeSteps(event.timestamp, status === 'CANCELED' ? 'CANCELED' : 'FAILURE');
    }
    if (status === 'FAILURE') {
      this.failure ??= readFailure(event.data.failure) ?? Private.plainFailure(event.message);
    }
  }

  private _foldStep(event: IRunEvent, key: string): void {
    const { type, timestamp, data } = event;
    switch (type) {
      case 'STEP_START':
      case 'STEP_RESTARTED':
        this._begin(key, timestamp, String(data.isolation ?? ''));
        break;
      case 'STEP_SUCCESS':
        this._finish(key, timestamp, 'SUCCESS', null);
        break;
      case 'STEP_SKIPPED':
        this._finish(key, timestamp, 'SKIPPED', null);
        break;
      case 'STEP_UP_FOR_RETRY':
        this._finish(key, timestamp, 'RETRYING', readFailure(data.failure));
        break;
      case 'STEP_FAILURE': {
        const failure = readFailure(data.failure) ?? Private.plainFailure(event.message);
        this._finish(key, timestamp, 'FAILURE', failure);
        if (this.failedStep === null) {
          this.failedStep = key;
          this.failure = failure;
        }
        break;
      }
      case 'ASSET_MATERIALIZATION':
        if (Private.holdsNotebook(data.metadata)) {
          this._patch(key, { notebook: true });
        }
        break;
      default:
        break;
    }
  }

  /** A retry is told by two facts, STEP_RESTARTED and STEP_START: they open one attempt. */
  private _begin(key: string, timestamp: number, isolation: string): void {
    const step = this._step(key);
    const open = step.attempts.some(attempt => attempt.end === null);
    const attempts = open ? step.attempts : [...step.attempts, { start: timestamp, end: null, status: 'RUNNING' as const }];
    this._patch(key, { status: 'RUNNING', attempts, isolation: isolation || step.isolation });
  }

  private _finish(key: string, timestamp: number, status: StepStatus, failure: IFailure | null): void {
    const attempts = this._step(key).attempts.map(attempt =>
      attempt.end === null ? { ...attempt, end: timestamp, status: status === 'RETRYING' ? 'FAILURE' : status } : attempt
    );
    this._patch(key, { status, attempts, failure });
  }

  /** A run that is over has no running step, whatever its last process managed to tell. */
  private _closeSteps(timestamp: number, status: StepStatus): void {
    this.steps.forEach(step => {
      if (step.status === 'RUNNING' || step.status === 'RETRYING') {
        this._finish(step.key, timestamp, status, step.failure);
      }
    });
  }

  private _step(key: string): IStep {
    return this.steps.get(key) ?? Private.emptyStep(key);
  }

  private _patch(key: string, change: Partial<IStep>): void {
    this.steps.set(key, { ...this._step(key), ...change });
  }
}

/** Read a failure from an event's data (`cls`) or from the API (`className`); null when there is none. */
export function readFailure(said: unknown): IFailure | null {
  if (!Private.isObject(said)) {
    return null;
  }
  return {
    className: String(said.cls ?? said.className ?? ''),
    message: String(said.message ?? ''),
    stack: Private.strings(said.stack),
    file: typeof said.file === 'string' ? said.file : '',
    line: typeof said.line === 'number' ? said.line : null,
    code: typeof said.code === 'string' ? said.code : '',
    hint: typeof said.hint === 'string' ? said.hint : '',
    cause: readFailure(said.cause)
  };
}

namespace Private {
  export const RUN_STATUS: Readonly<Record<string, PipelineRunStatus | undefined>> = {
    PIPELINE_ENQUEUED: 'QUEUED',
    PIPELINE_DEQUEUED: 'QUEUED',
    PIPELINE_STARTING: 'STARTING',
    PIPELINE_START: 'STARTED',
    PIPELINE_CANCELING: 'CANCELING',
    PIPELINE_SUCCESS: 'SUCCESS',
    PIPELINE_FAILURE: 'FAILURE',
    PIPELINE_CANCELED: 'CANCELED'
  };

  export function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }

  export function strings(value: unknown): string[] {
    return Array.isArray(value) ? value.map(String) : [];
  }

  export function emptyStep(key: string): IStep {
    return { key, status: 'WAITING', attempts: [], failure: null, isolation: '', notebook: false, captured: false };
  }

  export function plainFailure(message: string): IFailure {
    return { className: '', message, stack: [], file: '', line: null, code: '', hint: '', cause: null };
  }

  export function holdsNotebook(metadata: unknown): boolean {
    return Array.isArray(metadata) && metadata.some(entry => isObject(entry) && entry.kind === 'notebook');
  }

  export function readPlan(plan: Record<string, unknown>): IPlanStep[] {
    const steps = Array.isArray(plan.steps) ? plan.steps.filter(isObject) : [];
    return steps.map(step => ({
      key: String(step.key),
      handle: String(step.solid ?? step.key),
      kind: String(step.kind ?? ''),
      upstream: objects(step.inputs).flatMap(input => objects(input.sources).map(source => String(source.solid)))
    }));
  }

  function objects(value: unknown): Record<string, unknown>[] {
    return Array.isArray(value) ? value.filter(isObject) : [];
  }
}
