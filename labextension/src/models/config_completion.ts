import { isSchema, keysOf, kindOf, type Schema, schemaAt, typeText } from './config_schema';

/** Something that may be written at the cursor. */
export interface IProposal {
  label: string;
  /** The type, in a word. */
  detail: string;
  info: string;
  /** The text that takes the place of the word before the cursor. */
  insert: string;
  required: boolean;
}

/** What may stand at a place of a YAML text, and where the word begins that it replaces. */
export interface IProposals {
  from: number;
  proposals: IProposal[];
}

/**
 * Keys and values that the schema knows at a place of a run config in block style.
 *
 * @param offset - of the cursor in the text.
 */
export function proposalsAt(text: string, offset: number, schema: Schema): IProposals {
  const lines = text.slice(0, offset).split('\n');
  const line = lines[lines.length - 1];
  const value = /^(\s*(?:- )*)([^\s:#'"][^:#]*):\s+(\S*)$/.exec(line);
  if (value) {
    const path = [...Private.pathAbove(lines.slice(0, -1), value[1].length), value[2].trim()];
    return { from: offset - value[3].length, proposals: Private.values(schemaAt(schema, path)) };
  }
  const key = /^(\s*(?:- )*)([^\s:#]*)$/.exec(line);
  if (!key) {
    return { from: offset, proposals: [] };
  }
  const indent = key[1].length;
  const inside = Private.pathAbove(lines.slice(0, -1), indent);
  const path = key[1].includes('-') ? [...inside, '0'] : inside;
  const here = schemaAt(schema, path);
  const taken = Private.siblings(text.split('\n'), lines.length - 1, indent);
  return { from: offset - key[2].length, proposals: here ? Private.keys(here, taken, indent) : [] };
}

namespace Private {
  const KEY = /^(\s*(?:- )*)(['"]?)([^'":#]+)\2\s*:/;

  /** The keys that the lines above put around a line of such an indentation. */
  export function pathAbove(lines: readonly string[], indent: number): string[] {
    const path: string[] = [];
    let least = indent;
    for (let i = lines.length - 1; i >= 0 && least > 0; i--) {
      const found = KEY.exec(lines[i]);
      const depth = found?.[1].length ?? Infinity;
      if (found && depth < least) {
        least = depth;
        path.unshift(found[3].trim());
      }
      if (found && depth === least && found[1].includes('-')) {
        path.unshift('0');
        least = found[1].indexOf('-');
      }
    }
    return path;
  }

  /** Keys that stand beside a line already. */
  export function siblings(lines: readonly string[], at: number, indent: number): Set<string> {
    const found = new Set<string>();
    for (const step of [-1, 1]) {
      for (let i = at + step; i >= 0 && i < lines.length; i += step) {
        const depth = lines[i].search(/\S/);
        const key = KEY.exec(lines[i]);
        if (depth >= 0 && (key?.[1].length ?? depth) < indent) {
          break;
        }
        if (key && key[1].length === indent) {
          found.add(key[3].trim());
        }
      }
    }
    return found;
  }

  export function keys(schema: Schema, taken: ReadonlySet<string>, indent: number): IProposal[] {
    if (kindOf(schema) === 'selector' && taken.size > 0) {
      return [];
    }
    return keysOf(schema)
      .filter(key => !taken.has(key.name))
      .map(({ name, schema: inner, required }) => ({
        label: name,
        detail: typeText(inner),
        info: typeof inner.description === 'string' ? inner.description : '',
        insert: `${name}:${opens(inner) ? `\n${' '.repeat(indent + 2)}` : ' '}`,
        required
      }));
  }

  export function values(schema: Schema | null): IProposal[] {
    const words: unknown[] = schema === null ? [] : Array.isArray(schema.enum) ? schema.enum : schema.type === 'boolean' ? ['true', 'false'] : [];
    return words.map(word => ({ label: String(word), detail: '', info: '', insert: String(word), required: false }));
  }

  function opens(schema: Schema): boolean {
    return isSchema(schema.properties) && Object.keys(schema.properties).length > 0;
  }
}
