/** An instant as the clocks of a place show it. */
export interface IZonedInstant {
  /** Seconds since the epoch. */
  instant: number;
  /** Date and time of day there, e.g. `Sun, 29 Mar 2026, 03:00`. */
  text: string;
  /** Offset from UTC there and then, e.g. `UTC+2`. */
  offset: string;
  /** The clocks there were or will be changed since the instant before this one. */
  changed: boolean;
}

/**
 * Instants as the clocks of a time zone show them, each marked when the clocks change on the way to it.
 *
 * @param instants - seconds since the epoch, in order.
 * @param from - the instant before the first.
 * @param zone - name in the time zone database; an unknown one is read as UTC.
 */
export function inZone(instants: readonly number[], from: number, zone: string): IZonedInstant[] {
  const words = Private.wordsOf(zone);
  let before = Private.offsetAt(from, zone);
  return instants.map(instant => {
    const offset = Private.offsetAt(instant, zone);
    const changed = offset !== before;
    before = offset;
    return { instant, text: words.format(instant * 1000), offset, changed };
  });
}

namespace Private {
  export function wordsOf(zone: string): Intl.DateTimeFormat {
    const options: Intl.DateTimeFormatOptions = { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
    return new Intl.DateTimeFormat(undefined, { ...options, timeZone: known(zone) });
  }

  export function offsetAt(instant: number, zone: string): string {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: known(zone), timeZoneName: 'shortOffset' }).formatToParts(instant * 1000);
    return (parts.find(part => part.type === 'timeZoneName')?.value ?? 'UTC').replace(/^GMT([+-]0)?/, 'UTC');
  }

  function known(zone: string): string {
    try {
      new Intl.DateTimeFormat(undefined, { timeZone: zone });
      return zone;
    } catch {
      return 'UTC';
    }
  }
}
