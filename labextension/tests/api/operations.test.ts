import { type DocumentNode, Lexer, parse, Source, TokenKind, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

import * as operations from '../../src/api/operations';
import { shippedSchema } from '../schema';

const SCHEMA = shippedSchema();
const DOCUMENTS = Object.entries(operations).filter(([, document]) => !document.toString().trim().startsWith('fragment'));

describe('documents', () => {
  it.each(DOCUMENTS)('%s fits the schema that the server ships', (_name, document) => {
    expect(validate(SCHEMA, parse(document.toString())).map(String)).toEqual([]);
  });

  it.each(DOCUMENTS)('%s stays within the limits of the server', (_name, document) => {
    const { tokens, depth } = measure(document.toString());
    expect(tokens).toBeLessThan(3000);
    expect(depth).toBeLessThanOrEqual(16);
    expect(countFields(parse(document.toString()))).toBeLessThan(200);
  });
});

function measure(text: string): { tokens: number; depth: number } {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  let depth = 0;
  let deepest = 0;
  while (lexer.advance().kind !== TokenKind.EOF) {
    tokens += 1;
    depth += lexer.token.kind === TokenKind.BRACE_L ? 1 : lexer.token.kind === TokenKind.BRACE_R ? -1 : 0;
    deepest = Math.max(deepest, depth);
  }
  return { tokens, depth: deepest };
}

function countFields(document: DocumentNode): number {
  return JSON.stringify(document).split('"kind":"Field"').length - 1;
}
