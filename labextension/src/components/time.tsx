import type { TranslationBundle } from '@jupyterlab/translation';

import { useNow, useTrans } from './surroundings';

/** Seconds as people read them: `40 ms`, `1.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, seconds);
  if (whole < 0.9995) {
    return whole < 0.0005 ? '0 s' : `${Math.round(whole * 1000)} ms`;
  }
  if (whole < 9.95) {
    return `${whole.toFixed(1)} s`;
  }
  if (whole < 60) {
    return `${Math.floor(whole)} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${String(Math.floor(whole % 60)).padStart(2, '0')} s`;
  }
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** Time of day of an instant in seconds since the epoch. */
export function clockText(instant: number): string {
  return Private.CLOCK.format(instant * 1000);
}

/** When something is due: the time of day, with the day unless that is today. */
export function dueText(instant: number, now: number): string {
  const due = new Date(instant * 1000);
  const today = due.toDateString() === new Date(now * 1000).toDateString();
  return due.toLocaleString(undefined, { ...(today ? {} : { weekday: 'short' }), hour: '2-digit', minute: '2-digit' });
}

/** Date and time of an instant. */
export function instantText(instant: number): string {
  return Private.INSTANT.format(instant * 1000);
}

/** How long ago, or how soon, in the largest fitting unit. */
export function agoText(instant: number, now: number, trans: TranslationBundle): string {
  const seconds = now - instant;
  const size = Math.abs(seconds);
  if (size < 45) {
    return seconds >= 0 ? trans.__('just now') : trans.__('in a moment');
  }
  const [amount, unit]: [number, Intl.RelativeTimeFormatUnit] =
    size < 3600 ? [size / 60, 'minute'] : size < 86400 ? [size / 3600, 'hour'] : [size / 86400, 'day'];
  const signed = Math.max(1, Math.round(amount)) * (seconds >= 0 ? -1 : 1);
  return new Intl.RelativeTimeFormat(undefined, { style: 'short', numeric: 'always' }).format(signed, unit);
}

/** A duration that ticks while `end` is null and the connection stands. */
export function Duration({ start, end }: { start: number | null; end: number | null }): JSX.Element {
  const now = useNow(start !== null && end === null);
  return <span className="jp-orch-time">{start === null ? '–' : durationText((end ?? Math.max(now, start)) - start)}</span>;
}

/** A relative time with the full one as tooltip. */
export function Ago({ instant }: { instant: number }): JSX.Element {
  const trans = useTrans();
  const now = useNow(true);
  return (
    <time className="jp-orch-time" dateTime={new Date(instant * 1000).toISOString()} title={instantText(instant)}>
      {agoText(instant, Math.max(now, instant), trans)}
    </time>
  );
}

namespace Private {
  // Making a format takes longer than everything else about a line of a log.
  export const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  export const INSTANT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
