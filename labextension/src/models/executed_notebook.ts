import type { OrchClient } from '../api/client';
import { joinLines } from '../api/executed_notebooks';
import type { LiveConnection } from '../api/live';
import { RequestProblem } from '../api/problem';
import { AskingModel } from './asking';
import type { IArtifact } from './metadata';

/** How far a cell has come. */
export type CellState = 'waiting' | 'running' | 'done' | 'failed';

/** A cell of an executed notebook. */
export interface IExecutedCell {
  /** 0-based place in the notebook. */
  index: number;
  kind: 'code' | 'markdown' | 'raw';
  source: string;
  state: CellState;
  /** As nbformat has them. */
  outputs: readonly Record<string, unknown>[];
  /** Seconds that it took, or null while it has not ended. */
  took: number | null;
}

const EVERY = 1500;

/** A notebook that a step runs, as it stands on disk: it grows cell by cell until the step has ended. */
export class ExecutedNotebookModel extends AskingModel {
  /** @param isLive - whether the step may still write. */
  constructor(
    private readonly _client: OrchClient,
    live: LiveConnection,
    readonly runId: string,
    readonly stepKey: string,
    private readonly _isLive: () => boolean
  ) {
    super(live, EVERY);
  }

  get cells(): readonly IExecutedCell[] {
    return this._cells;
  }

  /** Code cells that have ended, of all. */
  get progress(): { done: number; all: number } {
    const code = this._cells.filter(cell => cell.kind === 'code');
    return { done: code.filter(cell => cell.state === 'done' || cell.state === 'failed').length, all: code.length };
  }

  protected async ask(current: () => boolean): Promise<string> {
    if (this._final) {
      return '';
    }
    const live = this._isLive();
    try {
      const notebook = joinLines(await this._client.executedNotebook(this.runId, this.stepKey));
      if (current()) {
        this._cells = readCells(notebook, live);
        this._final = !live;
      }
    } catch (reason) {
      // Not begun yet, or caught in the middle of being written: the next look shows more.
      if (!(reason instanceof RequestProblem) || (reason.kind !== 'missing' && !live)) {
        throw reason;
      }
    }
    return '';
  }

  private _cells: readonly IExecutedCell[] = [];
  private _final = false;
}

/**
 * The cells of a notebook that papermill has run or is running.
 *
 * @param live - a cell that was begun and has not ended is running, not lost.
 */
export function readCells(notebook: unknown, live: boolean): IExecutedCell[] {
  const { cells } = (notebook ?? {}) as { cells?: unknown };
  return Array.isArray(cells) ? cells.flatMap((cell, index) => (Private.isBanner(cell) ? [] : [Private.readCell(cell, index, live)])) : [];
}

/** Place of the first cell that failed, or -1. */
export function failingCell(notebook: unknown): number {
  return readCells(notebook, false).find(cell => cell.state === 'failed')?.index ?? -1;
}

/** Endings of the files in which a step's executed notebook was written besides, e.g. `html`; those beside the notebook. */
export function endingsOf(artifacts: readonly IArtifact[], stepKey: string): string[] {
  const made = artifacts.filter(one => one.stepKey === stepKey && one.metadata.some(entry => entry.kind === 'notebook')).pop();
  const executed = String(made?.metadata.find(entry => entry.kind === 'notebook')?.value ?? '');
  const stem = executed.replace(/\.ipynb$/, '.');
  const beside = (made?.metadata ?? []).filter(entry => entry.kind === 'path').map(entry => String(entry.value));
  return beside.filter(path => stem !== executed && path.startsWith(stem)).map(path => path.slice(stem.length));
}

namespace Private {
  type Json = Record<string, unknown>;

  /** A cell that papermill puts in to say in HTML what the failing cell says itself. */
  export function isBanner(said: unknown): boolean {
    const { tags } = (((said ?? {}) as Json).metadata ?? {}) as { tags?: unknown };
    return Array.isArray(tags) && tags.includes('papermill-error-cell-tag');
  }

  export function readCell(said: unknown, index: number, live: boolean): IExecutedCell {
    const cell = (said ?? {}) as Json;
    const outputs = Array.isArray(cell.outputs) ? (cell.outputs as Json[]) : [];
    const kind = cell.cell_type === 'code' || cell.cell_type === 'markdown' ? cell.cell_type : 'raw';
    const facts = ((cell.metadata ?? {}) as Json).papermill as Json | undefined;
    return {
      index,
      kind,
      source: typeof cell.source === 'string' ? cell.source : '',
      state: kind === 'code' ? stateOf(facts ?? {}, outputs, live, cell.execution_count) : 'done',
      outputs,
      took: typeof facts?.duration === 'number' ? facts.duration : null
    };
  }

  function stateOf(facts: Json, outputs: readonly Json[], live: boolean, count: unknown): CellState {
    if (facts.exception === true || facts.status === 'failed' || outputs.some(output => output.output_type === 'error')) {
      return 'failed';
    }
    if (facts.status === 'running') {
      return live ? 'running' : 'failed';
    }
    return facts.status === 'completed' || typeof count === 'number' ? 'done' : 'waiting';
  }
}
