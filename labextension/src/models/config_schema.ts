/** A JSON Schema as the server writes it for a run config. */
export type Schema = Record<string, unknown>;

/** What a schema asks for, in the words of run configs. */
export type SchemaKind =
  /** A mapping with known keys. */
  | 'shape'
  /** A mapping with exactly one of its keys. */
  | 'selector'
  | 'list'
  | 'enum'
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  /** Anything that is written as YAML: free mappings, unions, any value. */
  | 'free';

/** One key of a mapping. */
export interface ISchemaKey {
  name: string;
  schema: Schema;
  required: boolean;
}

/** Whether a value is a mapping. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema without the choice of null, and whether there was one. */
export function nonNull(schema: Schema): { schema: Schema; nullable: boolean } {
  const choices = Array.isArray(schema.anyOf) ? schema.anyOf.filter(isSchema) : [];
  const rest = choices.filter(choice => choice.type !== 'null');
  if (rest.length !== 1 || rest.length === choices.length) {
    return { schema, nullable: false };
  }
  return { schema: { ...rest[0], description: schema.description ?? rest[0].description, default: schema.default }, nullable: true };
}

/** What this schema asks for. */
export function kindOf(schema: Schema): SchemaKind {
  if (Array.isArray(schema.enum)) {
    return 'enum';
  }
  switch (schema.type) {
    case 'object':
      return !isSchema(schema.properties) || schema.additionalProperties !== false
        ? 'free'
        : schema.maxProperties === 1
          ? 'selector'
          : 'shape';
    case 'array':
      return isSchema(schema.items) ? 'list' : 'free';
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return schema.type;
    default:
      return 'free';
  }
}

/** The known keys of a mapping, required ones first. */
export function keysOf(schema: Schema): ISchemaKey[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const keys = Object.entries(properties).flatMap(([name, inner]) =>
    isSchema(inner) ? [{ name, schema: inner, required: required.includes(name) }] : []
  );
  return [...keys.filter(key => key.required), ...keys.filter(key => !key.required)];
}

/** The schema of what stands at a path, or null where the schema knows nothing. */
export function schemaAt(schema: Schema, path: readonly string[]): Schema | null {
  let here: Schema | null = nonNull(schema).schema;
  for (const part of path) {
    const inner: unknown = here.type === 'array' ? here.items : isSchema(here.properties) ? here.properties[part] : undefined;
    const found: unknown = inner ?? (isSchema(here.additionalProperties) ? here.additionalProperties : undefined);
    if (!isSchema(found)) {
      return null;
    }
    here = nonNull(found).schema;
  }
  return here;
}

/** A type in one word, e.g. `integer` or `"fast" | "slow"`. */
export function typeText(schema: Schema): string {
  if (Array.isArray(schema.enum)) {
    return schema.enum.map(one => JSON.stringify(one)).join(' | ');
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) {
    return choices.map(one => (isSchema(one) ? typeText(one) : 'any')).join(' | ');
  }
  if (schema.type === 'array') {
    return `[${isSchema(schema.items) ? typeText(schema.items) : 'any'}]`;
  }
  return Array.isArray(schema.type) ? schema.type.join(' | ') : typeof schema.type === 'string' ? schema.type : 'any';
}

/** What holds where nothing is written, as far as the schema says it; undefined where it says nothing. */
export function defaultsOf(schema: Schema): unknown {
  if (schema.default !== undefined) {
    return schema.default;
  }
  if (kindOf(schema) !== 'shape') {
    return undefined;
  }
  const held = keysOf(schema).map(({ name, schema: inner }) => [name, defaultsOf(inner)] as const);
  const said = held.filter(([, value]) => value !== undefined);
  return said.length > 0 ? Object.fromEntries(said) : undefined;
}
