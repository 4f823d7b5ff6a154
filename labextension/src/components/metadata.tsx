import { PageConfig } from '@jupyterlab/coreutils';
import { copyIcon } from '@jupyterlab/ui-components';

import { contentsPathOf, type IMetadata, readTable } from '../models/metadata';
import { Action } from './action';
import { Rendered } from './rendered';
import { useOrch } from './surroundings';
import { MaybeLink, Name, visible } from './text';

/** Particulars of an event, each as its kind asks for. */
export function MetadataList({ entries }: { entries: readonly IMetadata[] }): JSX.Element | null {
  if (entries.length === 0) {
    return null;
  }
  return (
    <dl className="jp-orch-Metadata">
      {entries.map((entry, i) => (
        <div key={i} data-wide={['md', 'json', 'table'].includes(entry.kind)}>
          <dt title={entry.description || undefined}>{visible(entry.label)}</dt>
          <dd>
            <MetadataValue entry={entry} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function MetadataValue({ entry }: { entry: IMetadata }): JSX.Element {
  const { open } = useOrch();
  const { kind, value } = entry;
  switch (kind) {
    case 'url':
      return <MaybeLink text={String(value)} />;
    case 'path':
    case 'notebook':
      return <MetadataPath entry={entry} />;
    case 'int':
    case 'float':
      return <span className="jp-orch-time">{typeof value === 'number' ? value.toLocaleString(undefined, { maximumSignificantDigits: 8 }) : visible(String(value))}</span>;
    case 'asset': {
      const key = Array.isArray(value) ? value.map(String) : [String(value)];
      return (
        <button type="button" className="jp-orch-link" onClick={() => open.assets(key)}>
          <Name text={key.join(' / ')} />
        </button>
      );
    }
    case 'run':
      return (
        <button type="button" className="jp-orch-link" onClick={() => open.run(String(value))}>
          <code>{visible(String(value).slice(0, 8))}</code>
        </button>
      );
    case 'python': {
      const { module, name } = (value ?? {}) as Record<string, unknown>;
      return <code>{visible(`${String(module)}.${String(name)}`)}</code>;
    }
    case 'table':
      return <MetadataTable entry={entry} />;
    case 'json':
      return (
        <pre className="jp-orch-pre" role="region" tabIndex={0} aria-label={visible(entry.label)}>
          {visible(JSON.stringify(value, null, 2))}
        </pre>
      );
    case 'md':
      return <Rendered data={{ 'text/markdown': String(value) }} className="jp-orch-Metadata-md" />;
    default:
      return <span className="jp-orch-pre">{visible(typeof value === 'string' ? value : JSON.stringify(value))}</span>;
  }
}

/** A path: it opens in Lab when it lies below Lab's folder, and can always be copied. */
function MetadataPath({ entry }: { entry: IMetadata }): JSX.Element {
  const { open, trans } = useOrch();
  const path = String(entry.value);
  const inside = contentsPathOf(path, PageConfig.getOption('serverRoot'));
  return (
    <span className="jp-orch-Metadata-path">
      {inside ? (
        <button type="button" className="jp-orch-link" title={trans.__('Open %1', visible(path))} onClick={() => open.file(inside)}>
          <Name text={path} />
        </button>
      ) : (
        <Name text={path} />
      )}
      <Action label={trans.__('Copy %1', entry.label)} icon={copyIcon} look="icon" onAct={() => navigator.clipboard.writeText(path)} />
    </span>
  );
}

/** Rows of a table; what is no table is shown as JSON. */
function MetadataTable({ entry }: { entry: IMetadata }): JSX.Element {
  const table = readTable(entry.value);
  if (!table) {
    return <pre className="jp-orch-pre">{JSON.stringify(entry.value, null, 2)}</pre>;
  }
  return (
    <div className="jp-orch-Table-scroll">
      <table className="jp-orch-Table" aria-label={visible(entry.label)}>
        <thead>
          <tr>
            {table.columns.map(column => (
              <th key={column} scope="col">
                {visible(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, i) => (
            <tr key={i}>
              {table.columns.map(column => (
                <td key={column}>{visible(String(row[column] ?? ''))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
