import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react';

/** One tab. */
export interface ITab {
  id: string;
  label: string;
  /** A small word beside the label, e.g. a count. */
  badge?: string;
}

/** A row of tabs with the body of the chosen one below. */
export function Tabs({
  label,
  tabs,
  current,
  onChoose,
  children
}: {
  label: string;
  tabs: readonly ITab[];
  current: string;
  onChoose: (id: string) => void;
  children: ReactNode;
}): JSX.Element {
  const bar = useRef<HTMLDivElement>(null);
  const id = useId();
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(tab => tab.id === current);
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    if (!(event.key in moves)) {
      return;
    }
    event.preventDefault();
    const to = (moves[event.key] + tabs.length) % tabs.length;
    onChoose(tabs[to].id);
    bar.current?.querySelectorAll<HTMLElement>('[role=tab]')[to]?.focus();
  };
  return (
    <div className="jp-orch-Tabs">
      <div ref={bar} role="tablist" tabIndex={-1} aria-label={label} className="jp-orch-Tabs-bar" onKeyDown={onKeyDown}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            id={`${id}-${tab.id}`}
            type="button"
            role="tab"
            aria-label={tab.label}
            aria-selected={tab.id === current}
            aria-controls={`${id}-body`}
            tabIndex={tab.id === current ? 0 : -1}
            className="jp-orch-Tabs-tab"
            onClick={() => onChoose(tab.id)}
          >
            {tab.label}
            {tab.badge && <span className="jp-orch-badge">{tab.badge}</span>}
          </button>
        ))}
      </div>
      <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${current}`} className="jp-orch-Tabs-body">
        {children}
      </div>
    </div>
  );
}
