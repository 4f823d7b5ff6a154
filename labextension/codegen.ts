import type { CodegenConfig } from '@graphql-codegen/cli';

import { shippedSdl } from './shipped_schema';

/** Types of the API from the schema files that the server itself reads. */
const config: CodegenConfig = {
  schema: shippedSdl(),
  documents: ['src/api/operations/*.ts'],
  generates: {
    './src/api/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: {
          JSON: 'unknown',
          RunConfigData: 'string',
          ID: 'string'
        }
      }
    }
  }
};

export default config;
