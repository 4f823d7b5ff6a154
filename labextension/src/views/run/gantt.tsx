import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useRef } from 'react';

import { StatusGlyph, statusTone, statusWord } from '../../components/status';
import { useNow, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { durationText } from '../../components/time';
import type { IStep } from '../../models/history';
import type { RunModel } from '../../models/run';
import { isActive } from '../../models/run_status';
import type { RunViewModel } from './model';

const ROW = 26;

/** When each step ran: a row per step, a bar per attempt. Choosing a row filters the tabs below. */
export function Gantt({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { trans } = useOrch();
  const scroller = useRef<HTMLDivElement>(null);
  const steps = [...run.history.steps.values()];
  const live = run.detail !== null && isActive(run.detail.status);
  const now = useNow(live);
  const span = Private.spanOf(run, now, live);
  const rows = useVirtualizer({ count: steps.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 8 });

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const at = steps.findIndex(step => step.key === view.step);
    if (event.key in moves && steps.length > 0) {
      event.preventDefault();
      const to = Math.min(Math.max(at + moves[event.key], 0), steps.length - 1);
      view.step = steps[to].key;
      rows.scrollToIndex(to);
    } else if (event.key === 'Escape' && view.step) {
      event.preventDefault();
      view.step = '';
    }
  };
  return (
    <section className="jp-orch-Gantt" aria-label={trans.__('Steps')}>
      <div className="jp-orch-Gantt-axis" aria-hidden="true">
        <span className="jp-orch-Gantt-name">{trans._n('%1 step', '%1 steps', steps.length)}</span>
        <span className="jp-orch-Gantt-scale">
          {[0, 0.25, 0.5, 0.75, 1].map(part => (
            <span key={part} style={{ left: `${part * 100}%` }} data-edge={part === 0 ? 'first' : part === 1 ? 'last' : ''}>
              {durationText(part * span.length)}
            </span>
          ))}
        </span>
      </div>
      <div
        ref={scroller}
        className="jp-orch-Gantt-rows"
        role="listbox"
        tabIndex={0}
        aria-label={trans.__('Steps')}
        aria-activedescendant={view.step ? Private.idOf(run.runId, view.step) : undefined}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(item => (
            <GanttRow
              key={steps[item.index].key}
              id={Private.idOf(run.runId, steps[item.index].key)}
              step={steps[item.index]}
              top={item.start}
              span={span}
              now={now}
              chosen={steps[item.index].key === view.step}
              onChoose={() => (view.step = steps[item.index].key === view.step ? '' : steps[item.index].key)}
            />
          ))}
        </div>
        {steps.length === 0 && <div className="jp-orch-Empty">{trans.__('The plan of this run is not known yet.')}</div>}
      </div>
    </section>
  );
}

function GanttRow({
  id,
  step,
  top,
  span,
  now,
  chosen,
  onChoose
}: {
  id: string;
  step: IStep;
  top: number;
  span: Private.ISpan;
  now: number;
  chosen: boolean;
  onChoose: () => void;
}): JSX.Element {
  const { trans } = useOrch();
  const word = statusWord(step.status, trans);
  const last = step.attempts[step.attempts.length - 1];
  const took = last ? durationText((last.end ?? Math.max(now, last.start)) - last.start) : '';
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the listbox takes the keys for its options
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      aria-label={[step.key, word, took].filter(Boolean).join(', ')}
      tabIndex={-1}
      className="jp-orch-Gantt-row"
      style={{ top, height: ROW }}
      onClick={onChoose}
    >
      <span className="jp-orch-Gantt-name">
        <StatusGlyph status={step.status} />
        <Name text={step.key} />
      </span>
      <span className="jp-orch-Gantt-track">
        {step.attempts.map((attempt, i) => {
          const end = attempt.end ?? Math.max(now, attempt.start);
          const left = Private.percent(attempt.start, span);
          return (
            <span
              key={i}
              className={`jp-orch-Gantt-bar jp-orch-tone-${statusTone(attempt.status)}`}
              style={{ left: `${left}%`, width: `max(3px, ${Math.max(0, Private.percent(end, span) - left)}%)` }}
            />
          );
        })}
        {last && (
          <span
            className="jp-orch-Gantt-took"
            style={Private.beside(Private.percent(last.start, span), Private.percent(last.end ?? Math.max(now, last.start), span))}
          >
            {took}
          </span>
        )}
      </span>
    </div>
  );
}

namespace Private {
  export interface ISpan {
    start: number;
    length: number;
  }

  /** From the run's start to its end, or to now while it lives. */
  export function spanOf(run: RunModel, now: number, live: boolean): ISpan {
    const attempts = [...run.history.steps.values()].flatMap(step => step.attempts);
    const begun = attempts.map(attempt => attempt.start);
    const ended = attempts.map(attempt => attempt.end ?? attempt.start);
    const start = begun.reduce((a, b) => Math.min(a, b), run.history.start ?? run.detail?.startTime ?? begun[0] ?? now);
    const end = ended.reduce((a, b) => Math.max(a, b), live && run.history.start !== null ? now : (run.history.end ?? start));
    return { start, length: Math.max(end - start, 0.1) };
  }

  export function percent(instant: number, span: ISpan): number {
    return Math.min(100, Math.max(0, ((instant - span.start) / span.length) * 100));
  }

  /** The label stands after the bar, before it where there is no room after, or at the end of a bar that leaves none. */
  export function beside(left: number, right: number): React.CSSProperties {
    if (right <= 88) {
      return { left: `calc(${right}% + 6px)` };
    }
    return { right: left > 12 ? `calc(${100 - left}% + 6px)` : `${100 - right}%` };
  }

  export function idOf(runId: string, key: string): string {
    return `orch-step-${runId}-${encodeURIComponent(key)}`;
  }
}
