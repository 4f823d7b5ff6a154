import { useEffect } from 'react';

import { Problem, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import type { InstanceModel } from './model';

const EVERY = 30_000;

/** How large each database is, and what takes the room; counted only while somebody looks. */
export function Storage({ model }: { model: InstanceModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  useEffect(() => {
    const ask = (): void => void model.measure();
    ask();
    const timer = window.setInterval(ask, EVERY);
    return () => window.clearInterval(timer);
  }, [model]);
  if (!model.holdings) {
    return model.holdingsProblem ? <Problem message={model.holdingsProblem} /> : <Skeleton rows={6} />;
  }
  return (
    <>
      {model.holdings.map(({ place, bytes, tables }) => {
        const told = tables.some(table => table.bytes !== null);
        const held = tables.filter(table => table.rows > 0 || (table.bytes ?? 0) > 0);
        return (
          <section key={place} aria-label={trans.__('Database %1', place)}>
            <h3>
              <span className="jp-orch-Storage-place">
                <Name text={place} />
              </span>{' '}
              <span className="jp-orch-badge">{sizeText(bytes)}</span>
            </h3>
            <div className="jp-orch-Table-scroll">
              <table className="jp-orch-Table jp-orch-mod-narrow" aria-label={trans.__('Tables of %1', place)}>
                <thead>
                  <tr>
                    <th scope="col">{trans.__('Table')}</th>
                    <th scope="col" className="jp-orch-Table-number">
                      {trans.__('Rows')}
                    </th>
                    {told && (
                      <th scope="col" className="jp-orch-Table-number">
                        {trans.__('Size')}
                      </th>
                    )}
                  </tr>
                </thead>
                <tbody>
                  {held.map(table => (
                    <tr key={table.name}>
                      <th scope="row">{table.name}</th>
                      <td className="jp-orch-Table-number">{table.rows.toLocaleString()}</td>
                      {told && <td className="jp-orch-Table-number">{table.bytes === null ? '–' : sizeText(table.bytes)}</td>}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        );
      })}
      {model.holdings.length === 0 && <p className="jp-orch-note">{trans.__('This storage does not tell how much it holds.')}</p>}
    </>
  );
}

/** Bytes in the largest fitting unit. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 && power > 0 ? 1 : 0 })} ${units[power]}`;
}
