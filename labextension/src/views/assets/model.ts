import type { AssetDetailQuery, AssetsQuery, MetadataEntryFragment } from '../../api/gql/graphql';
import { ASSET_DETAIL, ASSETS, WIPE_ASSET } from '../../api/operations';
import { RequestProblem } from '../../api/problem';
import { AskingModel } from '../../models/asking';
import type { IMetadata } from '../../models/metadata';
import type { IOrchestrator } from '../../tokens';

/** An asset that stands in the code. */
export type AssetNode = AssetsQuery['assetNodes'][number];

/** An asset with what runs have made of it. */
export type AssetDetail = Extract<AssetDetailQuery['assetOrError'], { __typename: 'Asset' }>;

/** A line of the catalog. */
export interface IAssetRow {
  key: readonly string[];
  /** A run has made or observed it. */
  made: boolean;
  /** Where it stands in the code, or null. */
  node: AssetNode | null;
}

/** One making or observation of an asset. */
export interface IAssetFact {
  cursor: string;
  kind: 'materialization' | 'observation';
  /** Seconds since the epoch. */
  instant: number;
  partition: string;
  runId: string;
  description: string;
  metadata: readonly IMetadata[];
}

/** One asset is made from another. */
export interface IAssetEdge {
  from: readonly string[];
  to: readonly string[];
}

const EVERY = 10_000;
const PAGE = 1000;
const FACTS = 100;

/** The catalog, and the chosen asset. */
export class AssetsModel extends AskingModel {
  constructor(private readonly _orch: IOrchestrator) {
    super(_orch.live, EVERY);
    _orch.runs.changed.connect(this._onChange, this);
    _orch.workspace.changed.connect(this._onChange, this);
  }

  get filter(): string {
    return this._filter;
  }

  set filter(text: string) {
    this._filter = text;
    this.notify();
  }

  /** The assets that fit the filter. */
  get rows(): readonly IAssetRow[] {
    const text = this._filter.trim().toLowerCase();
    return text ? this._rows.filter(row => row.key.join(' / ').toLowerCase().includes(text)) : this._rows;
  }

  get count(): number {
    return this._rows.length;
  }

  /** Key of the chosen asset, or null. */
  get key(): readonly string[] | null {
    return this._key;
  }

  get node(): AssetNode | null {
    return this._rows.find(row => Private.same(row.key, this._key))?.node ?? null;
  }

  get detail(): AssetDetail | null {
    return this._detail;
  }

  /** Makings and observations of the chosen asset, newest first. */
  get facts(): readonly IAssetFact[] {
    return this._facts;
  }

  /** What the chosen asset is made from, and what is made from it, as runs have seen it and as the code says. */
  edges(): IAssetEdge[] {
    const seen = [...(this._detail?.upstream ?? []), ...(this._detail?.downstream ?? [])].map(edge => ({ from: edge.madeFrom.path, to: edge.asset.path }));
    const said = this._rows.flatMap(row => (row.node?.dependencyKeys ?? []).map(from => ({ from: from.path, to: row.key })));
    const unique = new Map([...seen, ...said].map(edge => [JSON.stringify([edge.from, edge.to]), edge]));
    return Private.around(this._key ?? [], [...unique.values()]);
  }

  /** Numbers among the metadata, by label, with the facts that carry them. */
  numbers(): Map<string, { fact: IAssetFact; value: number }[]> {
    const found = new Map<string, { fact: IAssetFact; value: number }[]>();
    for (const fact of this._facts) {
      for (const entry of fact.metadata) {
        if (typeof entry.value === 'number' && Number.isFinite(entry.value)) {
          found.set(entry.label, [...(found.get(entry.label) ?? []), { fact, value: entry.value }]);
        }
      }
    }
    return found;
  }

  choose(key: readonly string[]): void {
    this._key = key;
    this._detail = null;
    this._facts = [];
    this.notify();
    void this.refetch();
  }

  /** Forget what is known of the chosen asset. Rejects with a `RequestProblem`. */
  async wipe(): Promise<void> {
    const { wipeAssets: answer } = await this._orch.client.send(WIPE_ASSET, { keys: [{ path: [...(this._key ?? [])] }] });
    if (answer.__typename !== 'AssetWipeSuccess') {
      throw new RequestProblem('server', answer.message);
    }
    await this.refetch();
  }

  protected async ask(current: () => boolean): Promise<string> {
    const key = this._key;
    const [catalog, detail] = await Promise.all([this._fetchAll(), key ? this._orch.client.send(ASSET_DETAIL, { key: { path: [...key] }, limit: FACTS }) : null]);
    if (!current()) {
      return '';
    }
    this._rows = Private.rows(catalog.keys, catalog.nodes);
    const found = detail?.assetOrError;
    this._detail = found?.__typename === 'Asset' ? found : null;
    this._facts = this._detail ? Private.facts(this._detail) : [];
    if (key === null && this._rows.length > 0) {
      this.choose(this._rows[0].key);
    }
    return catalog.problem;
  }

  private async _fetchAll(): Promise<{ keys: (readonly string[])[]; nodes: readonly AssetNode[]; problem: string }> {
    const keys: (readonly string[])[] = [];
    let nodes: readonly AssetNode[] = [];
    let cursor: string | null = null;
    do {
      const answer: AssetsQuery = await this._orch.client.send(ASSETS, { cursor, limit: PAGE });
      if (answer.assetsOrError.__typename !== 'AssetConnection') {
        return { keys, nodes, problem: answer.assetsOrError.message };
      }
      keys.push(...answer.assetsOrError.nodes.map(node => node.key.path));
      nodes = answer.assetNodes;
      cursor = answer.assetsOrError.cursor;
    } while (cursor !== null);
    return { keys, nodes, problem: '' };
  }

  private _onChange(): void {
    if (this.loaded) {
      void this.refetch();
    }
  }

  private _filter = '';
  private _rows: readonly IAssetRow[] = [];
  private _key: readonly string[] | null = null;
  private _detail: AssetDetail | null = null;
  private _facts: readonly IAssetFact[] = [];
}

/** An entry of the API in the shape that events have. */
export function metadataOf(entry: MetadataEntryFragment): IMetadata {
  const { label } = entry;
  const description = entry.description ?? '';
  const made = (kind: string, value: unknown): IMetadata => ({ label, description, kind, value });
  switch (entry.__typename) {
    case 'EventTextMetadataEntry':
      return made('text', entry.text);
    case 'EventUrlMetadataEntry':
      return made('url', entry.url);
    case 'EventPathMetadataEntry':
      return made('path', entry.path);
    case 'EventMarkdownMetadataEntry':
      return made('md', entry.mdStr);
    case 'EventJsonMetadataEntry':
      return made('json', Private.parsed(entry.jsonString));
    case 'EventFloatMetadataEntry':
      return made('float', entry.floatValue ?? 'NaN');
    case 'EventIntMetadataEntry':
      return made('int', entry.intValue ?? entry.intRepr);
    case 'EventPythonArtifactMetadataEntry':
      return made('python', { module: entry.module, name: entry.name });
    case 'EventPipelineRunMetadataEntry':
      return made('run', entry.pipelineRunId);
    case 'EventAssetMetadataEntry':
      return made('asset', entry.assetKey.path);
    case 'EventTableMetadataEntry':
      return made('table', entry.table);
  }
}

namespace Private {
  export function same(a: readonly string[], b: readonly string[] | null): boolean {
    return b !== null && a.length === b.length && a.every((part, i) => part === b[i]);
  }

  export function parsed(text: string): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }

  /** What runs have made, and what the code says will be made, in the order of the keys. */
  export function rows(keys: readonly (readonly string[])[], nodes: readonly AssetNode[]): IAssetRow[] {
    const found = new Map<string, IAssetRow>(keys.map(key => [JSON.stringify(key), { key, made: true, node: null }]));
    for (const node of nodes) {
      const id = JSON.stringify(node.assetKey.path);
      found.set(id, { key: node.assetKey.path, made: found.has(id), node });
    }
    return [...found.values()].sort((a, b) => (a.key.join('\u0000') < b.key.join('\u0000') ? -1 : 1));
  }

  export function facts(detail: AssetDetail): IAssetFact[] {
    const made = detail.assetMaterializations.map(one => ({ ...read(one), kind: 'materialization' as const, ...told(one.materializationEvent.materialization) }));
    const seen = detail.assetObservations.map(one => ({ ...read(one), kind: 'observation' as const, ...told(one.observationEvent.materialization) }));
    return [...made, ...seen].sort((a, b) => b.instant - a.instant);
  }

  function read(one: { cursor: string; timestamp: string; partition: string | null; runId: string }): Omit<IAssetFact, 'kind' | 'description' | 'metadata'> {
    return { cursor: one.cursor, instant: Number(one.timestamp) / 1000, partition: one.partition ?? '', runId: one.runId };
  }

  function told(one: { description: string | null; metadataEntries: readonly MetadataEntryFragment[] }): { description: string; metadata: IMetadata[] } {
    return { description: one.description ?? '', metadata: one.metadataEntries.map(metadataOf) };
  }

  /** The edges on the ways to and from a key. */
  export function around(key: readonly string[], edges: readonly IAssetEdge[]): IAssetEdge[] {
    const taken = new Set<IAssetEdge>();
    const follow = (from: readonly string[], side: 'from' | 'to'): void => {
      for (const edge of edges) {
        if (!taken.has(edge) && same(edge[side], from)) {
          taken.add(edge);
          follow(edge[side === 'from' ? 'to' : 'from'], side);
        }
      }
    };
    follow(key, 'from');
    follow(key, 'to');
    return [...taken];
  }
}
