import type { NotebookFormQuery } from '../api/gql/graphql';

/** What a notebook lets itself be told. */
export type NotebookForm = Extract<NotebookFormQuery['notebookFormOrError'], { __typename: 'NotebookForm' }>;
/** One name of its `parameters` cell. */
export type NotebookParameter = NotebookForm['parameters'][number];

/** A value as it is edited. */
export function textOf(value: unknown, kind: string): string {
  if (value === undefined) {
    return '';
  }
  return kind === 'str' && typeof value === 'string' ? value : JSON.stringify(value);
}

/** What an edited text means, or why it means nothing. */
export function valueOf(text: string, kind: string): { value: unknown } | { problem: 'integer' | 'number' | 'json' } {
  const told = text.trim();
  switch (kind) {
    case 'str':
      return { value: text };
    case 'int':
      return /^[-+]?\d+$/.test(told) && Number.isSafeInteger(Number(told)) ? { value: Number(told) } : { problem: 'integer' };
    case 'float':
      return told !== '' && Number.isFinite(Number(told)) ? { value: Number(told) } : { problem: 'number' };
    case 'bool':
      return { value: told === 'true' };
    default:
      return Private.json(told, kind);
  }
}

namespace Private {
  /** Lists, mappings and anything else are written as JSON; where any value may stand, what is no JSON is text. */
  export function json(text: string, kind: string): { value: unknown } | { problem: 'json' } {
    try {
      const value: unknown = JSON.parse(text);
      const fits = kind === 'any' || (kind === 'list' ? Array.isArray(value) : typeof value === 'object' && value !== null && !Array.isArray(value));
      return fits ? { value } : { problem: 'json' };
    } catch {
      return kind === 'any' ? { value: text } : { problem: 'json' };
    }
  }
}
