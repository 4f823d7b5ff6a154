import type { IPlanStep, IStep } from './history';

/** A bar of a step, in the unit of the drawing. */
export interface IBar {
  start: number;
  end: number;
}

/** Where the bars of all steps stand, and how long the whole is. */
export interface IGanttLayout {
  bars: ReadonlyMap<string, readonly IBar[]>;
  length: number;
}

/** Bars at the time at which each attempt ran, from the first start on, in seconds. */
export function timed(steps: readonly IStep[], start: number, end: number): IGanttLayout {
  const bars = new Map(steps.map(step => [step.key, step.attempts.map(one => ({ start: one.start - start, end: (one.end ?? end) - start }))]));
  return { bars, length: Math.max(end - start, 0.1) };
}

/** Bars as if each step had begun as soon as all that feeds it was done: what waiting and queues have cost is left out. */
export function waterfall(steps: readonly IStep[], plan: readonly IPlanStep[], now: number): IGanttLayout {
  const upstream = new Map(plan.map(step => [step.key, step.upstream]));
  const bars = new Map<string, IBar[]>();
  for (const step of inOrder(steps, upstream)) {
    const start = Math.max(0, ...(upstream.get(step.key) ?? []).map(key => bars.get(key)?.[0]?.end ?? 0));
    const took = step.attempts.reduce((sum, one) => sum + (one.end ?? Math.max(now, one.start)) - one.start, 0);
    bars.set(step.key, step.attempts.length > 0 ? [{ start, end: start + took }] : []);
  }
  return { bars, length: Math.max(0.1, ...[...bars.values()].flat().map(bar => bar.end)) };
}

/** One box a step, in the column that its place in the plan gives it. */
export function flat(steps: readonly IStep[], plan: readonly IPlanStep[]): IGanttLayout {
  const upstream = new Map(plan.map(step => [step.key, step.upstream]));
  const column = new Map<string, number>();
  for (const step of inOrder(steps, upstream)) {
    column.set(step.key, Math.max(-1, ...(upstream.get(step.key) ?? []).map(key => column.get(key) ?? -1)) + 1);
  }
  const columns = Math.max(0, ...column.values()) + 1;
  return { bars: new Map([...column].map(([key, at]) => [key, [{ start: at + 0.05, end: at + 0.95 }]])), length: columns };
}

/** Steps so that each comes after all that feed it; a plan is in that order already, steps outside of it follow. */
function inOrder(steps: readonly IStep[], upstream: ReadonlyMap<string, readonly string[]>): IStep[] {
  const place = new Map([...upstream.keys()].map((key, at) => [key, at]));
  return [...steps].sort((a, b) => (place.get(a.key) ?? place.size) - (place.get(b.key) ?? place.size));
}
