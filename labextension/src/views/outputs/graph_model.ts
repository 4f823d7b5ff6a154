import { ChangingModel } from '../../changing';
import type { IGraphModel } from '../../components/graph/graph';
import { type IDrawing, type ISolid, neighbour, SolidGraph } from '../../models/graph';
import type { StepStatus } from '../../models/history';

/** A drawing as Python hands it to the notebook. */
export interface IDrawnGraph {
  /** What it is a drawing of, e.g. `pipeline`. */
  kind: string;
  name: string;
  /** Name of the pipeline that it is of, or an empty string. */
  pipeline: string;
  /** The run whose result it is, or an empty string. */
  runId: string;
  solids: readonly ISolid[];
}

/** A drawing with its reader's selection; composites stay closed, for nothing of their inside was handed over. */
export class DrawnGraphModel extends ChangingModel implements IGraphModel {
  constructor({ solids }: IDrawnGraph) {
    super();
    this._graph = new SolidGraph(solids);
    this.drawing = this._graph.draw(new Set());
  }

  readonly drawing: IDrawing;
  readonly sought = 0;

  get selected(): string {
    return this._selected;
  }

  select(handle: string): void {
    this._selected = this._graph.get(handle) ? handle : '';
    this.notify();
  }

  move(key: string, from: string): void {
    this.select(neighbour(this.drawing, this._graph, from, key));
  }

  toggle(handle: string): void {
    this.select(handle);
  }

  private readonly _graph: SolidGraph;
  private _selected = '';
}

/** Read what a cell has put out; what has another shape is passed over, for anybody may write a notebook. */
export function readDrawnGraph(data: unknown): IDrawnGraph {
  const said = Private.object(data);
  const arrows = Private.objects(said.arrows);
  const kind = Private.text(said.kind);
  const name = Private.text(said.name);
  return {
    kind,
    name,
    pipeline: Private.text(said.pipeline) || (['pipeline', 'job'].includes(kind) ? name : ''),
    runId: Private.text(said.runId),
    solids: Private.objects(said.boxes).map(box => Private.solid(box, arrows))
  };
}

namespace Private {
  type Said = Readonly<Record<string, unknown>>;

  const STATES: Readonly<Record<string, StepStatus | undefined>> = {
    success: 'SUCCESS',
    failure: 'FAILURE',
    skipped: 'SKIPPED',
    running: 'RUNNING',
    waiting: 'WAITING'
  };

  export function object(value: unknown): Said {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Said) : {};
  }

  export function objects(value: unknown): Said[] {
    return Array.isArray(value) ? value.map(object) : [];
  }

  export function text(value: unknown): string {
    return typeof value === 'string' ? value : '';
  }

  export function solid(box: Said, arrows: readonly Said[]): ISolid {
    const name = text(box.key);
    const note = text(box.note);
    return {
      handle: name,
      name,
      kind: note === 'notebook' ? 'NOTEBOOK' : note === 'composite' ? 'COMPOSITE' : 'SOLID',
      note,
      status: STATES[text(box.state)],
      definition: { name, description: null, requiredResources: [], notebookPath: null, source: null },
      inputs: arrows
        .filter(arrow => arrow.target === name)
        .map(arrow => ({ name: text(arrow.label), type: '', description: null, isDynamicCollect: false, dependsOn: [{ solid: text(arrow.source), output: '' }] })),
      outputs: [],
      tags: [],
      inputMappings: [],
      outputMappings: [],
      parent: null,
      children: []
    };
  }
}
