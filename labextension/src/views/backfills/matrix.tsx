import { type KeyboardEvent, useRef, useState } from 'react';

import { type AnyStatus, StatusGlyph, statusTone, statusWord } from '../../components/status';
import { useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import type { PartitionState } from './model';

const MOST = 2000;

/** Partitions as boxes that tell where the newest run of each stands; in a list that can be chosen from, or only to be seen. */
export function PartitionMatrix({
  label,
  partitions,
  chosen,
  onMark,
  onOpen
}: {
  label: string;
  partitions: readonly PartitionState[];
  /** Left out, nothing can be chosen. */
  chosen?: ReadonlySet<string>;
  onMark?: (name: string, to: boolean) => void;
  onOpen: (runId: string) => void;
}): JSX.Element {
  const { trans } = useOrch();
  const frame = useRef<HTMLUListElement>(null);
  const [at, setAt] = useState(0);
  const shown = partitions.slice(-MOST);
  const onKeyDown = (event: KeyboardEvent): void => {
    const { runId = null } = shown[at] ?? {};
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && runId) {
      event.preventDefault();
      onOpen(runId);
      return;
    }
    const boxes = [...(frame.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const top = boxes[at]?.getBoundingClientRect().top ?? 0;
    const wide = Math.max(1, boxes.filter(box => box.getBoundingClientRect().top === top).length);
    const moves: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: wide, ArrowUp: -wide, Home: -at, End: shown.length - 1 - at };
    if (event.key in moves) {
      event.preventDefault();
      const to = Math.min(Math.max(at + moves[event.key], 0), shown.length - 1);
      setAt(to);
      boxes[to]?.focus();
    }
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys belong to the buttons inside
    <ul ref={frame} className="jp-orch-Matrix" role="list" aria-label={label} onKeyDown={onKeyDown}>
      {shown.map((one, i) => {
        const status: AnyStatus = one.runStatus ?? 'UNKNOWN';
        const word = one.runStatus === null ? trans.__('no run yet') : statusWord(one.runStatus, trans);
        return (
          <li key={one.partitionName}>
            <button
              type="button"
              className={`jp-orch-Matrix-box jp-orch-tone-${statusTone(status)}`}
              aria-label={`${one.partitionName}, ${word}`}
              aria-pressed={chosen ? chosen.has(one.partitionName) : undefined}
              title={one.runId && onMark ? trans.__('%1, %2; double-click or Ctrl+Enter opens its run', one.partitionName, word) : `${one.partitionName}, ${word}`}
              tabIndex={i === Math.min(at, shown.length - 1) ? 0 : -1}
              onFocus={() => setAt(i)}
              onClick={event => (onMark ? onMark(one.partitionName, event.shiftKey) : one.runId && onOpen(one.runId))}
              onDoubleClick={() => one.runId && onOpen(one.runId)}
            >
              <StatusGlyph status={status} />
              <span>{visible(one.partitionName)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
