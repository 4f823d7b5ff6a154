import { describe, expect, it } from 'vitest';

import { pathText, placeProblems, syntaxProblems } from '../../src/models/config_places';

const TEXT = `# a run
solids:
  load:
    config:
      rows: many
      paths:
        - a.csv
        - 7
resorces: {}
`;

function problem(path: string[], change: Record<string, unknown> = {}): Parameters<typeof placeProblems>[1][number] {
  return { message: 'm', reason: 'VALUE', path, expected: null, sample: null, line: null, column: null, ...change };
}

function placed(path: string[], change = {}): { line: number | null; text: string } {
  const [found] = placeProblems(TEXT, [problem(path, change)]);
  return { line: found.line, text: TEXT.slice(found.from, found.to) };
}

describe('placeProblems', () => {
  it('finds the key, the item, or the nearest thing above a missing one', () => {
    expect(placed(['solids', 'load', 'config', 'rows'])).toEqual({ line: 5, text: 'rows' });
    expect(placed(['solids', 'load', 'config', 'paths', '1'])).toEqual({ line: 8, text: '7' });
    expect(placed(['solids', 'load', 'config', 'path'])).toEqual({ line: 4, text: 'config' });
    expect(placed(['solids', 'clean', 'config'])).toEqual({ line: 2, text: 'solids' });
    expect(placed(['resorces'])).toEqual({ line: 9, text: 'resorces' });
  });

  it('believes the server about the place, where it is one', () => {
    expect(placed([], { line: 9, column: 1 })).toEqual({ line: 9, text: 'resorces' });
    expect(placed(['solids', 'load', 'config'], { line: 5, column: 7 })).toEqual({ line: 5, text: 'rows' });
    expect(placed([], { line: 5 })).toEqual({ line: 5, text: '      rows: many' });
    expect(placed(['resorces'], { line: 5000, column: 1 })).toEqual({ line: 9, text: 'resorces' });
    expect(placed(['resorces'], { line: 5, column: 5000 })).toEqual({ line: 5, text: '      rows: many' });
  });

  it('has no place in an empty text', () => {
    expect(placeProblems('', [problem(['solids', 'load'])])).toMatchObject([{ line: null, from: 0, to: 0 }]);
  });

  it('keeps all mistakes', () => {
    expect(placeProblems(TEXT, [problem(['a']), problem(['b']), problem(['c'])])).toHaveLength(3);
  });
});

describe('syntaxProblems', () => {
  it('names the line of what can not be read', () => {
    const [found] = syntaxProblems('solids:\n  load: [1, 2\nresources: {}\n');
    expect(found).toMatchObject({ reason: 'SYNTAX' });
    expect(found.line).toBeGreaterThanOrEqual(2);
  });

  it('refuses a key given twice, and is silent about good text', () => {
    expect(syntaxProblems('a: 1\na: 2\n')[0]).toMatchObject({ line: 2 });
    expect(syntaxProblems(TEXT)).toEqual([]);
    expect(syntaxProblems('')).toEqual([]);
  });
});

it('writes a path as people read it', () => {
  expect(pathText(['solids', 'load'], '(top)')).toBe('solids › load');
  expect(pathText([], '(top)')).toBe('(top)');
});
