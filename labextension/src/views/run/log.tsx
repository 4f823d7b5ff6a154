import { downloadIcon } from '@jupyterlab/ui-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useCallback, useLayoutEffect, useRef } from 'react';

import { Action } from '../../components/action';
import { MetadataList } from '../../components/metadata';
import { Empty } from '../../components/states';
import { useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { clockText } from '../../components/time';
import type { IRunEvent } from '../../models/history';
import { readMetadata } from '../../models/metadata';
import type { RunModel } from '../../models/run';
import { LEVELS, type RunViewModel } from './model';

const LINE = 24;
/** A scroll within so many milliseconds after a key, wheel or pointer is the reader's. */
const TOUCH_LASTS = 800;

/** The run's events, only those in view drawn. */
export function Log({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { trans } = useOrch();
  const scroller = useRef<HTMLDivElement>(null);
  const events = view.shownEvents();
  const lines = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: Private.lineHeight,
    // The same function as long as the events are the same: the places of all lines are reckoned anew for another.
    getItemKey: useCallback((index: number) => events[index].seq, [events]),
    overscan: 12
  });
  const height = lines.getTotalSize();
  useLayoutEffect(() => {
    if (view.follow && scroller.current) {
      scroller.current.scrollTop = scroller.current.scrollHeight;
    }
  }, [events.length, height, view.follow]);

  // Lines that come or grow scroll as well: only a reader's hand ends the following.
  const touched = useRef(0);
  const touch = (): void => {
    touched.current = performance.now();
  };
  // Enter goes from the log into its lines, Escape back; arrows go from line to line.
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    touch();
    const node = event.currentTarget;
    const inside = event.target !== node;
    const to = Private.lineFor(node, event.target as HTMLElement, event.key);
    if (to || (inside && event.key === 'Escape')) {
      event.preventDefault();
      (to ?? node).focus();
    }
  };
  const onScroll = (): void => {
    const node = scroller.current!;
    const atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 2 * LINE;
    if (atEnd || performance.now() - touched.current < TOUCH_LASTS) {
      view.follow = atEnd;
    }
  };
  return (
    <div className="jp-orch-Log">
      <LogFilters run={run} view={view} shown={events.length} version={`${run.version}/${view.version}`} />
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the handlers only notice who scrolls */}
      <div
        ref={scroller}
        className="jp-orch-Log-lines"
        role="log"
        aria-live="off"
        aria-label={trans.__('Event log')}
        tabIndex={0}
        onScroll={onScroll}
        onWheel={touch}
        onTouchMove={touch}
        onPointerDown={touch}
        onPointerMove={event => event.buttons > 0 && touch()}
        onKeyDown={onKeyDown}
        title={trans.__('Enter goes into the lines, Escape back')}
      >
        {events.length === 0 && (
          <Empty>{run.history.events.length > 0 ? trans.__('No event fits the filter.') : trans.__('No event yet.')}</Empty>
        )}
        <div style={{ height, position: 'relative' }}>
          {lines.getVirtualItems().map(item => (
            <div
              key={item.key}
              ref={lines.measureElement}
              data-index={item.index}
              className="jp-orch-Log-place"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LogLine event={events[item.index]} view={view} open={view.isOpen(events[item.index].seq)} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** @param version - of both models: scrolling alone draws none of this again. */
const LogFilters = memo(function LogFilters({ run, view, shown }: { run: RunModel; view: RunViewModel; shown: number; version: string }): JSX.Element {
  const { trans } = useOrch();
  return (
    <div className="jp-orch-Bar">
      <select className="jp-mod-styled" aria-label={trans.__('Least level')} value={view.level} onChange={event => (view.level = event.target.value)}>
        {LEVELS.map(level => (
          <option key={level}>{level}</option>
        ))}
      </select>
      <select className="jp-mod-styled" aria-label={trans.__('Step')} value={view.chosen.size === 1 ? view.step : ''} onChange={event => (view.step = event.target.value)}>
        <option value="">{view.chosen.size > 1 ? trans.__('%1 steps', view.chosen.size) : trans.__('All steps')}</option>
        {[...run.history.steps.keys()].map(key => (
          <option key={key} value={key}>
            {visible(key)}
          </option>
        ))}
      </select>
      <select className="jp-mod-styled" aria-label={trans.__('Kind of event')} value={view.type} onChange={event => (view.type = event.target.value)}>
        <option value="">{trans.__('All events')}</option>
        {run.history.types().map(type => (
          <option key={type}>{type}</option>
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
      <Action label={trans.__('Download log')} title={trans.__('The shown events, one JSON object a line')} icon={downloadIcon} look="icon" onAct={() => Private.download(run.runId, view.shownEvents())} />
      <label>
        <input type="checkbox" checked={view.follow} onChange={event => (view.follow = event.target.checked)} /> {trans.__('Follow')}
      </label>
    </div>
  );
});

const LogLine = memo(function LogLine({ event, view, open }: { event: IRunEvent; view: RunViewModel; open: boolean }): JSX.Element {
  const { trans } = useOrch();
  return (
    <>
      <div className="jp-orch-Log-line" data-level={event.level}>
        <button
          type="button"
          className="jp-orch-Log-open jp-orch-time"
          aria-expanded={open}
          aria-label={trans.__('Particulars of event %1', event.seq)}
          title={trans.__('Event %1; click for its particulars', event.seq)}
          tabIndex={-1}
          onClick={() => view.toggleEvent(event.seq)}
        >
          {clockText(event.timestamp)}
        </button>
        <span className="jp-orch-Log-level">{event.level}</span>
        <span className="jp-orch-Log-step">{event.step_key !== null && <Name text={event.step_key} />}</span>
        <span className="jp-orch-Log-type">{event.type}</span>
        <span className="jp-orch-Log-message">{event.message}</span>
      </div>
      {open && <Particulars event={event} />}
    </>
  );
});

/** All that an event carries. */
function Particulars({ event }: { event: IRunEvent }): JSX.Element {
  const { metadata, ...rest } = event.data;
  return (
    <div className="jp-orch-Log-particulars">
      <MetadataList entries={readMetadata(metadata)} />
      <pre className="jp-orch-pre">{JSON.stringify({ seq: event.seq, time: new Date(event.timestamp * 1000).toISOString(), ...rest }, null, 2)}</pre>
    </div>
  );
}

namespace Private {
  export const lineHeight = (): number => LINE;

  /** The line that a key goes to, or null for keys that go to none. */
  export function lineFor(log: HTMLElement, from: HTMLElement, key: string): HTMLElement | null {
    const lines = [...log.querySelectorAll<HTMLElement>('.jp-orch-Log-open')];
    if (from === log) {
      const top = log.getBoundingClientRect().top;
      return key === 'Enter' ? (lines.find(line => line.getBoundingClientRect().top >= top) ?? null) : null;
    }
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    return step === 0 ? null : (lines[lines.indexOf(from) + step] ?? null);
  }

  /** Hand events to the browser as a file. */
  export function download(runId: string, events: readonly IRunEvent[]): void {
    const lines = events.map(event => `${JSON.stringify(event)}\n`);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
    link.download = `run-${runId.slice(0, 8)}.jsonl`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}
