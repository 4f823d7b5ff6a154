import type { SolidKind, SourceFragment } from '../api/gql/graphql';
import type { StepStatus } from './history';
import { type IPoint, layered } from './layered';

/** Where the value of an input comes from. */
export interface IFeed {
  solid: string;
  output: string;
}

/** How a composite's own input or output is tied to one inside. */
export interface IMapping {
  outer: string;
  solid: string;
  inner: string;
}

/** A solid as it stands in its graph. */
export interface ISolidFields {
  /** The path of names from the top, joined by dots. */
  handle: string;
  name: string;
  kind: SolidKind;
  definition: { name: string; description: string | null; requiredResources: readonly string[]; notebookPath: string | null; source: SourceFragment | null };
  inputs: readonly { name: string; type: string; description: string | null; isDynamicCollect: boolean; dependsOn: readonly IFeed[] }[];
  outputs: readonly { name: string; type: string; description: string | null; isRequired: boolean; isDynamic: boolean }[];
  tags: readonly { key: string; value: string }[];
  inputMappings: readonly IMapping[];
  outputMappings: readonly IMapping[];
}

/** A solid in a pipeline's graph. */
export interface ISolid extends ISolidFields {
  parent: string | null;
  readonly children: string[];
  /** The second line; left out: what the solid is. */
  note?: string;
  /** How it came out in the run that is drawn. */
  status?: StepStatus;
}

/** A solid as drawn, in CSS pixels at zoom 1. */
export interface IDrawnSolid extends IPoint {
  solid: ISolid;
  width: number;
  height: number;
  /** A composite that shows its inside. */
  open: boolean;
  depth: number;
}

/** An edge as drawn. */
export interface IDrawnEdge {
  from: string;
  to: string;
  points: readonly IPoint[];
}

/** A whole drawing. */
export interface IDrawing {
  solids: readonly IDrawnSolid[];
  byHandle: ReadonlyMap<string, IDrawnSolid>;
  edges: readonly IDrawnEdge[];
  width: number;
  height: number;
}

export const SOLID_WIDTH = 184;
export const SOLID_HEIGHT = 46;
const OPEN_HEAD = 32;
const OPEN_SIDE = 16;

/** Solids of a pipeline by handle, with who feeds whom. */
export class SolidGraph {
  /** @param solids - of every depth, composites before their inside, as the API sends them. */
  constructor(solids: readonly (ISolidFields & Pick<ISolid, 'note' | 'status'>)[]) {
    solids.forEach(solid => this._take(solid));
    this.roots = solids.map(solid => solid.handle).filter(handle => this._solids.get(handle)?.parent === null);
  }

  /** Handles of the top level, in the order of the definition. */
  readonly roots: readonly string[];

  get size(): number {
    return this._solids.size;
  }

  /** All solids, composites before their inside. */
  all(): ISolid[] {
    return [...this._solids.values()];
  }

  get(handle: string): ISolid | undefined {
    return this._solids.get(handle);
  }

  /** Handles of the solids of the same level that feed this one. */
  upstream(handle: string): string[] {
    const solid = this._solids.get(handle);
    const names = solid?.inputs.flatMap(input => input.dependsOn.map(source => source.solid)) ?? [];
    return [...new Set(names.map(name => this.sibling(handle, name)))].filter(one => this._solids.has(one));
  }

  /** Handles of the solids of the same level that this one feeds. */
  downstream(handle: string): string[] {
    return this._levelOf(handle).filter(other => this.upstream(other).includes(handle));
  }

  /** Handle of the solid with this name on the same level. */
  sibling(handle: string, name: string): string {
    const parent = this._solids.get(handle)?.parent ?? null;
    return parent === null ? name : `${parent}.${name}`;
  }

  /**
   * Place all solids.
   *
   * @param open - handles of the composites that show their inside.
   */
  draw(open: ReadonlySet<string>): IDrawing {
    const solids: IDrawnSolid[] = [];
    const edges: IDrawnEdge[] = [];
    const { width, height } = this._drawLevel(this.roots, open, 0, { x: 0, y: 0 }, solids, edges);
    const byHandle = new Map(solids.map(one => [one.solid.handle, one]));
    return { solids, byHandle, edges: edges.map(edge => this._throughWalls(edge, byHandle)), width, height };
  }

  /** A solid's handle is that of the composite around it, a dot, and its name. */
  private _take(fields: ISolidFields & Pick<ISolid, 'note' | 'status'>): void {
    const above = fields.handle.slice(0, -fields.name.length - 1);
    const parent = this._solids.get(above);
    this._solids.set(fields.handle, { ...fields, parent: parent ? above : null, children: [] });
    parent?.children.push(fields.handle);
  }

  private _levelOf(handle: string): readonly string[] {
    const parent = this._solids.get(handle)?.parent ?? null;
    return parent === null ? this.roots : (this._solids.get(parent)?.children ?? []);
  }

  private _drawLevel(
    level: readonly string[],
    open: ReadonlySet<string>,
    depth: number,
    origin: IPoint,
    solids: IDrawnSolid[],
    edges: IDrawnEdge[]
  ): { width: number; height: number } {
    const insides = level.map(handle => this._measure(handle, open, depth));
    const index = new Map(level.map((handle, i) => [handle, i]));
    const pairs = level.flatMap((to, i) =>
      this.upstream(to).flatMap(from => (index.has(from) ? [[index.get(from)!, i] as const] : []))
    );
    const layout = layered(insides, pairs);
    level.forEach((handle, i) => {
      const at = { x: origin.x + layout.places[i].x, y: origin.y + layout.places[i].y };
      const { width, height, isOpen } = insides[i];
      const solid = this._solids.get(handle)!;
      solids.push({ solid, ...at, width, height, open: isOpen, depth });
      if (isOpen) {
        this._drawLevel(solid.children, open, depth + 1, { x: at.x + OPEN_SIDE, y: at.y + OPEN_HEAD }, solids, edges);
      }
    });
    pairs.forEach(([from, to], e) => {
      const points = layout.routes[e].map(point => ({ x: origin.x + point.x, y: origin.y + point.y }));
      edges.push({ from: level[from], to: level[to], points });
    });
    return layout;
  }

  private _measure(handle: string, open: ReadonlySet<string>, depth: number): { width: number; height: number; isOpen: boolean } {
    const solid = this._solids.get(handle)!;
    if (solid.children.length === 0 || !open.has(handle)) {
      return { width: SOLID_WIDTH, height: SOLID_HEIGHT, isOpen: false };
    }
    const inside = this._drawLevel(solid.children, open, depth + 1, { x: 0, y: 0 }, [], []);
    return {
      width: Math.max(inside.width + 2 * OPEN_SIDE, SOLID_WIDTH),
      height: inside.height + OPEN_HEAD + OPEN_SIDE,
      isOpen: true
    };
  }

  /** Let an edge to or from an open composite end at the solid inside that the composite's mapping names. */
  private _throughWalls(edge: IDrawnEdge, drawn: ReadonlyMap<string, IDrawnSolid>): IDrawnEdge {
    const inputs = this._solids.get(edge.to)!.inputs.filter(input =>
      input.dependsOn.some(source => this.sibling(edge.to, source.solid) === edge.from)
    );
    const source = inputs[0]?.dependsOn.find(one => this.sibling(edge.to, one.solid) === edge.from);
    const from = this._innermost(edge.from, 'outputMappings', source?.output ?? '', drawn);
    const to = this._innermost(edge.to, 'inputMappings', inputs[0]?.name ?? '', drawn);
    const first = drawn.get(from)!;
    const last = drawn.get(to)!;
    const middle = edge.points.slice(1, -1);
    return {
      from,
      to,
      points: [
        { x: first.x + first.width / 2, y: first.y + first.height },
        ...middle,
        { x: last.x + last.width / 2, y: last.y }
      ]
    };
  }

  private _innermost(
    handle: string,
    side: 'inputMappings' | 'outputMappings',
    slot: string,
    drawn: ReadonlyMap<string, IDrawnSolid>
  ): string {
    let at = handle;
    let name = slot;
    while (drawn.get(at)?.open) {
      const mapping = this._solids.get(at)![side].find(one => one.outer === name);
      const inner = mapping && `${at}.${mapping.solid}`;
      if (!inner || !drawn.has(inner)) {
        break;
      }
      at = inner;
      name = mapping.inner;
    }
    return at;
  }

  private readonly _solids = new Map<string, ISolid>();
}

/** The next solid in a direction as seen on the drawing; the same one when there is none. */
export function neighbour(drawing: IDrawing, graph: SolidGraph, handle: string, key: string): string {
  const here = drawing.byHandle.get(handle);
  if (!here) {
    return drawing.solids[0]?.solid.handle ?? handle;
  }
  const nearest = (handles: readonly string[]): string => {
    const shown = handles.flatMap(one => drawing.byHandle.get(one) ?? []);
    const middle = here.x + here.width / 2;
    shown.sort((a, b) => Math.abs(a.x + a.width / 2 - middle) - Math.abs(b.x + b.width / 2 - middle));
    return shown[0]?.solid.handle ?? handle;
  };
  switch (key) {
    case 'ArrowDown':
      return nearest(graph.downstream(handle));
    case 'ArrowUp':
      return nearest(graph.upstream(handle));
    case 'ArrowLeft':
    case 'ArrowRight': {
      const sign = key === 'ArrowRight' ? 1 : -1;
      const row = drawing.solids.filter(
        one => one.solid.parent === here.solid.parent && one.y === here.y && (one.x - here.x) * sign > 0
      );
      return nearest(row.map(one => one.solid.handle));
    }
    default:
      return handle;
  }
}
