/** A line of one text or of both. */
export interface IDiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Longer texts are compared as a whole: all lines of one gone, all of the other come. */
const MOST_LINES = 2000;

/** How one text becomes another, line by line, with as many lines kept as can be. */
export function lineDiff(before: string, after: string): IDiffLine[] {
  const a = Private.lines(before);
  const b = Private.lines(after);
  if (a.length > MOST_LINES || b.length > MOST_LINES) {
    return before === after ? a.map(Private.same) : [...a.map(Private.removed), ...b.map(Private.added)];
  }
  const kept = Private.longestCommon(a, b);
  const result: IDiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      result.push(Private.same(a[i]));
      i++;
      j++;
    } else if (i < a.length && (j === b.length || kept[i + 1][j] >= kept[i][j + 1])) {
      result.push(Private.removed(a[i++]));
    } else {
      result.push(Private.added(b[j++]));
    }
  }
  return result;
}

namespace Private {
  export function lines(text: string): string[] {
    return text === '' ? [] : text.replace(/\n$/, '').split('\n');
  }

  /** At i, j: how many lines the rests from i and from j on have in common at most. */
  export function longestCommon(a: readonly string[], b: readonly string[]): Uint16Array[] {
    const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
      }
    }
    return table;
  }

  export function same(text: string): IDiffLine {
    return { kind: 'same', text };
  }

  export function added(text: string): IDiffLine {
    return { kind: 'added', text };
  }

  export function removed(text: string): IDiffLine {
    return { kind: 'removed', text };
  }
}
