import { Empty } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { Ago } from '../../components/time';
import type { InstanceModel } from './model';

/** Runs that wait, in the order in which they are taken, and the pools whose slots they wait for. */
export function Queue({ model }: { model: InstanceModel }): JSX.Element {
  const { open, trans } = useOrch();
  useModel(model);
  const { queue } = model;
  const waiting = model.counts.queued ?? 0;
  return (
    <>
      <h3>{trans.__('Pools')}</h3>
      <Pools model={model} />
      <h3>{trans.__('Queue')}</h3>
      {queue.length === 0 ? (
        <Empty>{trans.__('No run waits.')}</Empty>
      ) : (
        <div className="jp-orch-Table-scroll" role="region" tabIndex={0} aria-label={trans.__('Table of the queue')}>
          <table className="jp-orch-Table" aria-label={trans.__('Queue')}>
            <thead>
              <tr>
                <th scope="col">{trans.__('Place')}</th>
                <th scope="col">{trans.__('Pipeline')}</th>
                <th scope="col">{trans.__('Run')}</th>
                <th scope="col">{trans.__('Created by')}</th>
                <th scope="col">{trans.__('Waits since')}</th>
              </tr>
            </thead>
            <tbody>
              {queue.map(run => (
                <tr key={run.id}>
                  <td>{run.queuePosition ?? '–'}</td>
                  <th scope="row">
                    <Name text={run.pipelineName} />
                  </th>
                  <td>
                    <button type="button" className="jp-orch-link" onClick={() => open.run(run.runId)}>
                      <code>{run.runId.slice(0, 8)}</code>
                    </button>
                  </td>
                  <td>
                    <Name text={run.createdBy} />
                  </td>
                  <td>
                    <Ago instant={run.createTime} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {waiting > queue.length && (
        <button type="button" className="jp-orch-link" onClick={() => open.runs({ status: 'QUEUED' })}>
          {trans.__('Show all %1 runs that wait', waiting.toLocaleString())}
        </button>
      )}
    </>
  );
}

function Pools({ model }: { model: InstanceModel }): JSX.Element {
  const { open, trans } = useOrch();
  const { pools } = model.instance!;
  if (pools.length === 0) {
    return <Empty>{trans.__('No pool is set up. Name pools under concurrency in orch.yaml, and runs by the tag jupyter_orch/pool.')}</Empty>;
  }
  return (
    <ul className="jp-orch-Meters" role="list" aria-label={trans.__('Pools')}>
      {pools.map(({ id, name, limit, holders }) => (
        <li key={id}>
          <Name text={name} />
          {limit === null ? (
            <span className="jp-orch-note">{trans.__('no limit')}</span>
          ) : (
            <meter min={0} max={Math.max(limit, 1)} value={Math.min(holders.length, limit)} aria-label={trans.__('Used slots of %1', name)} />
          )}
          <span className="jp-orch-time">{limit === null ? trans._n('%1 slot used', '%1 slots used', holders.length) : trans.__('%1 of %2 used', holders.length, limit)}</span>
          <span className="jp-orch-Ways">
            {holders.slice(0, 8).map(runId => (
              <button key={runId} type="button" className="jp-orch-link" aria-label={trans.__('Open run %1', runId)} onClick={() => open.run(runId)}>
                <code>{runId.slice(0, 8)}</code>
              </button>
            ))}
            {holders.length > 8 && <span className="jp-orch-note">{trans.__('and %1 more', holders.length - 8)}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
