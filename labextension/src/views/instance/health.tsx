import { FailureCard } from '../../components/failure_card';
import { Empty } from '../../components/states';
import { StatusGlyph } from '../../components/status';
import { useNow, useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { Ago, agoText } from '../../components/time';
import { readFailure } from '../../models/history';
import { dutyOf, hasBegun, type Loop, reasonOf } from './loops';
import type { Instance } from './model';

/** The daemon's loops with what is wrong with them, and the processes that run them. */
export function Health({ instance }: { instance: Instance }): JSX.Element {
  const { trans } = useOrch();
  const loops = instance.daemonHealth.allDaemonStatuses;
  const ill = loops.some(loop => !loop.healthy);
  return (
    <>
      <h3>{trans.__('Loops of the daemon')}</h3>
      {loops.length === 0 ? (
        <Empty>{trans.__('No daemon runs in this server; schedules fire only where one does.')}</Empty>
      ) : (
        <div className="jp-orch-Table-scroll" role="region" tabIndex={0} aria-label={trans.__('Table of loops')}>
          <table className="jp-orch-Table" aria-label={trans.__('Loops of the daemon')}>
            <thead>
              <tr>
                <th scope="col">{trans.__('Loop')}</th>
                <th scope="col">{trans.__('State')}</th>
                <th scope="col">{trans.__('Last heartbeat')}</th>
                {ill && <th scope="col">{trans.__('Why')}</th>}
              </tr>
            </thead>
            <tbody>
              {loops.map(loop => (
                <LoopRow key={loop.id} loop={loop} reasons={ill} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {loops.flatMap(loop =>
        loop.lastHeartbeatErrors.map((error, i) => (
          <FailureCard key={`${loop.id}/${i}`} failure={readFailure(error)!} title={trans.__('%1 fails', loop.daemonType)} />
        ))
      )}
      <h3>{trans.__('Replicas')}</h3>
      <Replicas instance={instance} />
    </>
  );
}

/** @param reasons - whether there is a column for them. */
function LoopRow({ loop, reasons }: { loop: Loop; reasons: boolean }): JSX.Element {
  const { trans } = useOrch();
  const now = useNow(true);
  const begun = hasBegun(loop);
  const ago = loop.lastHeartbeatTime === null ? '–' : agoText(loop.lastHeartbeatTime, Math.max(now, loop.lastHeartbeatTime), trans);
  return (
    <tr>
      <th scope="row">
        <span className="jp-orch-Two">
          <span>{loop.daemonType}</span>
          <span className="jp-orch-note">{dutyOf(loop.daemonType, trans)}</span>
        </span>
      </th>
      <td>
        <span className={`jp-orch-Status jp-orch-tone-${loop.healthy ? 'good' : begun ? 'bad' : 'idle'}`}>
          <StatusGlyph status={loop.healthy ? 'SUCCESS' : begun ? 'FAILURE' : 'WAITING'} />
          {loop.healthy ? trans.__('Well') : begun ? trans.__('Not well') : trans.__('Has not begun')}
        </span>
      </td>
      <td>{ago}</td>
      {reasons && <td className="jp-orch-Table-wrap">{visible(reasonOf(loop, ago, trans))}</td>}
    </tr>
  );
}

function Replicas({ instance }: { instance: Instance }): JSX.Element {
  const { trans } = useOrch();
  return (
    <div className="jp-orch-Table-scroll" role="region" tabIndex={0} aria-label={trans.__('Table of replicas')}>
      <table className="jp-orch-Table" aria-label={trans.__('Replicas')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Host')}</th>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col">{trans.__('Process')}</th>
            <th scope="col">{trans.__('Since')}</th>
            <th scope="col">{trans.__('Last heartbeat')}</th>
            <th scope="col">{trans.__('Version')}</th>
          </tr>
        </thead>
        <tbody>
          {instance.replicas.map(replica => (
            <tr key={replica.id}>
              <th scope="row">
                <Name text={replica.host} /> {replica.here && <span className="jp-orch-badge">{trans.__('this server')}</span>}
              </th>
              <td>
                <span className={`jp-orch-Status jp-orch-tone-${replica.silentSince === null ? 'good' : 'bad'}`}>
                  <StatusGlyph status={replica.silentSince === null ? 'SUCCESS' : 'FAILURE'} />
                  {replica.silentSince === null ? trans.__('Alive') : trans.__('Silent')}
                </span>
              </td>
              <td>{replica.pid}</td>
              <td>
                <Ago instant={replica.startedAt} />
              </td>
              <td>
                <Ago instant={replica.lastHeartbeatTime} />
              </td>
              <td>{visible(replica.version)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
