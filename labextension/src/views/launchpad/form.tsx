import { Empty, Problem, Skeleton } from '../../components/states';
import { useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import { ConfigText } from '../../models/config_edit';
import type { IConfigProblem } from '../../models/config_places';
import { type ISchemaKey, isSchema, keysOf, kindOf, nonNull, type Schema } from '../../models/config_schema';
import { type IFormContext, problemsAt } from './form_context';
import { Field } from './form_field';
import type { LaunchpadModel } from './model';

/** The run config as a form that the pipeline's schema makes; it writes into the same text that the editor shows. */
export function ConfigForm({ model }: { model: LaunchpadModel }): JSX.Element {
  const { trans } = useOrch();
  const { schema } = model.checks;
  const config = new ConfigText(model.draft.yaml);
  if (!schema) {
    return <Skeleton rows={6} />;
  }
  if (!config.readable) {
    return <Problem message={trans.__('This text is not a mapping in YAML, so it can not be shown as a form. Mend it as YAML first.')} />;
  }
  const context: IFormContext = {
    config,
    problems: model.mistakes,
    write: (path, value) => model.change({ yaml: value === undefined ? config.without(path) : config.with(path, value) })
  };
  const parts = keysOf(schema).filter(key => Private.hasFields(key.schema));
  if (parts.length === 0) {
    return <Empty>{trans.__('There is nothing to configure.')}</Empty>;
  }
  return (
    <form className="jp-orch-Form" aria-label={trans.__('Run config')} onSubmit={event => event.preventDefault()}>
      {parts.map(part => (
        <details key={part.name} open={part.required || config.at([part.name]) !== undefined || part.name === 'solids'}>
          <summary>
            {visible(part.name)}
            <ProblemCount problems={context.problems} under={part.name} />
          </summary>
          <Keys schema={part.schema} path={[part.name]} context={context} />
        </details>
      ))}
    </form>
  );
}

function ProblemCount({ problems, under }: { problems: readonly IConfigProblem[]; under: string }): JSX.Element | null {
  const { trans } = useOrch();
  const count = problems.filter(one => one.path[0] === under).length;
  return count > 0 ? <span className="jp-orch-badge jp-orch-Form-count">{trans._n('%1 mistake', '%1 mistakes', count)}</span> : null;
}

/** The keys of a mapping, one below the other; a key with only one key of its own is shown together with it. */
export function Keys({ schema, path, context }: { schema: Schema; path: readonly string[]; context: IFormContext }): JSX.Element {
  const { trans } = useOrch();
  if (kindOf(schema) === 'selector') {
    return <Choice schema={schema} path={path} context={context} label={trans.__('One of')} />;
  }
  const keys = keysOf(schema).filter(key => Private.hasFields(key.schema));
  return (
    <div className="jp-orch-Form-keys">
      {keys.map(key => {
        const { inner, names } = Private.together(key);
        return <Key key={key.name} name={names.join(' › ')} field={inner} path={[...path, ...names]} context={context} description={key.schema.description} />;
      })}
      {keys.length === 0 && <span className="jp-orch-note">{trans.__('nothing to configure')}</span>}
    </div>
  );
}

function Key({
  name,
  field,
  path,
  context,
  description
}: {
  name: string;
  field: ISchemaKey;
  path: readonly string[];
  context: IFormContext;
  description: unknown;
}): JSX.Element {
  const { schema, nullable } = nonNull(field.schema);
  const kind = kindOf(schema);
  if (kind === 'shape' && !nullable) {
    return (
      <fieldset className="jp-orch-Form-shape">
        <legend>{visible(name)}</legend>
        {typeof description === 'string' && <p className="jp-orch-note">{visible(description)}</p>}
        <OwnProblems path={path} context={context} />
        <Keys schema={schema} path={path} context={context} />
      </fieldset>
    );
  }
  if (kind === 'selector') {
    return <Choice schema={schema} path={path} context={context} label={visible(name)} />;
  }
  return <Field name={name} field={field} path={path} context={context} />;
}

/** Mistakes of a mapping itself, e.g. an unknown key in it. */
function OwnProblems({ path, context }: { path: readonly string[]; context: IFormContext }): JSX.Element | null {
  const own = problemsAt(context, path);
  return own.length > 0 ? (
    <ul className="jp-orch-Form-problems">
      {own.map((one, i) => (
        <li key={i}>{visible(one.message)}</li>
      ))}
    </ul>
  ) : null;
}

/** Exactly one of several keys. */
function Choice({ schema, path, context, label }: { schema: Schema; path: readonly string[]; context: IFormContext; label: string }): JSX.Element {
  const { trans } = useOrch();
  const keys = keysOf(schema);
  const held = context.config.at(path);
  const chosen = keys.find(key => (isSchema(held) ? key.name in held : held === key.name));
  return (
    <div className="jp-orch-Form-choice">
      <label className="jp-orch-Form-field">
        <span className="jp-orch-Form-name">{label}</span>
        <select
          className="jp-mod-styled"
          value={chosen?.name ?? ''}
          onChange={event => context.write(path, event.target.value ? { [event.target.value]: {} } : undefined)}
        >
          <option value="">{trans.__('(not said)')}</option>
          {keys.map(key => (
            <option key={key.name} value={key.name}>
              {visible(key.name)}
            </option>
          ))}
        </select>
      </label>
      <OwnProblems path={path} context={context} />
      {chosen && Private.hasFields(chosen.schema) && (
        <div className="jp-orch-Form-shape">
          <Keys schema={nonNull(chosen.schema).schema} path={[...path, chosen.name]} context={context} />
        </div>
      )}
    </div>
  );
}

namespace Private {
  /** Something can be written below this schema that a form can ask for. */
  export function hasFields(schema: Schema): boolean {
    const { schema: inner } = nonNull(schema);
    switch (kindOf(inner)) {
      case 'shape':
        return keysOf(inner).some(key => hasFields(key.schema));
      case 'free':
        return Object.keys(inner).some(word => word !== 'description');
      default:
        return true;
    }
  }

  /** A key with the keys below it, as long as each has only one. */
  export function together(key: ISchemaKey): { inner: ISchemaKey; names: string[] } {
    const names = [key.name];
    let inner = key;
    for (;;) {
      const { schema, nullable } = nonNull(inner.schema);
      const fields = kindOf(schema) === 'shape' && !nullable ? keysOf(schema).filter(one => hasFields(one.schema)) : [];
      if (fields.length !== 1 || kindOf(nonNull(fields[0].schema).schema) !== 'shape') {
        return { inner, names };
      }
      [inner] = fields;
      names.push(inner.name);
    }
  }
}
