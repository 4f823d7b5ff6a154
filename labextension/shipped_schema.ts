import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type DefinitionNode, Kind, type NamedTypeNode, parse, print, visit } from 'graphql';

const FOLDER = join(__dirname, '../jupyter_orch/api/schema');
const BUILT_IN = ['String', 'Int', 'Float', 'Boolean', 'ID'];

/**
 * The schema files that the server reads, as one text. Types that the server writes itself, one for each kind of event,
 * are stood for: the panel takes events as JSON and needs none of them.
 */
export function shippedSdl(): string {
  const texts = readdirSync(FOLDER)
    .filter(name => name.endsWith('.graphql'))
    .map(name => readFileSync(join(FOLDER, name), 'utf8'));
  const said = parse(texts.join('\n'), { noLocation: true }).definitions;
  const known = new Set(said.flatMap(one => (one.kind.endsWith('Definition') && 'name' in one && one.name ? [one.name.value] : [])));
  const whole: DefinitionNode[] = said.map(one => {
    if (one.kind !== Kind.OBJECT_TYPE_EXTENSION && one.kind !== Kind.INTERFACE_TYPE_EXTENSION) {
      return one;
    }
    if (known.has(one.name.value)) {
      return one;
    }
    known.add(one.name.value);
    return one.kind === Kind.OBJECT_TYPE_EXTENSION ? { ...one, kind: Kind.OBJECT_TYPE_DEFINITION } : { ...one, kind: Kind.INTERFACE_TYPE_DEFINITION };
  });
  const missing = new Set<string>();
  const document = { kind: Kind.DOCUMENT as const, definitions: whole };
  visit(document, {
    NamedType: ({ name }: NamedTypeNode) => {
      if (!known.has(name.value) && !BUILT_IN.includes(name.value)) {
        missing.add(name.value);
      }
    }
  });
  const stand = [...missing].map(name => (name.endsWith('Event') && name !== 'PipelineRunEvent' ? `type ${name} { runId: String! }` : `scalar ${name}`));
  return [print(document), ...stand].join('\n');
}
