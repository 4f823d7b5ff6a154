import { expect, it } from 'vitest';

import { flat, timed, waterfall } from '../../src/models/gantt';
import type { IStep } from '../../src/models/history';

function step(key: string, ...attempts: [start: number, end: number | null][]): IStep {
  return {
    key,
    status: 'SUCCESS',
    attempts: attempts.map(([start, end]) => ({ start, end, status: 'SUCCESS' })),
    failure: null,
    isolation: '',
    notebook: false,
    captured: false
  };
}

const PLAN = [
  { key: 'a', handle: 'a', kind: '', upstream: [] },
  { key: 'b', handle: 'b', kind: '', upstream: [] },
  { key: 'c', handle: 'c', kind: '', upstream: ['a', 'b'] }
];
const STEPS = [step('a', [100, 102]), step('b', [105, 106], [107, 109]), step('c', [120, null])];

it('draws attempts at the time they ran, the open one up to now', () => {
  const { bars, length } = timed(STEPS, 100, 125);
  expect(bars.get('b')).toEqual([
    { start: 5, end: 6 },
    { start: 7, end: 9 }
  ]);
  expect(bars.get('c')).toEqual([{ start: 20, end: 25 }]);
  expect(length).toBe(25);
});

it('draws steps as if each had begun as soon as it could', () => {
  const { bars, length } = waterfall(STEPS, PLAN, 125);
  expect(bars.get('a')).toEqual([{ start: 0, end: 2 }]);
  expect(bars.get('b')).toEqual([{ start: 0, end: 3 }]);
  expect(bars.get('c')).toEqual([{ start: 3, end: 8 }]);
  expect(length).toBe(8);
});

it('draws steps by their place in the plan, those outside of it first', () => {
  const { bars, length } = flat([...STEPS, step('extra')], PLAN);
  expect([...bars].map(([key, [bar]]) => [key, Math.round(bar.start)])).toEqual([
    ['a', 0],
    ['b', 0],
    ['c', 1],
    ['extra', 0]
  ]);
  expect(length).toBe(2);
});

it('is not empty where there is nothing', () => {
  expect(timed([], 5, 5).length).toBeGreaterThan(0);
  expect(waterfall([], [], 0).length).toBeGreaterThan(0);
});
