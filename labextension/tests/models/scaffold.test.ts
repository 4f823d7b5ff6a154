import { describe, expect, it } from 'vitest';

import { addMissing } from '../../src/models/scaffold';

const SCAFFOLD = 'solids:\n  load:\n    config:\n      path: ""\n      rows: 0\n  train:\n    config:\n      depth: 1\n';

describe('addMissing', () => {
  it('adds only what is missing and keeps values and comments', () => {
    const text = 'solids:\n  # the big one\n  load:\n    config:\n      path: data.csv # of May\nexecution: {}\n';
    expect(addMissing(text, SCAFFOLD)).toBe(
      'solids:\n  # the big one\n  load:\n    config:\n      path: data.csv # of May\n      rows: 0\n  train:\n    config:\n      depth: 1\nexecution: {}\n'
    );
  });

  it('is the scaffold where there is nothing', () => {
    expect(addMissing('', SCAFFOLD)).toBe(SCAFFOLD);
    expect(addMissing('# later\n', SCAFFOLD)).toBe(SCAFFOLD);
  });

  it('fills an empty key', () => {
    expect(addMissing('solids:\n', 'solids:\n  load:\n    config: {a: 1}\n')).toContain('config: { a: 1 }');
  });

  it('changes nothing when nothing is missing, and twice is once', () => {
    expect(addMissing(SCAFFOLD, SCAFFOLD)).toBe(SCAFFOLD);
    const once = addMissing('solids: {}\n', SCAFFOLD);
    expect(addMissing(once, SCAFFOLD)).toBe(once);
  });

  it('refuses text that is no mapping or can not be read', () => {
    expect(() => addMissing('- a\n', SCAFFOLD)).toThrow(/mapping/);
    expect(() => addMissing('a: [', SCAFFOLD)).toThrow();
  });
});
