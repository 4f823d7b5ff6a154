import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of the API from the schema files that the server itself reads. */
const config: CodegenConfig = {
  schema: ['../jupyter_orch/api/schema/*.graphql', 'made_by_server.graphql'],
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
