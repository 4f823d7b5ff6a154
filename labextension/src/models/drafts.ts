import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { type IPipelineAddress, pathOf } from './workspace';

/** A run that somebody is about to launch. */
export interface IDraft {
  name: string;
  mode: string;
  preset: string;
  /** Solid names; empty for the whole pipeline. */
  selection: readonly string[];
  tags: readonly { key: string; value: string }[];
  /** Run config as YAML text. */
  yaml: string;
}

/** The drafts of one pipeline, and which of them is worked on. */
export interface IDraftBook {
  drafts: readonly IDraft[];
  current: number;
}

/** Keeps the drafts of each pipeline in the state database, or in memory where there is none. */
export class DraftStore {
  constructor(private readonly _state: IStateDB | null) {}

  /** @returns the drafts, or null when there are none that can be read. */
  async load(address: IPipelineAddress): Promise<IDraftBook | null> {
    const key = Private.keyOf(address);
    if (!this._state) {
      return this._memory.get(key) ?? null;
    }
    try {
      return Private.readBook(await this._state.fetch(key));
    } catch {
      return null;
    }
  }

  async save(address: IPipelineAddress, book: IDraftBook): Promise<void> {
    const key = Private.keyOf(address);
    this._memory.set(key, book);
    await this._state?.save(key, book as unknown as ReadonlyPartialJSONObject);
  }

  async clear(address: IPipelineAddress): Promise<void> {
    const key = Private.keyOf(address);
    this._memory.delete(key);
    await this._state?.remove(key);
  }

  private readonly _memory = new Map<string, IDraftBook>();
}

namespace Private {
  export function keyOf(address: IPipelineAddress): string {
    return `jupyter-orch:drafts:${pathOf(address)}`;
  }

  /** What lies in the state database may be old or made by somebody else: take it only in the right shape. */
  export function readBook(value: unknown): IDraftBook | null {
    const { drafts, current } = (value ?? {}) as Record<string, unknown>;
    const read = Array.isArray(drafts) ? drafts.map(readDraft).filter(draft => draft !== null) : [];
    if (read.length === 0) {
      return null;
    }
    const at = typeof current === 'number' && Number.isInteger(current) ? current : 0;
    return { drafts: read, current: Math.min(Math.max(at, 0), read.length - 1) };
  }

  function readDraft(value: unknown): IDraft | null {
    if (typeof value !== 'object' || value === null) {
      return null;
    }
    const { name, mode, preset, selection, tags, yaml } = value as Record<string, unknown>;
    if (typeof mode !== 'string' || typeof yaml !== 'string') {
      return null;
    }
    return {
      name: typeof name === 'string' ? name : '',
      mode,
      yaml,
      preset: typeof preset === 'string' ? preset : '',
      selection: Array.isArray(selection) ? selection.filter(one => typeof one === 'string') : [],
      tags: Array.isArray(tags) ? tags.filter(isTag).map(({ key, value: text }) => ({ key, value: text })) : []
    };
  }

  function isTag(value: unknown): value is { key: string; value: string } {
    const tag = value as { key?: unknown; value?: unknown } | null;
    return typeof tag?.key === 'string' && typeof tag.value === 'string';
  }
}
