import { expect, it } from 'vitest';

import { inZone } from '../../src/models/zones';

const at = (text: string): number => Date.parse(text) / 1000;

it('marks the instant before which the clocks change, in spring and in autumn', () => {
  const spring = inZone([at('2026-03-28T02:00Z'), at('2026-03-29T01:00Z'), at('2026-03-30T01:00Z')], at('2026-03-27T12:00Z'), 'Europe/Berlin');
  expect(spring.map(one => one.offset)).toEqual(['UTC+1', 'UTC+2', 'UTC+2']);
  expect(spring.map(one => one.changed)).toEqual([false, true, false]);
  const autumn = inZone([at('2026-10-25T02:00Z')], at('2026-10-24T12:00Z'), 'Europe/Berlin');
  expect(autumn[0]).toMatchObject({ offset: 'UTC+1', changed: true });
});

it('shows the time of day of the place, not of the reader', () => {
  const [tick] = inZone([at('2026-07-01T00:30Z')], at('2026-07-01T00:00Z'), 'Asia/Kolkata');
  expect(tick).toMatchObject({ offset: 'UTC+5:30', changed: false });
  expect(tick.text).toContain('06:00');
});

it('never changes where there is no summer time, and reads unknown places as UTC', () => {
  const days = Array.from({ length: 400 }, (_, day) => at('2026-01-01T00:00Z') + day * 86400);
  expect(inZone(days, days[0], 'UTC').some(one => one.changed)).toBe(false);
  expect(inZone([0], 0, 'Nowhere/Town')[0].offset).toBe('UTC');
});
