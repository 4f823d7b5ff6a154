import { copyIcon } from '@jupyterlab/ui-components';

import { type IMetadata, readTable } from '../models/metadata';
import { Action } from './action';
import { useTrans } from './surroundings';
import { MaybeLink, Name, visible } from './text';

/** Particulars of an event, each as its kind asks for. */
export function MetadataList({ entries }: { entries: readonly IMetadata[] }): JSX.Element | null {
  if (entries.length === 0) {
    return null;
  }
  return (
    <dl className="jp-orch-Metadata">
      {entries.map((entry, i) => (
        <div key={i} data-wide={['md', 'json', 'python', 'table'].includes(entry.kind)}>
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
  const trans = useTrans();
  const { kind, value } = entry;
  switch (kind) {
    case 'url':
      return <MaybeLink text={String(value)} />;
    case 'path':
    case 'notebook':
      return (
        <span className="jp-orch-Metadata-path">
          <Name text={String(value)} />
          <Action
            label={trans.__('Copy %1', entry.label)}
            icon={copyIcon}
            look="icon"
            onAct={() => navigator.clipboard.writeText(String(value))}
          />
        </span>
      );
    case 'int':
    case 'float':
      return <span className="jp-orch-time">{typeof value === 'number' ? value.toLocaleString(undefined, { maximumSignificantDigits: 8 }) : visible(String(value))}</span>;
    case 'asset':
      return <Name text={Array.isArray(value) ? value.join(' / ') : String(value)} />;
    case 'table':
      return <MetadataTable entry={entry} />;
    case 'json':
      return (
        <pre className="jp-orch-pre" role="region" tabIndex={0} aria-label={visible(entry.label)}>
          {JSON.stringify(value, null, 2)}
        </pre>
      );
    case 'md':
    case 'python':
      return (
        <pre className="jp-orch-pre" role="region" tabIndex={0} aria-label={visible(entry.label)}>
          {visible(String(value))}
        </pre>
      );
    default:
      return <span className="jp-orch-pre">{visible(typeof value === 'string' ? value : JSON.stringify(value))}</span>;
  }
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
