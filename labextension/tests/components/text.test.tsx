import { render } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { ansiParts } from '../../src/components/ansi';
import { MaybeLink, safeUrl, visible } from '../../src/components/text';
import { durationText } from '../../src/components/time';

describe('visible', () => {
  it('writes out what would hide or turn the text', () => {
    expect(visible('pay\u202egnp.exe')).toBe('pay⟨U+202E⟩gnp.exe');
    expect(visible('a\u200bb\u0007')).toBe('a⟨U+200B⟩b⟨U+0007⟩');
    expect(visible('Ünïcode ✓\n\t')).toBe('Ünïcode ✓\n\t');
  });
});

describe('links', () => {
  it.each(['https://example.org/a', 'http://example.org', 'mailto:ada@example.org'])('makes one of %s', text => {
    const { container } = render(<MaybeLink text={text} />);
    expect(container.querySelector('a')).toMatchObject({ rel: 'noopener noreferrer', target: '_blank' });
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', ' javascript:alert(1)', 'JaVaScRiPt:x', 'vbscript:x', 'file:///etc/passwd', '//evil', 'plain'])(
    'makes none of %s',
    text => {
      expect(safeUrl(text)).toBeNull();
      expect(render(<MaybeLink text={text} />).container.querySelector('a')).toBeNull();
    }
  );
});

describe('ansiParts', () => {
  it('keeps colours and drops every other sequence', () => {
    expect(ansiParts('a\u001b[31mred\u001b[0m b\u001b[2Jc\u001b]8;;http://evil\u0007link\u001b]8;;\u0007')).toEqual([
      { text: 'a', className: '' },
      { text: 'red', className: 'ansi-red-fg' },
      { text: ' bclink', className: '' }
    ]);
    expect(ansiParts('\u001b[1;92;44mx')).toEqual([{ text: 'x', className: 'ansi-green-intense-fg ansi-blue-bg ansi-bold' }]);
    expect(ansiParts('\u001b[38;5;196mx\u001b[38;2;1;2;31my')).toEqual([{ text: 'xy', className: '' }]);
  });

  it('keeps its laws for any text', () => {
    const pieces = ['\u001b', '\u001b[', '\u001b]', '[', ']', ';', ':', '0', '1', '31', '38;5', '48;2;1', '97', 'm', 'K', 'a', '<b>', '\u0007', '\u001b\\', '\n', '\u0000', '\ud800', 'é'];
    let seed = 7;
    const below = (most: number): number => (seed = (seed * 48271) % 2147483647) % most; // Park and Miller's generator
    for (let turn = 0; turn < 5000; turn++) {
      const text = Array.from({ length: below(40) }, () => pieces[below(pieces.length)]).join('');
      const parts = ansiParts(text);
      const kept = parts.map(part => part.text).join('');
      let at = 0;
      expect([...kept].every(letter => (at = text.indexOf(letter, at) + 1) > 0), text).toBe(true);
      // eslint-disable-next-line no-control-regex
      expect(kept, text).not.toMatch(/[\u0000-\u0008\u007f]/);
      for (const [i, part] of parts.entries()) {
        expect(part.className).toMatch(/^(ansi-[a-z-]+( |$))*$/);
        expect(part.text && part.className !== parts[i - 1]?.className, text).toBeTruthy();
      }
    }
  });

  it('bears a million changes of colour', () => {
    const parts = ansiParts('\u001b[31ma\u001b[32mb'.repeat(500_000));
    expect(parts.length).toBeLessThan(6000);
    expect(parts.reduce((sum, part) => sum + part.text.length, 0)).toBe(1_000_000);
  });
});

it('says durations in words of their size', () => {
  expect([0.0401, 0.9999, 1.44, 9.96, 12.7, 185, 7830, -3].map(durationText)).toEqual([
    '40 ms',
    '1.0 s',
    '1.4 s',
    '9 s',
    '12 s',
    '3 min 05 s',
    '2 h 10 min',
    '0 s'
  ]);
});
