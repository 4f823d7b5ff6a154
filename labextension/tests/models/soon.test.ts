import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Soon } from '../../src/models/soon';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('works at once, then once more for everything asked meanwhile', () => {
  const work = vi.fn();
  const soon = new Soon(work, 100);
  soon.ask();
  expect(work).toHaveBeenCalledTimes(1);
  soon.ask();
  soon.ask();
  vi.advanceTimersByTime(99);
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  expect(work).toHaveBeenCalledTimes(2);
  soon.ask();
  soon.ask();
  soon.dispose();
  vi.advanceTimersByTime(1000);
  soon.ask();
  expect(work).toHaveBeenCalledTimes(3);
});
