import type { ExecutionTag, PipelineRunStatus, RunRowFragment, RunsFilter } from '../../api/gql/graphql';
import { RUNS_PAGE } from '../../api/operations';
import { messageOf, RequestProblem } from '../../api/problem';
import { ChangingModel } from '../../changing';
import { STATUSES } from '../../models/run_status';
import type { IOrchestrator } from '../../tokens';

/** What the reader of the table has asked for. */
export interface IRunsFilter {
  status: PipelineRunStatus | '';
  pipeline: string;
  /** `key=value`; without a complete tag it filters nothing. */
  tag: string;
  /** Days as `2026-11-23`, of the reader's clocks; empty for none. */
  from: string;
  to: string;
}

/** A filter that lets everything through. */
export const NO_FILTER: IRunsFilter = { status: '', pipeline: '', tag: '', from: '', to: '' };

/** A page of the runs table, kept current. */
export class RunsModel extends ChangingModel {
  constructor(private readonly _orch: IOrchestrator) {
    super();
    this._size = _orch.preferences.current.runsPerPage;
    _orch.runs.changed.connect(this._onRuns, this);
  }

  get loaded(): boolean {
    return this._loaded;
  }

  get problem(): string {
    return this._problem;
  }

  get filter(): IRunsFilter {
    return this._filter;
  }

  get results(): readonly RunRowFragment[] {
    return this._results;
  }

  /** Runs that fit the filter, on all pages. */
  get count(): number {
    return this._count;
  }

  /** Number of the page, from 1. */
  get page(): number {
    return this._cursors.length;
  }

  get pages(): number {
    return Math.max(1, Math.ceil(this._count / this._size));
  }

  /** Runs of this page that something is to be done with. */
  get chosen(): readonly RunRowFragment[] {
    return this._results.filter(run => this._chosen.has(run.runId));
  }

  isChosen(runId: string): boolean {
    return this._chosen.has(runId);
  }

  mark(runId: string): void {
    const chosen = new Set(this._chosen);
    if (!chosen.delete(runId)) {
      chosen.add(runId);
    }
    this._chosen = chosen;
    this.notify();
  }

  /** Choose all runs of this page, or none. */
  markAll(all: boolean): void {
    this._chosen = new Set(all ? this._results.map(run => run.runId) : []);
    this.notify();
  }

  /**
   * Do something with each chosen run, one after the other; one that fails does not stop the others.
   *
   * @returns what went wrong, one line a run.
   */
  async forEach(runs: readonly RunRowFragment[], act: (run: RunRowFragment) => Promise<unknown>): Promise<string[]> {
    const problems: string[] = [];
    for (const run of runs) {
      try {
        await act(run);
      } catch (reason) {
        problems.push(`${run.pipelineName} ${run.runId.slice(0, 8)}: ${messageOf(reason)}`);
      }
    }
    this._chosen = new Set();
    await this.refetch();
    return problems;
  }

  /** Change the filter and begin at the first page. */
  setFilter(part: Partial<IRunsFilter>): void {
    this._filter = { ...this._filter, ...part };
    this._cursors = [null];
    this._chosen = new Set();
    this.notify();
    void this.refetch();
  }

  next(): void {
    const last = this._results[this._results.length - 1];
    if (last && this.page < this.pages) {
      this._cursors = [...this._cursors, last.runId];
      void this.refetch();
    }
  }

  previous(): void {
    if (this.page > 1) {
      this._cursors = this._cursors.slice(0, -1);
      void this.refetch();
    }
  }

  async refetch(): Promise<void> {
    const asked = ++this._asked;
    try {
      const { pipelineRunsOrError: answer } = await this._orch.client.send(RUNS_PAGE, {
        filter: Private.toApi(this._filter),
        cursor: this._cursors[this._cursors.length - 1],
        limit: this._size
      });
      if (asked !== this._asked) {
        return;
      }
      if (answer.__typename === 'PipelineRuns') {
        this._results = answer.results;
        this._count = answer.count;
        this._problem = '';
      } else {
        this._problem = answer.message;
      }
    } catch (reason) {
      if (!(reason instanceof RequestProblem) || reason.kind !== 'offline') {
        this._problem = messageOf(reason);
      }
    }
    this._loaded = true;
    this.notify();
  }

  private _onRuns(): void {
    void this.refetch();
  }

  private _loaded = false;
  private _problem = '';
  private readonly _size: number;
  private _chosen: ReadonlySet<string> = new Set();
  private _filter: IRunsFilter = NO_FILTER;
  private _results: readonly RunRowFragment[] = [];
  private _count = 0;
  private _cursors: readonly (string | null)[] = [null];
  private _asked = 0;
}

/** A status that came from outside, e.g. a saved layout; an empty string when it is none. */
export function readStatus(text: unknown): PipelineRunStatus | '' {
  return STATUSES.find(status => status === text) ?? '';
}

namespace Private {
  /** The first instant of a day, or of the day after it, in seconds since the epoch. */
  function midnight(day: string, after: number): number | null {
    const [year, month, date] = day.split('-').map(Number);
    return day ? new Date(year, month - 1, date + after).getTime() / 1000 : null;
  }

  export function toApi({ status, pipeline, tag, from, to }: IRunsFilter): RunsFilter {
    const read = readTag(tag);
    return {
      statuses: status ? [status] : null,
      pipelineName: pipeline.trim() || null,
      tags: read ? [read] : null,
      createdAfter: midnight(from, 0),
      createdBefore: midnight(to, 1)
    };
  }

  function readTag(text: string): ExecutionTag | null {
    const at = text.indexOf('=');
    return at > 0 && at < text.length - 1 ? { key: text.slice(0, at).trim(), value: text.slice(at + 1).trim() } : null;
  }
}
