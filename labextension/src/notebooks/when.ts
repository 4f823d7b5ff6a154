/** When a notebook runs, as people choose it. */
export interface IWhen {
  every: 'hour' | 'day' | 'weekday' | 'week' | 'month' | 'cron';
  /** Time of day, `HH:MM`; of an hourly one only the minutes count. */
  time: string;
  /** 0 is Sunday, as in cron. */
  weekday: number;
  /** Day of the month, 1 to 31. */
  day: number;
  /** The cron line, for `cron`. */
  cron: string;
}

/** What the dialog begins with: every day at nine. */
export const EVERY_DAY: IWhen = { every: 'day', time: '09:00', weekday: 1, day: 1, cron: '0 9 * * *' };

/** The cron line of a choice. */
export function cronOf({ every, time, weekday, day, cron }: IWhen): string {
  const [hour, minute] = time.split(':').map(Number);
  switch (every) {
    case 'hour':
      return `${minute} * * * *`;
    case 'day':
      return `${minute} ${hour} * * *`;
    case 'weekday':
      return `${minute} ${hour} * * 1-5`;
    case 'week':
      return `${minute} ${hour} * * ${weekday}`;
    case 'month':
      return `${minute} ${hour} ${day} * *`;
    case 'cron':
      return cron.trim();
  }
}

/** The choice that a cron line stands for; `cron` where no other says the same. */
export function whenOf(cron: string): IWhen {
  const other: IWhen = { ...EVERY_DAY, every: 'cron', cron };
  const [minute, hour, day, month, weekday, ...rest] = cron.trim().split(/\s+/);
  if (rest.length > 0 || weekday === undefined || month !== '*' || !/^\d+$/.test(minute)) {
    return other;
  }
  const time = `${(/^\d+$/.test(hour) ? hour : '0').padStart(2, '0')}:${minute.padStart(2, '0')}`;
  const known: [IWhen['every'], Partial<IWhen>][] = [
    ['hour', {}],
    ['day', {}],
    ['weekday', {}],
    ['week', { weekday: Number(weekday) }],
    ['month', { day: Number(day) }]
  ];
  const found = known.map(([every, more]) => ({ ...other, every, time, ...more })).find(one => cronOf(one) === `${Number(minute)} ${hour} ${day} ${month} ${weekday}`);
  return found ?? other;
}
