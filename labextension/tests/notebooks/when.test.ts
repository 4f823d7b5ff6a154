import { describe, expect, it } from 'vitest';

import { cronOf, EVERY_DAY, type IWhen, whenOf } from '../../src/notebooks/when';

const when = (fields: Partial<IWhen>): IWhen => ({ ...EVERY_DAY, ...fields });

describe('when a notebook runs', () => {
  const known: [Partial<IWhen>, string][] = [
    [{ every: 'hour', time: '00:15' }, '15 * * * *'],
    [{ every: 'day', time: '09:05' }, '5 9 * * *'],
    [{ every: 'weekday', time: '07:30' }, '30 7 * * 1-5'],
    [{ every: 'week', time: '23:00', weekday: 0 }, '0 23 * * 0'],
    [{ every: 'month', time: '00:00', day: 31 }, '0 0 31 * *']
  ];

  it.each(known)('%j is %s, and back', (fields, cron) => {
    expect(cronOf(when(fields))).toBe(cron);
    expect(whenOf(cron)).toMatchObject(fields);
  });

  it.each(['*/5 * * * *', '@daily', '0 9 * 1 *', '0 9,12 * * *', '0 9 1 * 1', 'nonsense', ''])('%s stays a cron line', cron => {
    expect(whenOf(cron)).toMatchObject({ every: 'cron', cron });
    expect(cronOf(whenOf(cron))).toBe(cron);
  });
});
