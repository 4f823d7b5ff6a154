import { type Document, isCollection, isMap, isScalar, parseDocument } from 'yaml';

/** A run config that a form reads and writes at single places; the text around them, comments included, stays. */
export class ConfigText {
  constructor(readonly text: string) {
    this._document = parseDocument(text);
  }

  /** The text can be read, and is a mapping or empty. */
  get readable(): boolean {
    return this._document.errors.length === 0 && (this._document.contents === null || isMap(this._document.contents));
  }

  /** What stands at a path as plain data; undefined where nothing does. */
  at(path: readonly string[]): unknown {
    const keys = Private.keys(path);
    if (keys.length > 0 && !Private.has(this._document, keys)) {
      return undefined;
    }
    const found: unknown = keys.length === 0 ? this._document.contents : this._document.getIn(keys, true);
    return isCollection(found) || isScalar(found) ? found.toJS(this._document) : (found ?? null);
  }

  /** The text with another value at a path. */
  with(path: readonly string[], value: unknown): string {
    const changed = parseDocument(this.text);
    const keys = Private.keys(path);
    Private.makeRoom(changed, keys);
    const held = Private.has(changed, keys) ? changed.getIn(keys, true) : null;
    const made = changed.createNode(value);
    if (isScalar(held) && isScalar(made)) {
      made.comment = held.comment;
    }
    changed.setIn(keys, made);
    return Private.write(changed);
  }

  /** The text with nothing at a path; mappings that are left empty go as well. */
  without(path: readonly string[]): string {
    const changed = parseDocument(this.text);
    const keys = Private.keys(path);
    if (!Private.has(changed, keys)) {
      return this.text;
    }
    changed.deleteIn(keys);
    for (let length = keys.length - 1; length > 0; length--) {
      const inner = changed.getIn(keys.slice(0, length), true);
      if (!isMap(inner) || inner.items.length > 0) {
        break;
      }
      changed.deleteIn(keys.slice(0, length));
    }
    return isMap(changed.contents) && changed.contents.items.length === 0 && !changed.contents.commentBefore ? '' : Private.write(changed);
  }

  private readonly _document: Document.Parsed;
}

namespace Private {
  /** Places in lists are numbers. */
  export function keys(path: readonly string[]): (string | number)[] {
    return path.map(part => (/^\d+$/.test(part) ? Number(part) : part));
  }

  export function has(document: Document, keys: (string | number)[]): boolean {
    try {
      return document.hasIn(keys);
    } catch {
      return false;
    }
  }

  /** What is in the way of a deeper value, e.g. `config:` without anything, makes place. */
  export function makeRoom(document: Document, keys: (string | number)[]): void {
    for (let length = 1; length < keys.length; length++) {
      const above = keys.slice(0, length);
      if (has(document, above) && !isCollection(document.getIn(above, true))) {
        document.deleteIn(above);
      }
    }
    if (!isCollection(document.contents)) {
      document.contents = null as never;
    } else if (isMap(document.contents) && document.contents.items.length === 0) {
      document.contents.flow = false;
    }
  }

  export function write(document: Document): string {
    return document.toString({ indent: 2, lineWidth: 0 });
  }
}
