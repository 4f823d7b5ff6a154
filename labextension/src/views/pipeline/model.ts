import type { PipelineQuery, PipelineSelector } from '../../api/gql/graphql';
import { PIPELINE, SOLID_SCHEMA } from '../../api/operations';
import { messageOf } from '../../api/problem';
import { ChangingModel } from '../../changing';
import type { IGraphModel } from '../../components/graph/graph';
import { readDrawing } from '../../models/drawing';
import { type IDrawing, neighbour, SolidGraph } from '../../models/graph';
import type { IPipelineAddress } from '../../models/workspace';
import type { IOrchestrator } from '../../tokens';

/** A pipeline as the API describes it. */
export type PipelineDetail = Extract<PipelineQuery['pipelineOrError'], { __typename: 'Pipeline' }>;

/** How the solids are shown. */
export type PipelineFace = 'graph' | 'outline' | 'table';

/** One pipeline with what its reader has chosen; graph and outline share the selection. */
export class PipelineModel extends ChangingModel implements IGraphModel {
  constructor(
    private readonly _orch: IOrchestrator,
    readonly address: IPipelineAddress
  ) {
    super();
    this._face = _orch.preferences.current.pipelineFace;
    _orch.workspace.changed.connect(this._onWorkspace, this);
  }

  get detail(): PipelineDetail | null {
    return this._detail;
  }

  get graph(): SolidGraph {
    return this._graph;
  }

  get drawing(): IDrawing {
    return this._drawing;
  }

  get problem(): string {
    return this._problem;
  }

  get face(): PipelineFace {
    return this._face;
  }

  set face(face: PipelineFace) {
    this._face = face;
    this.notify();
  }

  /** Handle of the chosen solid, or an empty string for the pipeline itself. */
  get selected(): string {
    return this._selected;
  }

  get search(): string {
    return this._search;
  }

  set search(text: string) {
    this._search = text;
    this.notify();
  }

  /** Composites that show their inside. */
  get opened(): ReadonlySet<string> {
    return this._opened;
  }

  get selector(): PipelineSelector {
    const { location, repository, pipeline } = this.address;
    return { repositoryLocationName: location, repositoryName: repository, pipelineName: pipeline };
  }

  /** Solids whose name holds the search text. */
  found(): string[] {
    const text = this._search.trim().toLowerCase();
    return text ? this._graph.all().flatMap(one => (one.handle.toLowerCase().includes(text) ? [one.handle] : [])) : [];
  }

  /** Choose a solid; composites around it are opened so that it can be seen. */
  select(handle: string): void {
    this._selected = this._graph.get(handle) ? handle : '';
    const parents = this._parentsOf(this._selected).filter(one => !this._opened.has(one));
    if (parents.length > 0) {
      this._redraw([...this._opened, ...parents]);
    }
    this.notify();
    void this._fetchSchema(this._selected);
  }

  /** Grows each time the drawing is asked to bring the selection near. */
  get sought(): number {
    return this._sought;
  }

  /** Choose the next solid that the search has found, and bring it near. */
  seekNext(): void {
    const found = this.found();
    if (found.length > 0) {
      this._sought += 1;
      this.select(found[(found.indexOf(this._selected) + 1) % found.length]);
    }
  }

  /** Move the selection along the drawing, from the given solid. */
  move(key: string, from: string): void {
    this.select(neighbour(this._drawing, this._graph, from, key));
  }

  /** Show or hide the inside of a composite. */
  toggle(handle: string): void {
    if ((this._graph.get(handle)?.children.length ?? 0) === 0) {
      return;
    }
    const opened = new Set(this._opened);
    if (!opened.delete(handle)) {
      opened.add(handle);
    }
    this._redraw(opened);
    if (this._selected.startsWith(`${handle}.`) && !opened.has(handle)) {
      this._selected = handle;
    }
    this.notify();
  }

  /** JSON Schema of a solid's config; undefined while it is not known. */
  schemaOf(handle: string): unknown {
    return this._schemas.get(handle);
  }

  /** Fetch the pipeline. Rejects with a `RequestProblem`. */
  async refetch(): Promise<void> {
    try {
      const { pipelineOrError: answer } = await this._orch.client.send(PIPELINE, { selector: this.selector });
      if (answer.__typename === 'Pipeline') {
        this._take(answer);
      } else {
        this._problem = answer.message;
      }
    } catch (reason) {
      this._problem = messageOf(reason);
      this.notify();
      throw reason;
    }
    this.notify();
  }

  private _take(answer: PipelineDetail): void {
    this._problem = '';
    this._detail = answer;
    this._graph = new SolidGraph(readDrawing(answer.drawing));
    this._schemas.clear();
    this._redraw(this._opened);
    this.select(this._selected);
  }

  private _redraw(opened: Iterable<string>): void {
    this._opened = new Set(opened);
    this._drawing = this._graph.draw(this._opened);
  }

  private _parentsOf(handle: string): string[] {
    const parent = this._graph.get(handle)?.parent ?? null;
    return parent === null ? [] : [...this._parentsOf(parent), parent];
  }

  /** Schemas are large and seldom looked at: that of a solid comes when it is chosen for the first time. */
  private async _fetchSchema(handle: string): Promise<void> {
    if (handle === '' || this._schemas.has(handle)) {
      return;
    }
    this._schemas.set(handle, undefined);
    try {
      const { pipelineOrError: answer } = await this._orch.client.send(SOLID_SCHEMA, { selector: this.selector, handle });
      if (answer.__typename === 'Pipeline') {
        this._schemas.set(handle, answer.solidHandle?.solid.definition.configSchema ?? null);
        this.notify();
      }
    } catch {
      this._schemas.delete(handle);
    }
  }

  /** Fetch again when the location has loaded other code. */
  private _onWorkspace(): void {
    const { locations } = this._orch.workspace;
    const version = locations.find(one => one.name === this.address.location)?.codeVersion ?? '';
    if (version && version !== this._codeVersion) {
      this._codeVersion = version;
      this.refetch().catch(() => undefined);
    } else if (this._detail === null) {
      this.refetch().catch(() => undefined);
    }
  }

  private _detail: PipelineDetail | null = null;
  private _graph = new SolidGraph([]);
  private _drawing: IDrawing = this._graph.draw(new Set());
  private _problem = '';
  private _face: PipelineFace;
  private _selected = '';
  private _search = '';
  private _sought = 0;
  private _opened: ReadonlySet<string> = new Set();
  /** Undefined for one that was asked for and is not known yet. */
  private readonly _schemas = new Map<string, unknown>();
  private _codeVersion = '';
}
