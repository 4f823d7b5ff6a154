import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import { useEffect, useId, useState } from 'react';
import { parse, stringify } from 'yaml';

import { Action } from '../../components/action';
import { useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import { type ISchemaKey, kindOf, nonNull, type Schema, typeText } from '../../models/config_schema';
import { type IFormContext, problemsAt } from './form_context';

/** One value: its name, a control that fits its type, what it is for, and what is wrong with it. */
export function Field({ name, field, path, context }: { name: string; field: ISchemaKey; path: readonly string[]; context: IFormContext }): JSX.Element {
  const { trans } = useOrch();
  const id = useId();
  const { schema, nullable } = nonNull(field.schema);
  const value = context.config.at(path);
  const problems = problemsAt(context, path);
  const description = field.schema.description ?? schema.description;
  const said = [problems.length > 0 ? `${id}-problem` : '', typeof description === 'string' ? `${id}-about` : ''].filter(Boolean).join(' ');
  return (
    <div className="jp-orch-Form-field">
      <label className="jp-orch-Form-name" htmlFor={id}>
        {visible(name)}
        <code>{typeText(schema)}</code>
        {field.required && <span className="jp-orch-badge">{trans.__('required')}</span>}
      </label>
      <div className="jp-orch-Form-control">
        {kindOf(schema) === 'list' && ['string', 'integer', 'number', 'enum'].includes(kindOf(schema.items as Schema)) ? (
          <List id={id} name={name} schema={schema.items as Schema} value={value} defaults={schema.default} onWrite={next => context.write(path, next)} />
        ) : (
          <Control
            id={id}
            schema={schema}
            nullable={nullable}
            value={value}
            described={said}
            wrong={problems.length > 0}
            onWrite={next => context.write(path, next)}
          />
        )}
        {typeof description === 'string' && (
          <span id={`${id}-about`} className="jp-orch-note">
            {visible(description)}
          </span>
        )}
        {problems.length > 0 && (
          <ul id={`${id}-problem`} className="jp-orch-Form-problems">
            {problems.map((one, i) => (
              <li key={i}>{visible(one.message)}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

interface IControlProps {
  id: string;
  schema: Schema;
  nullable: boolean;
  value: unknown;
  described: string;
  wrong: boolean;
  onWrite: (value: unknown) => void;
}

function Control(props: IControlProps): JSX.Element {
  const { trans } = useOrch();
  const { id, schema, nullable, value, described, wrong, onWrite } = props;
  const kind = kindOf(schema);
  const hint = schema.default === undefined ? '' : trans.__('default %1', Private.inline(schema.default));
  const shared = { id, 'aria-describedby': described || undefined, 'aria-invalid': wrong, className: 'jp-mod-styled' };
  if (kind === 'boolean' || kind === 'enum') {
    const words = kind === 'boolean' ? [true, false] : (schema.enum as unknown[]);
    return (
      <select {...shared} value={value === undefined ? '' : JSON.stringify(value)} onChange={event => onWrite(Private.ofChoice(event.target.value))}>
        <option value="">{hint || trans.__('(not said)')}</option>
        {words.map(word => (
          <option key={String(word)} value={JSON.stringify(word)}>
            {visible(String(word))}
          </option>
        ))}
        {nullable && <option value="null">{trans.__('none')}</option>}
        {value !== undefined && value !== null && !words.includes(value) && <option value={JSON.stringify(value)}>{visible(Private.inline(value))}</option>}
      </select>
    );
  }
  return <TextControl {...props} kind={kind} hint={hint || (nullable ? trans.__('none') : '')} />;
}

/** Text that is written when it can be read as what is wanted; meanwhile it stays as it was typed. */
function TextControl({ id, value, described, wrong, kind, hint, onWrite }: IControlProps & { kind: string; hint: string }): JSX.Element {
  const written = Private.textOf(value, kind);
  const [typed, setTyped] = useState(written);
  const [base, setBase] = useState(written);
  useEffect(() => {
    if (written !== base) {
      setBase(written);
      setTyped(current => (Private.same(Private.read(current, kind), value) ? current : written));
    }
  }, [written, base, kind, value]);
  const write = (text: string): void => {
    setTyped(text);
    const next = Private.read(text, kind);
    if (next !== Private.UNREADABLE && !Private.same(next, value)) {
      onWrite(next);
    }
  };
  const unreadable = Private.read(typed, kind) === Private.UNREADABLE;
  const shared = {
    id,
    'aria-describedby': described || undefined,
    'aria-invalid': wrong || unreadable,
    className: 'jp-mod-styled',
    placeholder: hint,
    value: typed,
    spellCheck: false
  };
  return kind === 'free' || kind === 'list' || typed.includes('\n') ? (
    <textarea {...shared} rows={Math.min(Math.max(typed.split('\n').length, 2), 12)} onChange={event => write(event.target.value)} />
  ) : (
    <input {...shared} inputMode={kind === 'string' ? 'text' : 'decimal'} onChange={event => write(event.target.value)} />
  );
}

function List({
  id,
  name,
  schema,
  value,
  defaults,
  onWrite
}: {
  id: string;
  name: string;
  schema: Schema;
  value: unknown;
  defaults: unknown;
  onWrite: (value: unknown) => void;
}): JSX.Element {
  const { trans } = useOrch();
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  const set = (next: unknown[]): void => onWrite(next.length > 0 ? next : undefined);
  return (
    <div id={id} role="group" aria-label={visible(name)} className="jp-orch-Form-list">
      {items.map((item, i) => (
        <div key={i} className="jp-orch-Form-item">
          <Control
            id={`${id}-${i}`}
            schema={schema}
            nullable={false}
            value={item}
            described=""
            wrong={false}
            onWrite={next => set(items.map((one, at) => (at === i ? (next ?? '') : one)))}
          />
          <Action label={trans.__('Remove item %1 of %2', i + 1, name)} icon={closeIcon} look="icon" onAct={() => set(items.filter((_, at) => at !== i))} />
        </div>
      ))}
      <Action
        label={trans.__('Add to %1', name)}
        icon={addIcon}
        look="icon"
        onAct={() => set(items.length === 0 && Array.isArray(defaults) ? [...(defaults as unknown[])] : [...items, Private.blank(schema)])}
      />
      {items.length === 0 && defaults !== undefined && <span className="jp-orch-note">{trans.__('default %1', Private.inline(defaults))}</span>}
    </div>
  );
}

namespace Private {
  export const UNREADABLE = Symbol('unreadable');

  /** What a typed text means; an empty one means that nothing is said. */
  export function read(text: string, kind: string): unknown {
    if (text === '') {
      return undefined;
    }
    if (kind === 'string') {
      return text;
    }
    try {
      return parse(text) as unknown;
    } catch {
      return UNREADABLE;
    }
  }

  export function textOf(value: unknown, kind: string): string {
    if (value === undefined) {
      return '';
    }
    return kind === 'string' && typeof value === 'string' ? value : inline(value, kind === 'free' || kind === 'list');
  }

  /** A value as YAML, in one line unless told otherwise. */
  export function inline(value: unknown, block = false): string {
    return typeof value === 'object' && value !== null && !block
      ? JSON.stringify(value)
      : stringify(value).replace(/\n$/, '');
  }

  export function same(a: unknown, b: unknown): boolean {
    return JSON.stringify(a) === JSON.stringify(b);
  }

  export function ofChoice(text: string): unknown {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  export function blank(schema: Schema): unknown {
    const kind = kindOf(schema);
    return kind === 'enum' ? (schema.enum as unknown[])[0] : kind === 'string' ? '' : 0;
  }
}
