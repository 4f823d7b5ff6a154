import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildSchema, type GraphQLSchema } from 'graphql';

const FOLDER = join(__dirname, '../../jupyter_orch/api/schema');

/** The schema that the server itself serves. */
export function shippedSchema(): GraphQLSchema {
  const texts = readdirSync(FOLDER).filter(name => name.endsWith('.graphql')).map(name => readFileSync(join(FOLDER, name), 'utf8'));
  const made = readFileSync(join(__dirname, '../made_by_server.graphql'), 'utf8');
  return buildSchema([...texts, made].join('\n'));
}
