import { type FocusEvent, type KeyboardEvent, type ReactNode, useRef, useState } from 'react';

/**
 * A list of rows that is one stop of the Tab key: up and down move between rows, right and left between a row and its
 * buttons, Home and End to the ends.
 */
export function Rows<T>({
  label,
  items,
  keyOf,
  render
}: {
  label: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  render: (item: T, tabIndex: number) => ReactNode;
}): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const [current, setCurrent] = useState('');
  const keys = items.map(keyOf);
  const stop = keys.includes(current) ? current : keys[0];

  const onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (target.closest('input, select, textarea, summary, pre')) {
      return;
    }
    const to = Private.target(list.current, target, event.key);
    if (to) {
      event.preventDefault();
      event.stopPropagation();
      to.focus();
    }
  };
  const onFocus = (event: FocusEvent): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-key]');
    if (row?.dataset.key !== undefined) {
      setCurrent(row.dataset.key);
    }
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys belong to the buttons inside
    <ul ref={list} className="jp-orch-Rows" role="list" aria-label={label} onKeyDown={onKeyDown} onFocus={onFocus}>
      {items.map(item => (
        <li key={keyOf(item)} data-key={keyOf(item)} className="jp-orch-Row">
          {render(item, keyOf(item) === stop ? 0 : -1)}
        </li>
      ))}
    </ul>
  );
}

namespace Private {
  export function target(list: HTMLElement | null, from: HTMLElement, key: string): HTMLElement | null {
    const rows = [...(list?.querySelectorAll<HTMLElement>(':scope > [data-key]') ?? [])];
    const row = from.closest<HTMLElement>('[data-key]');
    const at = row ? rows.indexOf(row) : -1;
    if (at < 0) {
      return null;
    }
    switch (key) {
      case 'ArrowDown':
        return main(rows[at + 1]);
      case 'ArrowUp':
        return main(rows[at - 1]);
      case 'Home':
        return main(rows[0]);
      case 'End':
        return main(rows[rows.length - 1]);
      case 'ArrowRight':
      case 'ArrowLeft': {
        const stops = [...rows[at].querySelectorAll<HTMLElement>('button')];
        const next = stops.indexOf(from as HTMLButtonElement) + (key === 'ArrowRight' ? 1 : -1);
        return stops[next] ?? null;
      }
      default:
        return null;
    }
  }

  function main(row: HTMLElement | undefined): HTMLElement | null {
    return row?.querySelector<HTMLElement>('button') ?? null;
  }
}
