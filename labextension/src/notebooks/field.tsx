import { useId } from 'react';

/** A named field, with a note below it. */
export function Field({ label, note, children }: { label: string; note?: string; children: (id: string, noteId: string | undefined) => JSX.Element }): JSX.Element {
  const id = useId();
  const noteId = note ? `${id}-note` : undefined;
  return (
    <div className="jp-orch-Notebook-field">
      <label htmlFor={id}>{label}</label>
      {children(id, noteId)}
      {note && (
        <div id={noteId} className="jp-orch-Row-note">
          {note}
        </div>
      )}
    </div>
  );
}
