import { buildSchema, type GraphQLSchema } from 'graphql';

import { shippedSdl } from '../shipped_schema';

/** The schema that the server itself serves. */
export function shippedSchema(): GraphQLSchema {
  return buildSchema(shippedSdl());
}
