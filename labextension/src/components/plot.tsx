import { type KeyboardEvent, useState } from 'react';

import { useTrans } from './surroundings';
import { visible } from './text';
import { instantText } from './time';

/** A value at an instant. */
export interface IPoint {
  /** Seconds since the epoch. */
  instant: number;
  value: number;
  /** A word for the point, e.g. its partition. */
  note: string;
  onOpen?: () => void;
}

const WIDTH = 520;
const HEIGHT = 140;
const BELOW = 20;
const LEFT = 62;
const PAD = 10;

/** A number over time. The points are buttons, one stop of the Tab key; their names say what the drawing shows. */
export function Plot({ label, points }: { label: string; points: readonly IPoint[] }): JSX.Element {
  const trans = useTrans();
  const sorted = [...points].sort((a, b) => a.instant - b.instant);
  const [at, setAt] = useState(Number.MAX_SAFE_INTEGER);
  const stop = Math.min(at, sorted.length - 1);
  const { x, y, low, high } = Private.scales(sorted);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const moves: Record<string, number> = { ArrowRight: stop + 1, ArrowLeft: stop - 1, Home: 0, End: sorted.length - 1 };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.currentTarget.querySelectorAll('button')[Math.min(Math.max(to, 0), sorted.length - 1)]?.focus();
    }
  };
  const line = sorted.map((point, i) => `${x(i)},${y(point.value)}`).join(' ');
  return (
    <figure className="jp-orch-Plot" aria-label={trans.__('%1 over time', visible(label))}>
      <figcaption>{visible(label)}</figcaption>
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys belong to the points inside */}
      <div className="jp-orch-Plot-frame" style={{ aspectRatio: `${WIDTH} / ${HEIGHT}` }} onKeyDown={onKeyDown}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
          <line className="jp-orch-Plot-grid" x1={LEFT} x2={WIDTH} y1={y(high)} y2={y(high)} />
          <line className="jp-orch-Plot-grid" x1={LEFT} x2={WIDTH} y1={y(low)} y2={y(low)} />
          <text x={LEFT - 6} y={y(high) + 4}>
            {Private.short(high)}
          </text>
          <text x={LEFT - 6} y={y(low) + 4}>
            {Private.short(low)}
          </text>
          <polyline className="jp-orch-Plot-line" points={line} />
          <text className="jp-orch-Plot-first" x={x(0)} y={HEIGHT - 4}>
            {Private.under(sorted[0])}
          </text>
          {sorted.length > 1 && (
            <text x={x(sorted.length - 1) + PAD} y={HEIGHT - 4}>
              {Private.under(sorted[sorted.length - 1])}
            </text>
          )}
        </svg>
        {sorted.map((point, i) => {
          const words = [instantText(point.instant), point.note, point.value.toLocaleString()].filter(Boolean).join(', ');
          return (
            <button
              key={i}
              type="button"
              className="jp-orch-Plot-point"
              aria-label={words}
              title={words}
              tabIndex={i === stop ? 0 : -1}
              onFocus={() => setAt(i)}
              style={{ left: `${(x(i) / WIDTH) * 100}%`, top: `${(y(point.value) / HEIGHT) * 100}%` }}
              onClick={point.onOpen}
            />
          );
        })}
      </div>
    </figure>
  );
}

namespace Private {
  interface IScales {
    x: (at: number) => number;
    y: (value: number) => number;
    low: number;
    high: number;
  }

  /** Points stand at even distances: what matters is one after the other, and days without a run are no news. */
  export function scales(points: readonly IPoint[]): IScales {
    const values = points.map(point => point.value);
    const low = Math.min(...values);
    const high = Math.max(...values);
    const span = high - low || Math.abs(high) || 1;
    const step = points.length > 1 ? (WIDTH - LEFT - 2 * PAD) / (points.length - 1) : 0;
    return {
      x: at => LEFT + PAD + (points.length > 1 ? at * step : (WIDTH - LEFT) / 2),
      y: value => HEIGHT - BELOW - PAD - 6 - (high === low ? 0.5 : (value - low) / span) * (HEIGHT - BELOW - 2 * PAD - 12),
      low,
      high
    };
  }

  /** What stands below an end of the line: the point's own word, else its day. */
  export function under({ instant, note }: IPoint): string {
    return visible(note || new Date(instant * 1000).toLocaleDateString()).slice(0, 24);
  }

  export function short(value: number): string {
    return value.toLocaleString(undefined, { maximumSignificantDigits: 4, notation: Math.abs(value) >= 1e6 ? 'compact' : 'standard' });
  }
}
