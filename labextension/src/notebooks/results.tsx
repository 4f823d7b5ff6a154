import { useModel, useTrans } from '../components/surroundings';
import { visible } from '../components/text';
import type { NotebookDraft, NotebookVersion } from './draft';
import { Field } from './field';

/** What becomes of results, and what else is rarely changed. */
export function Results({ draft, scheduled }: { draft: NotebookDraft; scheduled: boolean }): JSX.Element {
  const trans = useTrans();
  useModel(draft);
  const { formats } = draft.form;
  const toggle = (name: string, on: boolean): void => draft.change({ formats: formats.filter(one => (one === name ? on : draft.formats.includes(one))) });
  return (
    <>
      {formats.length > 0 && (
        <fieldset className="jp-orch-Notebook-when">
          <legend>{trans.__('Write the result as a notebook, and as')}</legend>
          {formats.map(name => (
            <label key={name}>
              <input type="checkbox" checked={draft.formats.includes(name)} onChange={event => toggle(name, event.target.checked)} /> {name}
            </label>
          ))}
        </fieldset>
      )}
      <Field label={trans.__('Copies to')} note={trans.__("Below the notebook's folder. Empty: results stay with their run.")}>
        {(id, noteId) => (
          <input
            id={id}
            aria-describedby={noteId}
            className="jp-mod-styled"
            placeholder="results/{name}_{date}"
            value={draft.output}
            onChange={event => draft.change({ output: event.target.value })}
          />
        )}
      </Field>
      {scheduled && <Kept draft={draft} />}
      {scheduled && <MailTo draft={draft} />}
      <details>
        <summary>{trans.__('More')}</summary>
        {scheduled && <Version draft={draft} />}
        <Field label={trans.__('Try again after a failure')} note={trans.__('How often; empty as the server is set.')}>
          {(id, noteId) => (
            <input
              id={id}
              aria-describedby={noteId}
              className="jp-mod-styled"
              type="number"
              min={0}
              value={draft.retries}
              onChange={event => draft.change({ retries: event.target.value })}
            />
          )}
        </Field>
        <Field label={trans.__('Give up after')} note={trans.__('Minutes; empty as the server is set.')}>
          {(id, noteId) => (
            <input
              id={id}
              aria-describedby={noteId}
              className="jp-mod-styled"
              type="number"
              min={1}
              value={draft.minutes}
              onChange={event => draft.change({ minutes: event.target.value })}
            />
          )}
        </Field>
        <Field label={trans.__('Tags')} note={trans.__('One in each line: key=value')}>
          {(id, noteId) => (
            <textarea id={id} aria-describedby={noteId} className="jp-mod-styled" rows={2} value={draft.tags} onChange={event => draft.change({ tags: event.target.value })} />
          )}
        </Field>
      </details>
    </>
  );
}

function Kept({ draft }: { draft: NotebookDraft }): JSX.Element {
  const trans = useTrans();
  return (
    <>
      <Field label={trans.__('Keep results')} note={trans.__('The newest ones; empty keeps all, 0 none.')}>
        {(id, noteId) => (
          <input
            id={id}
            aria-describedby={noteId}
            className="jp-mod-styled"
            type="number"
            min={0}
            value={draft.keep}
            onChange={event => draft.change({ keep: event.target.value })}
          />
        )}
      </Field>
      <Field label={trans.__('Only of failed runs')}>
        {id => <input id={id} type="checkbox" checked={draft.keepFailuresOnly} onChange={event => draft.change({ keepFailuresOnly: event.target.checked })} />}
      </Field>
    </>
  );
}

/** Who is mailed; says so where nothing can be. */
function MailTo({ draft }: { draft: NotebookDraft }): JSX.Element {
  const trans = useTrans();
  const { wrongAddresses } = draft;
  const off = !draft.form.canMail;
  const note = off
    ? trans.__('No mail server is set here: whoever runs this server sets run_monitoring.mail in orch.yaml.')
    : trans.__('Addresses that are told when it fails, recovers or is late.');
  const problem = wrongAddresses.length > 0 ? trans.__('This is no mail address: %1', visible(wrongAddresses[0])) : '';
  return (
    <Field label={trans.__('Mail to')} note={problem || note} problem={problem !== ''}>
      {(id, noteId) => (
        <input
          id={id}
          aria-describedby={noteId}
          aria-invalid={problem !== ''}
          className="jp-mod-styled"
          type="text"
          inputMode="email"
          autoComplete="email"
          placeholder={off ? undefined : 'ada@example.org'}
          disabled={off && draft.mailTo === ''}
          value={draft.mailTo}
          onChange={event => draft.change({ mailTo: event.target.value })}
        />
      )}
    </Field>
  );
}

function Version({ draft }: { draft: NotebookDraft }): JSX.Element {
  const trans = useTrans();
  return (
    <Field label={trans.__('Which notebook')}>
      {id => (
        <select id={id} className="jp-mod-styled" value={draft.which} onChange={event => draft.change({ which: event.target.value as NotebookVersion })}>
          <option value="saved">{trans.__('As it was last saved when it runs')}</option>
          {draft.known?.isPinned && <option value="pinned">{trans.__('As it was pinned')}</option>}
          <option value="now">{trans.__('Always as it is now')}</option>
        </select>
      )}
    </Field>
  );
}
