import { describe, expect, it } from 'vitest';

import { ConfigText } from '../../src/models/config_edit';

const TEXT = '# of June\nsolids:\n  load:\n    config:\n      path: a.csv # where\n      rows: 3\n';

describe('ConfigText', () => {
  it('changes one value and leaves the rest, comments included', () => {
    expect(new ConfigText(TEXT).with(['solids', 'load', 'config', 'rows'], 4)).toBe(TEXT.replace('3', '4'));
  });

  it('keeps the comment beside a value that changes', () => {
    expect(new ConfigText('rows: many # of June\n').with(['rows'], 7)).toBe('rows: 7 # of June\n');
  });

  it('makes the mappings on the way, also in an empty text and in place of nothing', () => {
    expect(new ConfigText('').with(['a', 'b'], 1)).toBe('a:\n  b: 1\n');
    expect(new ConfigText('{}').with(['a', 'b'], 1)).toBe('a:\n  b: 1\n');
    expect(new ConfigText('a:\n').with(['a', 'b'], [1, 2])).toBe('a:\n  b:\n    - 1\n    - 2\n');
  });

  it('takes a value away, with the mappings that are left empty', () => {
    expect(new ConfigText('a:\n  b:\n    c: 1\nd: 2\n').without(['a', 'b', 'c'])).toBe('d: 2\n');
    expect(new ConfigText('a:\n  b: 1\n').without(['a', 'b'])).toBe('');
    expect(new ConfigText('a: 1\n').without(['x', 'y'])).toBe('a: 1\n');
  });

  it('reads places as plain data, and nothing as undefined', () => {
    const config = new ConfigText(TEXT);
    expect(config.at(['solids', 'load', 'config'])).toEqual({ path: 'a.csv', rows: 3 });
    expect(config.at(['solids', 'load', 'config', 'path'])).toBe('a.csv');
    expect(config.at(['solids', 'other'])).toBeUndefined();
    expect(config.at(['solids', 'load', 'config', 'path', 'deeper'])).toBeUndefined();
  });

  it('says when a text is no mapping', () => {
    expect(new ConfigText('- 1\n').readable).toBe(false);
    expect(new ConfigText('a: [1\n').readable).toBe(false);
    expect(new ConfigText('# only words\n').readable).toBe(true);
  });
});
