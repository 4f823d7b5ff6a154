import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

import { Empty } from '../../components/states';
import { useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { clockText } from '../../components/time';
import type { IRunEvent } from '../../models/history';
import type { RunModel } from '../../models/run';
import { LEVELS, type RunViewModel } from './model';

const LINE = 24;

/** The run's events, only those in view drawn. */
export function Log({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { trans } = useOrch();
  const scroller = useRef<HTMLDivElement>(null);
  const events = view.shownEvents();
  const lines = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    getItemKey: index => events[index].seq,
    overscan: 20
  });
  useEffect(() => {
    if (view.follow && events.length > 0) {
      lines.scrollToIndex(events.length - 1, { align: 'end' });
    }
  }, [events.length, view.follow, lines]);

  const onScroll = (): void => {
    const node = scroller.current;
    if (node) {
      view.follow = node.scrollHeight - node.scrollTop - node.clientHeight < 2 * LINE;
    }
  };
  return (
    <div className="jp-orch-Log">
      <LogFilters run={run} view={view} shown={events.length} />
      <div
        ref={scroller}
        className="jp-orch-Log-lines"
        role="log"
        aria-live="off"
        aria-label={trans.__('Event log')}
        tabIndex={0}
        onScroll={onScroll}
      >
        {events.length === 0 && (
          <Empty>{run.history.events.length > 0 ? trans.__('No event fits the filter.') : trans.__('No event yet.')}</Empty>
        )}
        <div style={{ height: lines.getTotalSize(), position: 'relative' }}>
          {lines.getVirtualItems().map(item => (
            <div
              key={item.key}
              ref={lines.measureElement}
              data-index={item.index}
              className="jp-orch-Log-place"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LogLine event={events[item.index]} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function LogFilters({ run, view, shown }: { run: RunModel; view: RunViewModel; shown: number }): JSX.Element {
  const { trans } = useOrch();
  return (
    <div className="jp-orch-Bar">
      <select className="jp-mod-styled" aria-label={trans.__('Least level')} value={view.level} onChange={event => (view.level = event.target.value)}>
        {LEVELS.map(level => (
          <option key={level}>{level}</option>
        ))}
      </select>
      <select className="jp-mod-styled" aria-label={trans.__('Step')} value={view.step} onChange={event => (view.step = event.target.value)}>
        <option value="">{trans.__('All steps')}</option>
        {[...run.history.steps.keys()].map(key => (
          <option key={key} value={key}>
            {visible(key)}
          </option>
        ))}
      </select>
      <input
        className="jp-mod-styled"
        type="search"
        aria-label={trans.__('Text')}
        placeholder={trans.__('Text')}
        value={view.text}
        onChange={event => (view.text = event.target.value)}
      />
      <span className="jp-orch-spring" />
      <span className="jp-orch-note">{trans.__('%1 of %2', shown, run.history.events.length)}</span>
      <label>
        <input type="checkbox" checked={view.follow} onChange={event => (view.follow = event.target.checked)} /> {trans.__('Follow')}
      </label>
    </div>
  );
}

function LogLine({ event }: { event: IRunEvent }): JSX.Element {
  return (
    <div className="jp-orch-Log-line" data-level={event.level}>
      <span className="jp-orch-time">{clockText(event.timestamp)}</span>
      <span className="jp-orch-Log-level">{event.level}</span>
      <span className="jp-orch-Log-step">{event.step_key !== null && <Name text={event.step_key} />}</span>
      <span className="jp-orch-Log-type">{event.type}</span>
      <span className="jp-orch-Log-message">{event.message}</span>
    </div>
  );
}
