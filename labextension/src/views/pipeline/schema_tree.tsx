import { useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';

const DEEPEST = 8;

/** A JSON Schema of a config as a tree of keys with type, default and description. */
export function SchemaTree({ schema }: { schema: unknown }): JSX.Element {
  const { trans } = useOrch();
  if (!Private.isObject(schema)) {
    return <span className="jp-orch-note">{trans.__('any value')}</span>;
  }
  const keys = Private.keysOf(schema);
  return keys.length > 0 ? <Keys keys={keys} depth={0} /> : <code>{Private.typeOf(schema)}</code>;
}

function Keys({ keys, depth }: { keys: Private.IKey[]; depth: number }): JSX.Element {
  const { trans } = useOrch();
  return (
    <ul className="jp-orch-Schema">
      {keys.map(({ name, schema, required }) => {
        const inner = depth < DEEPEST ? Private.keysOf(schema) : [];
        return (
          <li key={name}>
            <span className="jp-orch-Slot">
              <strong>{visible(name)}</strong>
              <code>{Private.typeOf(schema)}</code>
              {required && <span className="jp-orch-badge">{trans.__('required')}</span>}
            </span>
            {schema.default !== undefined && (
              <span className="jp-orch-note"> {trans.__('default %1', visible(JSON.stringify(schema.default)))}</span>
            )}
            {typeof schema.description === 'string' && <div className="jp-orch-note">{visible(schema.description)}</div>}
            {inner.length > 0 && <Keys keys={inner} depth={depth + 1} />}
          </li>
        );
      })}
    </ul>
  );
}

namespace Private {
  export type Schema = Record<string, unknown>;

  export interface IKey {
    name: string;
    schema: Schema;
    required: boolean;
  }

  export function isObject(value: unknown): value is Schema {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }

  export function keysOf(schema: Schema): IKey[] {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? schema.required : [];
    return Object.entries(properties).flatMap(([name, inner]) =>
      isObject(inner) ? [{ name, schema: inner, required: required.includes(name) }] : []
    );
  }

  export function typeOf(schema: Schema): string {
    if (Array.isArray(schema.enum)) {
      return schema.enum.map(one => JSON.stringify(one)).join(' | ');
    }
    const choices = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(choices)) {
      return choices.map(one => (isObject(one) ? typeOf(one) : 'any')).join(' | ');
    }
    if (schema.type === 'array') {
      return `[${isObject(schema.items) ? typeOf(schema.items) : 'any'}]`;
    }
    return Array.isArray(schema.type) ? schema.type.join(' | ') : typeof schema.type === 'string' ? schema.type : 'any';
  }
}
