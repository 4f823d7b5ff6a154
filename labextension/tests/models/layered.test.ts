import { describe, expect, it } from 'vitest';

import { type IBox, type ILayout, layered } from '../../src/models/layered';

type Edge = readonly [number, number];

function boxes(count: number): IBox[] {
  return Array.from({ length: count }, (_, i) => ({ width: 100 + (i % 3) * 60, height: 40 + (i % 2) * 30 }));
}

function overlaps(layout: ILayout, sizes: readonly IBox[]): number {
  let found = 0;
  layout.places.forEach((a, i) => {
    layout.places.slice(i + 1).forEach((b, k) => {
      const j = i + 1 + k;
      const apart =
        a.x + sizes[i].width <= b.x || b.x + sizes[j].width <= a.x || a.y + sizes[i].height <= b.y || b.y + sizes[j].height <= a.y;
      found += apart ? 0 : 1;
    });
  });
  return found;
}

/** A graph whose edges lead from lower to higher numbers; the same for the same seed. */
function someDag(count: number, seed: number): Edge[] {
  let state = seed;
  const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  return Array.from({ length: count * 2 }, () => [Math.floor(random() * count), Math.floor(random() * count)] as const)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
}

describe('layered', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('places no box over another and every edge downwards (seed %i)', seed => {
    const sizes = boxes(60);
    const edges = someDag(60, seed);
    const layout = layered(sizes, edges);
    expect(overlaps(layout, sizes)).toBe(0);
    edges.forEach(([from, to], e) => {
      expect(layout.places[to].y).toBeGreaterThanOrEqual(layout.places[from].y + sizes[from].height);
      const heights = layout.routes[e].map(point => point.y);
      expect(heights).toEqual([...heights].sort((a, b) => a - b));
    });
    layout.places.forEach((place, i) => {
      expect(place.x).toBeGreaterThanOrEqual(-0.001);
      expect(place.x + sizes[i].width).toBeLessThanOrEqual(layout.width + 0.001);
      expect(place.y + sizes[i].height).toBeLessThanOrEqual(layout.height + 0.001);
    });
  });

  it('draws a chain as one straight line', () => {
    const layout = layered(
      boxes(5).map(box => ({ ...box, width: 100 })),
      [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 4]
      ]
    );
    expect(new Set(layout.places.map(place => Math.round(place.x))).size).toBe(1);
  });

  it('untangles what can be untangled', () => {
    const edges: Edge[] = [
      [0, 7],
      [1, 6],
      [2, 5],
      [3, 4]
    ];
    const { places } = layered(boxes(8).map(() => ({ width: 100, height: 40 })), edges);
    edges.forEach(([a, b]) => edges.forEach(([c, d]) => expect((places[a].x - places[c].x) * (places[b].x - places[d].x)).toBeGreaterThanOrEqual(0)));
  });

  it('puts a source just above what needs it', () => {
    const { places } = layered(boxes(4), [
      [0, 1],
      [1, 2],
      [3, 2]
    ]);
    expect(places[3].y).toBe(places[1].y);
  });

  it('bears cycles, loops, doubles and nothing at all', () => {
    const sizes = boxes(4);
    const layout = layered(sizes, [
      [0, 1],
      [1, 2],
      [2, 0],
      [3, 3],
      [0, 1]
    ]);
    expect(overlaps(layout, sizes)).toBe(0);
    expect(layout.routes).toHaveLength(5);
    expect(layered([], [])).toEqual({ places: [], routes: [], width: 0, height: 0 });
  });

  it('places 5,000 boxes', () => {
    const sizes = boxes(5000);
    const edges = Array.from({ length: 4940 }, (_, i) => [i, i + 60] as const);
    const layout = layered(sizes, edges);
    expect(layout.places.every(place => Number.isFinite(place.x) && Number.isFinite(place.y))).toBe(true);
    expect(new Set(layout.places.map(place => place.y)).size).toBe(84);
  });
});
