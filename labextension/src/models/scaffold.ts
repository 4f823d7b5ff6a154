import { type Document, isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

/**
 * Add to a YAML text the keys of another one that it lacks; what stands there already, comments included, stays.
 *
 * @throws Error when one of the texts can not be read.
 */
export function addMissing(text: string, scaffold: string): string {
  const mine = Private.read(text);
  const other = Private.read(scaffold);
  if (!isMap(other.contents)) {
    return text;
  }
  if (!isMap(mine.contents)) {
    if (mine.contents !== null && !(isScalar(mine.contents) && mine.contents.value === null)) {
      throw new Error('The run config must be a mapping.');
    }
    return scaffold;
  }
  return Private.merge(mine, mine.contents, other.contents) ? mine.toString({ indent: 2, lineWidth: 0 }) : text;
}

namespace Private {
  export function read(text: string): Document.Parsed {
    const parsed = parseDocument(text);
    if (parsed.errors.length > 0) {
      throw new Error(parsed.errors[0].message.split('\n')[0]);
    }
    return parsed;
  }

  /** @returns whether anything was added. */
  export function merge(document: Document.Parsed, mine: YAMLMap<unknown, unknown>, other: YAMLMap<unknown, unknown>): boolean {
    let added = false;
    for (const { key, value } of other.items) {
      const name = isScalar(key) ? key.value : key;
      const held = mine.get(name, true) as unknown;
      if (!mine.has(name) || (held === null && isMap(value)) || (isScalar(held) && held.value === null && isMap(value))) {
        mine.flow = mine.flow && mine.items.length > 0;
        mine.set(name, value);
        added = true;
      } else if (isMap(held) && isMap(value)) {
        added = merge(document, held, value) || added;
      }
    }
    return added;
  }
}
