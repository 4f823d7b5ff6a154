import { describe, expect, it } from 'vitest';

import { type ISolidFields, neighbour, SolidGraph } from '../../src/models/graph';
import { flat, solid } from '../samples';

function tree(...solids: Record<string, unknown>[]): ISolidFields[] {
  return flat(solids) as unknown as ISolidFields[];
}

const CLEAN = solid('clean', ['load'], {
  kind: 'COMPOSITE',
  solids: [solid('drop', [], { handle: 'clean.drop', inputs: [] }), solid('scale', ['drop'], { handle: 'clean.scale' })],
  inputMappings: [{ outer: 'in0', solid: 'drop', inner: 'df' }],
  outputMappings: [{ outer: 'result', solid: 'scale', inner: 'result' }]
});
const GRAPH = new SolidGraph(tree(solid('load'), CLEAN, solid('left', ['clean']), solid('right', ['clean'])));

describe('SolidGraph', () => {
  it('knows who feeds whom on each level', () => {
    expect(GRAPH.roots).toEqual(['load', 'clean', 'left', 'right']);
    expect(GRAPH.size).toBe(6);
    expect(GRAPH.downstream('clean')).toEqual(['left', 'right']);
    expect(GRAPH.upstream('clean.scale')).toEqual(['clean.drop']);
    expect(GRAPH.get('clean.drop')?.parent).toBe('clean');
  });

  it('draws a closed composite as one box and an open one around its inside', () => {
    const closed = GRAPH.draw(new Set());
    expect(closed.solids.map(one => one.solid.handle)).toEqual(['load', 'clean', 'left', 'right']);
    const open = GRAPH.draw(new Set(['clean']));
    const outer = open.byHandle.get('clean')!;
    expect(outer.open).toBe(true);
    ['clean.drop', 'clean.scale'].forEach(handle => {
      const inner = open.byHandle.get(handle)!;
      expect(inner.x).toBeGreaterThan(outer.x);
      expect(inner.y).toBeGreaterThan(outer.y);
      expect(inner.x + inner.width).toBeLessThan(outer.x + outer.width);
      expect(inner.y + inner.height).toBeLessThan(outer.y + outer.height);
    });
  });

  it('lets edges end at the solids behind an open composite’s mappings', () => {
    const edges = GRAPH.draw(new Set(['clean'])).edges.map(edge => `${edge.from}>${edge.to}`);
    expect(edges.sort()).toEqual(['clean.drop>clean.scale', 'clean.scale>left', 'clean.scale>right', 'load>clean.drop']);
    expect(GRAPH.draw(new Set()).edges.map(edge => `${edge.from}>${edge.to}`)).toContain('load>clean');
  });

  it('passes over sources that are not in the graph', () => {
    const graph = new SolidGraph(tree(solid('lonely', ['ghost'])));
    expect(graph.upstream('lonely')).toEqual([]);
    expect(graph.draw(new Set(['ghost'])).edges).toEqual([]);
  });
});

describe('neighbour', () => {
  it('follows the edges up and down, and the row to the sides', () => {
    const drawing = GRAPH.draw(new Set());
    const go = (from: string, ...keys: string[]): string => keys.reduce((at, key) => neighbour(drawing, GRAPH, at, key), from);
    expect(go('load', 'ArrowDown')).toBe('clean');
    expect(go('left', 'ArrowUp', 'ArrowUp')).toBe('load');
    expect([go('left', 'ArrowRight'), go('left', 'ArrowLeft')].sort()).toEqual(['left', 'right']);
    expect(go('load', 'ArrowUp')).toBe('load');
    expect(go('', 'ArrowDown')).toBe('load');
  });
});
