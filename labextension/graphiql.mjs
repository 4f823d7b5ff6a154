// GraphiQL as the Jupyter server serves it at orch/graphiql: the published bundles, copied; nothing from elsewhere.
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '..', 'jupyter_orch', 'graphiql');
const bundles = {
  'react.js': 'react/umd/react.production.min.js',
  'react-dom.js': 'react-dom/umd/react-dom.production.min.js',
  'graphiql.js': 'graphiql/graphiql.min.js',
  'graphiql.css': 'graphiql/graphiql.min.css'
};

mkdirSync(target, { recursive: true });
for (const [name, bundle] of Object.entries(bundles)) {
  copyFileSync(join(here, 'node_modules', bundle), join(target, name));
}
