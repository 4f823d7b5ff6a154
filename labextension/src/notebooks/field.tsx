import { useId } from 'react';

interface IFieldProps {
  label: string;
  note?: string;
  /** Whether the note says what is wrong. */
  problem?: boolean;
  children: (id: string, noteId: string | undefined) => JSX.Element;
}

/** A named field, with a note below it. */
export function Field({ label, note, problem, children }: IFieldProps): JSX.Element {
  const id = useId();
  const noteId = note ? `${id}-note` : undefined;
  return (
    <div className="jp-orch-Notebook-field">
      <label htmlFor={id}>{label}</label>
      {children(id, noteId)}
      {note && (
        <div id={noteId} className={problem ? 'jp-orch-tone-bad' : 'jp-orch-Row-note'}>
          {note}
        </div>
      )}
    </div>
  );
}
