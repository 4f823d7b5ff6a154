import { expect, it } from 'vitest';

import { lineDiff } from '../../src/models/line_diff';

function shown(before: string, after: string): string {
  const signs = { same: ' ', added: '+', removed: '-' };
  return lineDiff(before, after).map(line => signs[line.kind] + line.text).join('\n');
}

it('keeps the lines that both texts have', () => {
  expect(shown('a\nb\nc\n', 'a\nx\nc\nd\n')).toBe(' a\n-b\n+x\n c\n+d');
});

it('gives both texts back', () => {
  const before = 'solids:\n  load:\n    config: 1\n  clean: {}\n';
  const after = 'solids:\n  clean: {}\n  load:\n    config: 2\n';
  const lines = lineDiff(before, after);
  const text = (drop: string): string => lines.filter(line => line.kind !== drop).map(line => `${line.text}\n`).join('');
  expect(text('added')).toBe(before);
  expect(text('removed')).toBe(after);
});

it('compares very long texts as a whole', () => {
  const long = 'x\n'.repeat(3000);
  expect(lineDiff(long, long).every(line => line.kind === 'same')).toBe(true);
  expect(lineDiff(long, `${long}y\n`)).toHaveLength(6001);
});

it('is empty for empty texts', () => {
  expect(lineDiff('', '')).toEqual([]);
  expect(shown('', 'a\n')).toBe('+a');
});
