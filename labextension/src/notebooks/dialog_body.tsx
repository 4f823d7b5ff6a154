import { useId } from 'react';

import { useModel, useTrans } from '../components/surroundings';
import type { NotebookDraft } from './draft';
import type { NotebookParameter } from './values';
import { DueTimes, type DueTimesModel } from './due_times';
import { Results } from './results';
import { Field } from './field';
import { cronOf, type IWhen } from './when';

interface IDialogProps {
  draft: NotebookDraft;
  scheduled: boolean;
  /** Kernel name → title. */
  kernels: Readonly<Record<string, string>>;
  /** Says when a choice is due next. */
  due?: DueTimesModel;
}

/** The fields to run or schedule a notebook. */
export function DialogBody({ draft, scheduled, kernels, due }: IDialogProps): JSX.Element {
  const trans = useTrans();
  useModel(draft);
  return (
    <div className="jp-orch-Notebook-dialog">
      {draft.refusal && (
        <div className="jp-orch-Problem jp-orch-pre" role="alert">
          {draft.refusal}
        </div>
      )}
      {scheduled && (
        <Field label={trans.__('Name')}>
          {id => <input id={id} className="jp-mod-styled" value={draft.name} onChange={event => draft.change({ name: event.target.value })} />}
        </Field>
      )}
      {scheduled && <When draft={draft} due={due} />}
      <Parameters draft={draft} />
      <Field label={trans.__('Kernel')}>
        {id => (
          <select id={id} className="jp-mod-styled" value={draft.kernelName} onChange={event => draft.change({ kernelName: event.target.value })}>
            <option value="">{trans.__("The notebook's own (%1)", kernels[draft.form.kernelName] ?? draft.form.kernelName)}</option>
            {Object.entries(kernels).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Results draft={draft} scheduled={scheduled} />
    </div>
  );
}

function When({ draft, due }: { draft: NotebookDraft; due?: DueTimesModel }): JSX.Element {
  const trans = useTrans();
  const { when } = draft;
  const choose = (fields: Partial<IWhen>): void => draft.change({ when: { ...when, ...fields } });
  const words: Record<IWhen['every'], string> = {
    hour: trans.__('Every hour'),
    day: trans.__('Every day'),
    weekday: trans.__('Every weekday'),
    week: trans.__('Every week'),
    month: trans.__('Every month'),
    cron: trans.__('A cron line')
  };
  return (
    <fieldset className="jp-orch-Notebook-when">
      <legend>{trans.__('When')}</legend>
      <select
        className="jp-mod-styled"
        aria-label={trans.__('How often')}
        value={when.every}
        onChange={event => choose({ every: event.target.value as IWhen['every'], cron: cronOf(when) })}
      >
        {Object.entries(words).map(([every, word]) => (
          <option key={every} value={every}>
            {word}
          </option>
        ))}
      </select>
      {when.every === 'week' && (
        <select className="jp-mod-styled" aria-label={trans.__('Day of the week')} value={when.weekday} onChange={event => choose({ weekday: Number(event.target.value) })}>
          {Private.weekdays().map(([number, name]) => (
            <option key={number} value={number}>
              {name}
            </option>
          ))}
        </select>
      )}
      {when.every === 'month' && (
        <input
          className="jp-mod-styled"
          type="number"
          min={1}
          max={31}
          aria-label={trans.__('Day of the month')}
          value={when.day}
          onChange={event => choose({ day: Number(event.target.value) || 1 })}
        />
      )}
      {when.every === 'cron' ? (
        <input className="jp-mod-styled" aria-label={trans.__('Cron line')} placeholder="0 9 * * *" value={when.cron} onChange={event => choose({ cron: event.target.value })} />
      ) : (
        <input
          className="jp-mod-styled"
          type="time"
          aria-label={when.every === 'hour' ? trans.__('Time, of which the minutes count') : trans.__('Time')}
          value={when.time}
          onChange={event => choose({ time: event.target.value || '00:00' })}
        />
      )}
      <input
        className="jp-mod-styled"
        aria-label={trans.__('Time zone')}
        list="jp-orch-zones"
        value={draft.zone}
        onChange={event => draft.change({ zone: event.target.value })}
      />
      <datalist id="jp-orch-zones">
        {Private.ZONES.map(zone => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      {due && <DueTimes model={due} cron={cronOf(when)} zone={draft.zone} />}
    </fieldset>
  );
}

function Parameters({ draft }: { draft: NotebookDraft }): JSX.Element {
  const trans = useTrans();
  const { parameters } = draft.form;
  if (parameters.length === 0) {
    return (
      <p className="jp-orch-Row-note">
        {trans.__('No parameters: tag a code cell with “parameters” to have its variables here.')}
      </p>
    );
  }
  return (
    <fieldset className="jp-orch-Notebook-parameters">
      <legend>{trans.__('Parameters')}</legend>
      {parameters.map(parameter => (
        <Parameter key={parameter.name} parameter={parameter} draft={draft} />
      ))}
    </fieldset>
  );
}

function Parameter({ parameter, draft }: { parameter: NotebookParameter; draft: NotebookDraft }): JSX.Element {
  const trans = useTrans();
  const id = useId();
  const problem = draft.problemOf(parameter);
  const words = {
    integer: trans.__('A whole number is expected.'),
    number: trans.__('A number is expected.'),
    json: parameter.kind === 'list' ? trans.__('A list is expected, e.g. [1, 2].') : trans.__('A mapping is expected, e.g. {"a": 1}.'),
    '': parameter.description
  };
  const shared = {
    id,
    'aria-describedby': `${id}-note`,
    'aria-invalid': problem !== '',
    className: 'jp-mod-styled',
    placeholder: parameter.hasDefault ? undefined : trans.__('computed by the notebook')
  };
  const text = draft.textOf(parameter.name);
  const tell = (told: string): void => draft.tell(parameter.name, told);
  return (
    <div className="jp-orch-Notebook-field">
      <label htmlFor={id}>
        <code>{parameter.name}</code> <span className="jp-orch-Row-note">{parameter.kind}</span>
      </label>
      {parameter.kind === 'bool' ? (
        <input {...shared} type="checkbox" checked={text === 'true'} onChange={event => tell(String(event.target.checked))} />
      ) : (
        <input {...shared} type="text" inputMode={parameter.kind === 'int' ? 'numeric' : undefined} value={text} onChange={event => tell(event.target.value)} />
      )}
      {draft.isTold(parameter.name) && (
        <button type="button" className="jp-orch-link" aria-label={trans.__("Use the notebook's own %1", parameter.name)} onClick={() => draft.untell(parameter)}>
          {trans.__('own value')}
        </button>
      )}
      <div id={`${id}-note`} className={problem ? 'jp-orch-tone-bad' : 'jp-orch-Row-note'}>
        {words[problem]}
      </div>
    </div>
  );
}

namespace Private {
  export const ZONES: readonly string[] = ['UTC', ...(typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [])];

  /** Monday first, each with its number in cron. */
  export function weekdays(): [number, string][] {
    const format = new Intl.DateTimeFormat(undefined, { weekday: 'long', timeZone: 'UTC' });
    return [1, 2, 3, 4, 5, 6, 0].map(number => [number, format.format(Date.UTC(2023, 0, 1 + number))]);
  }
}
