import { type Document, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';

import type { ConfigProblemFragment } from '../api/gql/graphql';

/** A mistake in a run config with its place in the text. */
export interface IConfigProblem {
  message: string;
  reason: string;
  path: readonly string[];
  expected: string;
  /** 1-based line, or null when the mistake has no place in the text. */
  line: number | null;
  /** Offsets in the text that an editor underlines. */
  from: number;
  to: number;
}

/** Mistakes that the text shows without asking the server: YAML that can not be read, keys given twice. */
export function syntaxProblems(text: string): IConfigProblem[] {
  return Private.parse(text).errors.map(error => {
    const from = Math.min(error.pos[0], text.length);
    return {
      message: error.message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, ''),
      reason: 'SYNTAX',
      path: [],
      expected: '',
      line: Private.lineOf(text, from),
      from,
      to: Math.max(Math.min(error.pos[1], text.length), from)
    };
  });
}

/** Find the place of every mistake: where the server says, else at the end of its path; a missing key's is the mapping that lacks it. */
export function placeProblems(text: string, problems: readonly ConfigProblemFragment[]): IConfigProblem[] {
  const parsed = Private.parse(text);
  return problems.map(problem => {
    const place = Private.ofLine(text, problem.line, problem.column) ?? Private.find(parsed, problem.path);
    return {
      message: problem.message,
      reason: problem.reason,
      path: problem.path,
      expected: problem.expected ?? '',
      line: place ? Private.lineOf(text, place.from) : problem.line,
      from: place?.from ?? 0,
      to: place?.to ?? 0
    };
  });
}

/** A path as people read it, e.g. `solids › load › config`; `(top level)` for the root. */
export function pathText(path: readonly string[], root: string): string {
  return path.length > 0 ? path.join(' › ') : root;
}

namespace Private {
  interface IPlace {
    from: number;
    to: number;
  }

  export function parse(text: string): Document.Parsed {
    return parseDocument(text, { keepSourceTokens: false, prettyErrors: true, uniqueKeys: true });
  }

  /** The key at the end of the path, or the nearest one above it that stands in the text. */
  export function find(parsed: Document.Parsed, path: readonly string[]): IPlace | null {
    let node: unknown = parsed.contents;
    let place: IPlace | null = null;
    for (const part of path) {
      if (isMap(node)) {
        const pair = node.items.find(item => isPair(item) && isScalar(item.key) && String(item.key.value) === part);
        if (!pair) {
          return place ?? rangeOf(node);
        }
        place = rangeOf(pair.key) ?? place;
        node = pair.value;
      } else if (isSeq(node)) {
        const item: unknown = node.items[Number(part)];
        if (item === undefined) {
          return place;
        }
        place = rangeOf(item) ?? place;
        node = item;
      } else {
        return place;
      }
    }
    return place;
  }

  function rangeOf(node: unknown): IPlace | null {
    const range = (node as Node | null | undefined)?.range;
    return range ? { from: range[0], to: range[1] } : null;
  }

  /** The word at a place that the server names, or the whole line where it names no column. */
  export function ofLine(text: string, line: number | null, column: number | null): IPlace | null {
    const lines = text.split('\n');
    if (line === null || line < 1 || line > lines.length) {
      return null;
    }
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const said = lines[line - 1];
    if (column === null || column < 1 || column > said.length) {
      return { from: start, to: start + said.length };
    }
    const word = /^[^:\s]*/.exec(said.slice(column - 1))?.[0].length ?? 0;
    return { from: start + column - 1, to: start + column - 1 + Math.max(word, 1) };
  }

  export function lineOf(text: string, offset: number): number {
    return text.slice(0, offset).split('\n').length;
  }
}
