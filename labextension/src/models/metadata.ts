import type { IRunEvent } from './history';

/** One particular of an event. */
export interface IMetadata {
  label: string;
  description: string;
  /** text, url, path, json, md, float, int, python, asset, run, table or notebook. */
  kind: string;
  value: unknown;
}

/** Something that a step made or looked at and that outlives the run. */
export interface IArtifact {
  seq: number;
  timestamp: number;
  stepKey: string;
  kind: 'materialization' | 'observation' | 'expectation' | 'value';
  /** Parts of the asset's key; empty for what is no asset. */
  assetKey: readonly string[];
  title: string;
  description: string;
  partition: string;
  /** Of an expectation. */
  success: boolean | null;
  metadata: readonly IMetadata[];
}

const MOST_ROWS = 200;

/** Read the metadata of an event; what has another shape is passed over. */
export function readMetadata(said: unknown): IMetadata[] {
  return Array.isArray(said) ? said.filter(Private.isObject).map(Private.readEntry) : [];
}

/** What an event tells of artifacts, or null when it tells of none. */
export function readArtifact(event: IRunEvent): IArtifact | null {
  const kind = Private.KINDS[event.type];
  if (!kind) {
    return null;
  }
  const { data } = event;
  const assetKey = Array.isArray(data.asset_key) ? data.asset_key.map(String) : [];
  const output = [data.output_name, data.mapping_key].filter(one => typeof one === 'string' && one !== '').join(' ');
  return {
    seq: event.seq,
    timestamp: event.timestamp,
    stepKey: event.step_key ?? '',
    kind,
    assetKey,
    title: assetKey.join(' / ') || (typeof data.label === 'string' && data.label) || output || event.message,
    description: typeof data.description === 'string' ? data.description : '',
    partition: typeof data.partition === 'string' ? data.partition : '',
    success: typeof data.success === 'boolean' ? data.success : null,
    metadata: readMetadata(data.metadata)
  };
}

/** A table's columns and rows, from a list of mappings or from `{records}` or `{rows}`; null when it is none. */
export function readTable(value: unknown): { columns: string[]; rows: Record<string, unknown>[] } | null {
  const held = Private.isObject(value) ? (value.records ?? value.rows) : value;
  const rows = Array.isArray(held) ? held.filter(Private.isObject).slice(0, MOST_ROWS) : [];
  return rows.length > 0 ? { columns: [...new Set(rows.flatMap(row => Object.keys(row)))], rows } : null;
}

/**
 * A file's path as the file browser has it, or null when the file is not below the server's folder.
 *
 * @param root - the server's folder; the home folder in front of it may be written `~`.
 */
export function contentsPathOf(path: string, root: string): string | null {
  const home = root.startsWith('~') ? (/^(\/root|\/(?:home|Users)\/[^/]+)\//.exec(path)?.[1] ?? null) : '';
  if (home === null || root === '' || path.split('/').includes('..')) {
    return null;
  }
  const folder = `${root.replace('~', home).replace(/\/+$/, '')}/`;
  return path.startsWith(folder) && path.length > folder.length ? path.slice(folder.length) : null;
}

namespace Private {
  export const KINDS: Readonly<Record<string, IArtifact['kind'] | undefined>> = {
    ASSET_MATERIALIZATION: 'materialization',
    ASSET_OBSERVATION: 'observation',
    STEP_EXPECTATION_RESULT: 'expectation',
    HANDLED_OUTPUT: 'value'
  };

  export function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }

  export function readEntry(entry: Record<string, unknown>): IMetadata {
    return {
      label: String(entry.label ?? ''),
      description: typeof entry.description === 'string' ? entry.description : '',
      kind: String(entry.kind ?? 'text'),
      value: entry.value
    };
  }
}
