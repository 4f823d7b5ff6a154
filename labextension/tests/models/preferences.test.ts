import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { DEFAULTS, Preferences } from '../../src/models/preferences';

interface ISchema {
  properties: Record<string, { default: unknown; title?: string }>;
}

it('has the defaults of the settings schema, and every setting has a title', () => {
  const schema = JSON.parse(readFileSync(join(__dirname, '../../schema/service.json'), 'utf8')) as ISchema;
  const said = Object.fromEntries(Object.entries(schema.properties).map(([key, one]) => [key, one.default]));
  expect(DEFAULTS).toEqual(said);
  expect(Object.values(schema.properties).filter(one => !one.title)).toEqual([]);
});

it('keeps the defaults for what is not chosen, and tells of changes', () => {
  const preferences = new Preferences();
  let told = 0;
  preferences.changed.connect(() => told++);
  preferences.take({ runsPerPage: 50 });
  expect(preferences.current).toEqual({ ...DEFAULTS, runsPerPage: 50 });
  expect(told).toBe(1);
});
