import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { VERSION } from '../src/version';

it('panel, package and Python side carry one version', () => {
  const read = (path: string): string => readFileSync(join(__dirname, path), 'utf8');
  expect(VERSION).toBe((JSON.parse(read('../package.json')) as { version: string }).version);
  expect(VERSION).toBe(/__version__ = "(\d+\.\d+\.\d+)/.exec(read('../../jupyter_orch/version.py'))?.[1]);
});
