import { describe, expect, it } from 'vitest';

import { proposalsAt } from '../../src/models/config_completion';
import { defaultsOf, kindOf, schemaAt } from '../../src/models/config_schema';
import { SCHEMA } from '../samples';

/** What is proposed at the mark `|`. */
function at(text: string): { words: string[]; after: string } {
  const offset = text.indexOf('|');
  const { from, proposals } = proposalsAt(text.replace('|', ''), offset, SCHEMA);
  return { words: proposals.map(one => one.insert), after: text.slice(from, offset) };
}

describe('proposals', () => {
  it('gives the keys of the place, without those that stand there', () => {
    expect(at('|').words).toEqual(['solids:\n  ', 'execution:\n  ']);
    expect(at('solids:\n  lo|').words).toEqual(['load:\n    ']);
    expect(at('solids:\n  lo|').after).toBe('lo');
    expect(at('solids:\n  load:\n    config:\n      rows: 3\n      |').words).toEqual(['path: ', 'fast: ', 'how: ', 'names: ', 'limits: ']);
    expect(at('solids:\n  load:\n    config:\n      |\n      rows: 3\n').words).not.toContain('rows: ');
  });

  it('gives the words of enums and booleans as values', () => {
    expect(at('solids:\n  load:\n    config:\n      how: |').words).toEqual(['slowly', 'soon']);
    expect(at('solids:\n  load:\n    config:\n      fast: t|')).toEqual({ words: ['true', 'false'], after: 't' });
    expect(at('solids:\n  load:\n    config:\n      rows: |').words).toEqual([]);
  });

  it('knows the keys of mappings in a list', () => {
    expect(at('solids:\n  load:\n    config:\n      limits:\n        - |').words).toEqual(['key: ', 'most: ']);
    expect(at('solids:\n  load:\n    config:\n      limits:\n        - key: a\n          |').words).toEqual(['most: ']);
  });

  it('proposes only one key where one is chosen, and nothing in places that the schema does not know', () => {
    expect(at('execution:\n  |').words).toEqual(['in_process: ', 'multiprocess:\n    ']);
    expect(at('execution:\n  in_process: {}\n  |').words).toEqual([]);
    expect(at('nowhere:\n  |').words).toEqual([]);
    expect(at('solids: {load: |').words).toEqual([]);
  });
});

describe('schemas of run configs', () => {
  it('are told apart', () => {
    const kind = (...path: string[]): string => kindOf(schemaAt(SCHEMA, path)!);
    expect(kind()).toBe('shape');
    expect(kind('execution')).toBe('selector');
    expect(kind('solids', 'load', 'config', 'how')).toBe('enum');
    expect(kind('solids', 'load', 'config', 'names')).toBe('list');
    expect(kind('solids', 'load', 'config', 'path')).toBe('string');
  });

  it('say what holds where nothing is written', () => {
    expect(defaultsOf(SCHEMA)).toEqual({ solids: { load: { config: { rows: 10, fast: true } } } });
  });
});
