/** A box to be placed. */
export interface IBox {
  width: number;
  height: number;
}

/** A point in the drawing, in CSS pixels at zoom 1. */
export interface IPoint {
  x: number;
  y: number;
}

/** Where everything stands: upper left corners of the boxes, and for each edge the points that it passes. */
export interface ILayout {
  places: readonly IPoint[];
  routes: readonly (readonly IPoint[])[];
  width: number;
  height: number;
}

const GAP_X = 28;
const GAP_Y = 52;
const SWEEPS = 8;
const BEND_WIDTH = 12;

/**
 * Draw a graph in layers from top to bottom: longest paths give the layers, barycentre sweeps the order inside them, and
 * a least-squares fit the positions. Linear in boxes and edges per sweep; a cycle does no harm, one of its edges points up.
 *
 * @param boxes - sizes, by index.
 * @param edges - pairs of indices, from above to below.
 */
export function layered(boxes: readonly IBox[], edges: readonly (readonly [number, number])[]): ILayout {
  if (boxes.length === 0) {
    return { places: [], routes: edges.map(() => []), width: 0, height: 0 };
  }
  const layerOf = Private.layers(boxes.length, edges);
  const web = Private.addBends(boxes, edges, layerOf);
  const rows = Private.rows(web.layer);
  Private.order(rows, web);
  const centre = Private.positions(rows, web);
  const { top, height } = Private.tops(rows, web);

  const left = web.width.reduce((least, width, i) => Math.min(least, centre[i] - width / 2), Infinity);
  const right = web.width.reduce((most, width, i) => Math.max(most, centre[i] + width / 2), -Infinity);
  const places = boxes.map((box, i) => ({ x: centre[i] - left - box.width / 2, y: top[web.layer[i]] }));
  const routes = edges.map(([from, to], e) => [
    { x: centre[from] - left, y: places[from].y + boxes[from].height },
    ...web.bends[e].map(bend => ({ x: centre[bend] - left, y: top[web.layer[bend]] + web.rowHeight[web.layer[bend]] / 2 })),
    { x: centre[to] - left, y: places[to].y }
  ]);
  return { places, routes, width: right - left, height };
}

namespace Private {
  type Edge = readonly [number, number];

  /** The graph with its long edges cut into pieces of one layer each. */
  export interface IWeb {
    width: number[];
    layer: number[];
    above: number[][];
    below: number[][];
    /** For each edge the extra points on its way. */
    bends: number[][];
    rowHeight: number[];
  }

  export function layers(count: number, edges: readonly Edge[]): Int32Array {
    const above: number[][] = Array.from({ length: count }, () => []);
    const below: number[][] = Array.from({ length: count }, () => []);
    const waiting = new Int32Array(count);
    for (const [from, to] of edges) {
      if (from !== to) {
        below[from].push(to);
        above[to].push(from);
        waiting[to] += 1;
      }
    }
    const layer = new Int32Array(count);
    const ready: number[] = [];
    const done = new Uint8Array(count);
    const take = (i: number): void => {
      done[i] = 1;
      ready.push(i);
    };
    for (let i = 0; i < count; i++) {
      if (waiting[i] === 0) {
        take(i);
      }
    }
    for (let head = 0, next = 0; head < count; head++) {
      while (head >= ready.length) {
        // Only a cycle is left: begin it at its first box.
        if (!done[next]) {
          take(next);
        }
        next += 1;
      }
      for (const to of below[ready[head]]) {
        if (!done[to]) {
          layer[to] = Math.max(layer[to], layer[ready[head]] + 1);
          waiting[to] -= 1;
          if (waiting[to] === 0) {
            take(to);
          }
        }
      }
    }
    // A box without a source stands just above the first that needs it.
    for (let i = 0; i < count; i++) {
      if (above[i].length === 0 && below[i].length > 0) {
        layer[i] = Math.max(0, below[i].reduce((least, to) => Math.min(least, layer[to]), Infinity) - 1);
      }
    }
    return layer;
  }

  export function addBends(boxes: readonly IBox[], edges: readonly Edge[], layerOf: Int32Array): IWeb {
    const count = boxes.length;
    const web: IWeb = {
      width: boxes.map(box => box.width),
      layer: Array.from(layerOf),
      above: Array.from({ length: count }, () => []),
      below: Array.from({ length: count }, () => []),
      bends: [],
      rowHeight: []
    };
    boxes.forEach((box, i) => {
      web.rowHeight[layerOf[i]] = Math.max(web.rowHeight[layerOf[i]] ?? 0, box.height);
    });
    const long = edges.reduce((sum, [from, to]) => sum + Math.max(0, layerOf[to] - layerOf[from] - 1), 0);
    const bend = long <= 3 * count + 500;
    for (const [from, to] of edges) {
      const bends: number[] = [];
      let last = from;
      for (let layer = layerOf[from] + 1; bend && layer < layerOf[to]; layer++) {
        const extra = web.width.push(BEND_WIDTH) - 1;
        web.layer.push(layer);
        web.above.push([last]);
        web.below.push([]);
        web.below[last].push(extra);
        bends.push(extra);
        last = extra;
      }
      if (last !== to) {
        web.below[last].push(to);
        web.above[to].push(last);
      }
      web.bends.push(bends);
    }
    return web;
  }

  export function rows(layer: readonly number[]): number[][] {
    const found: number[][] = [];
    layer.forEach((row, i) => (found[row] ??= []).push(i));
    return found;
  }

  /** Sort each row by the mean place of its neighbours in the row before, downwards and upwards in turn. */
  export function order(rows: number[][], { above, below, layer }: IWeb): void {
    const place = new Float64Array(layer.length);
    rows.forEach(row => row.forEach((i, at) => (place[i] = at)));
    const mean = new Float64Array(layer.length);
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const down = sweep % 2 === 0;
      const near = down ? above : below;
      for (let r = 0; r < rows.length; r++) {
        const row = rows[down ? r : rows.length - 1 - r];
        for (const i of row) {
          mean[i] = near[i].length > 0 ? average(near[i], place) : place[i];
        }
        row.sort((a, b) => mean[a] - mean[b] || place[a] - place[b]);
        row.forEach((i, at) => (place[i] = at));
      }
    }
  }

  export function positions(rows: readonly number[][], web: IWeb): Float64Array {
    const centre = new Float64Array(web.layer.length);
    for (const row of rows) {
      let x = 0;
      for (const i of row) {
        centre[i] = x + web.width[i] / 2;
        x += web.width[i] + GAP_X;
      }
      row.forEach(i => (centre[i] -= x / 2));
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const down = sweep % 2 === 0;
      for (let r = 0; r < rows.length; r++) {
        const row = rows[down ? r : rows.length - 1 - r];
        const wanted = row.map(i => wish(i, web, centre, sweep >= SWEEPS - 2 ? 'both' : down ? 'above' : 'below'));
        spread(row, wanted, web.width).forEach((x, at) => (centre[row[at]] = x));
      }
    }
    return centre;
  }

  function wish(i: number, web: IWeb, centre: Float64Array, side: 'above' | 'below' | 'both'): number {
    const near = side === 'both' ? [...web.above[i], ...web.below[i]] : web[side][i];
    return near.length > 0 ? average(near, centre) : centre[i];
  }

  /** The centres nearest to the wanted ones (least squares) that keep the order and the gaps: pool adjacent violators. */
  function spread(row: readonly number[], wanted: readonly number[], width: readonly number[]): number[] {
    const offset: number[] = [];
    row.forEach((i, at) => {
      const before = row[at - 1];
      offset.push(at === 0 ? 0 : offset[at - 1] + (width[before] + width[i]) / 2 + GAP_X);
    });
    const pools: { sum: number; size: number }[] = [];
    wanted.forEach((x, at) => {
      let pool = { sum: x - offset[at], size: 1 };
      while (pools.length > 0 && pools[pools.length - 1].sum / pools[pools.length - 1].size > pool.sum / pool.size) {
        const last = pools.pop()!;
        pool = { sum: last.sum + pool.sum, size: last.size + pool.size };
      }
      pools.push(pool);
    });
    return pools.flatMap(pool => Array<number>(pool.size).fill(pool.sum / pool.size)).map((x, at) => x + offset[at]);
  }

  export function tops(rows: readonly number[][], web: IWeb): { top: number[]; height: number } {
    const top: number[] = [];
    let y = 0;
    rows.forEach((_, r) => {
      web.rowHeight[r] ??= 0;
      top[r] = y;
      y += web.rowHeight[r] + GAP_Y;
    });
    return { top, height: y - GAP_Y };
  }

  function average(indices: readonly number[], values: Float64Array): number {
    let sum = 0;
    for (const i of indices) {
      sum += values[i];
    }
    return sum / indices.length;
  }
}
