import { closeIcon } from '@jupyterlab/ui-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useRef } from 'react';

import { Action, useRefusal } from '../../components/action';
import { StatusGlyph, statusTone, statusWord } from '../../components/status';
import { useNow, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { durationText } from '../../components/time';
import { flat, type IBar, type IGanttLayout, timed, waterfall } from '../../models/gantt';
import type { IStep } from '../../models/history';
import type { RunModel } from '../../models/run';
import { isActive } from '../../models/run_status';
import type { GanttFace, RunViewModel } from './model';

const ROW = 26;

/** When each step ran: a row per step, a bar per attempt. Choosing rows filters the tabs below. */
export function Gantt({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { trans } = useOrch();
  const scroller = useRef<HTMLDivElement>(null);
  const steps = [...run.history.steps.values()];
  const live = run.detail !== null && isActive(run.detail.status);
  const now = useNow(live);
  const layout = Private.layoutOf(run, view.face, steps, now, live);
  const rows = useVirtualizer({ count: steps.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 8 });

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const at = steps.findIndex(step => step.key === view.step);
    if (event.key === ' ' && view.step) {
      event.preventDefault();
      view.mark(view.step);
    } else if (event.key in moves && steps.length > 0) {
      event.preventDefault();
      const to = Math.min(Math.max(at + moves[event.key], 0), steps.length - 1);
      if (event.shiftKey) {
        view.mark(steps[to].key);
      } else {
        view.step = steps[to].key;
      }
      rows.scrollToIndex(to);
    } else if (event.key === 'Escape' && view.step) {
      event.preventDefault();
      view.step = '';
    }
  };
  return (
    <section className="jp-orch-Gantt" aria-label={trans.__('Steps')}>
      <GanttTools run={run} view={view} />
      <div className="jp-orch-Gantt-axis" aria-hidden="true">
        <span className="jp-orch-Gantt-name">{trans._n('%1 step', '%1 steps', steps.length)}</span>
        <span className="jp-orch-Gantt-scale">
          {view.face !== 'flat' &&
            [0, 0.25, 0.5, 0.75, 1].map(part => (
              <span key={part} style={{ left: `${part * 100}%` }} data-edge={part === 0 ? 'first' : part === 1 ? 'last' : ''}>
                {durationText(part * layout.length)}
              </span>
            ))}
        </span>
      </div>
      <div
        ref={scroller}
        className="jp-orch-Gantt-rows"
        role="listbox"
        tabIndex={0}
        aria-multiselectable
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
              bars={layout.bars.get(steps[item.index].key) ?? []}
              length={layout.length}
              now={now}
              chosen={view.chosen.has(steps[item.index].key)}
              onChoose={more => Private.choose(view, steps[item.index].key, more)}
            />
          ))}
        </div>
        {steps.length === 0 && <div className="jp-orch-Empty">{trans.__('The plan of this run is not known yet.')}</div>}
      </div>
    </section>
  );
}

/** How the steps are drawn, and what can be done with the chosen ones. */
function GanttTools({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { actions, open, trans } = useOrch();
  const refusal = useRefusal('launch_pipeline_reexecution');
  const faces: [GanttFace, string, string][] = [
    ['timed', trans.__('Timed'), trans.__('At the time they ran')],
    ['waterfall', trans.__('Waterfall'), trans.__('As if each had begun as soon as it could')],
    ['flat', trans.__('Flat'), trans.__('By their place in the plan')]
  ];
  const detail = run.detail!;
  const running = isActive(detail.status) ? trans.__('The run is still on its way.') : '';
  const rerun = async (keys: readonly string[]): Promise<void> => open.run(await actions.rerunSteps(detail, keys));
  return (
    <div className="jp-orch-Bar jp-orch-Gantt-tools">
      <div role="group" aria-label={trans.__('Steps drawn')} className="jp-orch-Toggle">
        {faces.map(([face, label, title]) => (
          <button key={face} type="button" aria-pressed={view.face === face} title={title} onClick={() => (view.face = face)}>
            {label}
          </button>
        ))}
      </div>
      <span className="jp-orch-spring" />
      {view.chosen.size > 0 && (
        <>
          <span className="jp-orch-note">{trans._n('%1 step chosen', '%1 steps chosen', view.chosen.size)}</span>
          <Action
            label={trans.__('Re-run selected')}
            title={trans.__('Run only the chosen steps again; what they need comes from this run')}
            refusal={refusal || running}
            onAct={() => rerun([...run.history.steps.keys()].filter(key => view.chosen.has(key)))}
          >
            {trans.__('Re-run selected')}
          </Action>
          <Action
            label={trans.__('Re-run from selected')}
            title={trans.__('Run the chosen steps and all that follow from them again')}
            refusal={refusal || running}
            onAct={() => rerun(view.withFollowers())}
          >
            {trans.__('Re-run from selected')}
          </Action>
          <Action label={trans.__('Choose no step')} icon={closeIcon} look="icon" onAct={() => (view.step = '')} />
        </>
      )}
    </div>
  );
}

function GanttRow({
  id,
  step,
  top,
  bars,
  length,
  now,
  chosen,
  onChoose
}: {
  id: string;
  step: IStep;
  top: number;
  bars: readonly IBar[];
  length: number;
  now: number;
  chosen: boolean;
  /** @param more - keep what is chosen already. */
  onChoose: (more: boolean) => void;
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
      onClick={event => onChoose(event.ctrlKey || event.metaKey || event.shiftKey)}
    >
      <span className="jp-orch-Gantt-name">
        <StatusGlyph status={step.status} />
        <Name text={step.key} />
      </span>
      <span className="jp-orch-Gantt-track">
        {bars.map((bar, i) => {
          const left = Private.percent(bar.start, length);
          const tone = statusTone(bars.length === step.attempts.length ? step.attempts[i].status : step.status);
          return (
            <span
              key={i}
              className={`jp-orch-Gantt-bar jp-orch-tone-${tone}`}
              style={{ left: `${left}%`, width: `max(3px, ${Math.max(0, Private.percent(bar.end, length) - left)}%)` }}
            />
          );
        })}
        {last && bars.length > 0 && (
          <span className="jp-orch-Gantt-took" style={Private.beside(Private.percent(bars[bars.length - 1].start, length), Private.percent(bars[bars.length - 1].end, length))}>
            {took}
          </span>
        )}
      </span>
    </div>
  );
}

namespace Private {
  /** Where the bars stand; from the run's start to its end, or to now while it lives. */
  export function layoutOf(run: RunModel, face: GanttFace, steps: readonly IStep[], now: number, live: boolean): IGanttLayout {
    const { history } = run;
    if (face === 'flat') {
      return flat(steps, history.plan);
    }
    if (face === 'waterfall') {
      return waterfall(steps, history.plan, now);
    }
    const attempts = steps.flatMap(step => step.attempts);
    const start = attempts.reduce((a, one) => Math.min(a, one.start), history.start ?? run.detail?.startTime ?? attempts[0]?.start ?? now);
    const last = live && history.start !== null ? now : (history.end ?? start);
    return timed(steps, start, attempts.reduce((a, one) => Math.max(a, one.end ?? one.start), last));
  }

  /** A click chooses this step alone, or none when it was that already. */
  export function choose(view: RunViewModel, key: string, more: boolean): void {
    if (more) {
      view.mark(key);
    } else {
      view.step = view.chosen.size === 1 && view.chosen.has(key) ? '' : key;
    }
  }

  export function percent(at: number, length: number): number {
    return Math.min(100, Math.max(0, (at / length) * 100));
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
