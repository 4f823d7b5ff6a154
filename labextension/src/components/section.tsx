import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import { type ReactNode, useId, useState } from 'react';

/** A part of the side panel that folds away. */
export function Section({
  title,
  count,
  actions,
  startsOpen = true,
  children
}: {
  title: string;
  count?: number;
  actions?: ReactNode;
  startsOpen?: boolean;
  children: ReactNode;
}): JSX.Element {
  const [open, setOpen] = useState(startsOpen);
  const id = useId();
  const Caret = open ? caretDownIcon : caretRightIcon;
  return (
    <section className="jp-orch-Section" aria-labelledby={`${id}-title`}>
      <div className="jp-orch-Section-head">
        <h3>
          <button
            type="button"
            id={`${id}-title`}
            aria-expanded={open}
            aria-controls={`${id}-body`}
            onClick={() => setOpen(!open)}
          >
            <Caret.react tag="span" className="jp-orch-icon" />
            <span className="jp-orch-Section-title">{title}</span>
            {count !== undefined && <span className="jp-orch-badge">{count}</span>}
          </button>
        </h3>
        {actions}
      </div>
      <div id={`${id}-body`} hidden={!open}>
        {open && children}
      </div>
    </section>
  );
}
