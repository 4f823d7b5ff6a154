import { FailureCard } from '../../components/failure_card';
import { Fact, Facts } from '../../components/facts';
import { Locations } from '../../components/locations';
import { Empty, OfflineBanner, Problem, Skeleton } from '../../components/states';
import { StatusGlyph } from '../../components/status';
import { useModel, useNow, useOrch } from '../../components/surroundings';
import { Tabs } from '../../components/tabs';
import { Name, visible } from '../../components/text';
import { agoText, Ago } from '../../components/time';
import { readFailure } from '../../models/history';
import { VERSION } from '../../version';
import type { Instance, InstanceModel } from './model';

/** Health, replicas, queue, code locations and settings of the instance. */
export function InstanceBody({ model }: { model: InstanceModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  const { instance } = model;
  return (
    <div className="jp-orch-View-body jp-orch-Instance">
      <OfflineBanner />
      {model.problem && <Problem message={model.problem} />}
      {!model.loaded && <Skeleton rows={6} />}
      {instance && (
        <>
          <header className="jp-orch-Head">
            <div className="jp-orch-Head-line">
              <h2>{trans.__('Instance')}</h2>
              <Overall instance={instance} />
            </div>
            <Figures model={model} />
          </header>
          <Tabs
            label={trans.__('Parts of the instance')}
            tabs={[
              { id: 'health', label: trans.__('Health') },
              { id: 'locations', label: trans.__('Locations') },
              { id: 'settings', label: trans.__('Settings') }
            ]}
            current={model.tab}
            onChoose={id => (model.tab = id)}
          >
            <div className="jp-orch-Page">
              {model.tab === 'health' && <Health instance={instance} />}
              {model.tab === 'locations' && <Locations matches={() => true} empty={trans.__('No locations.')} />}
              {model.tab === 'settings' && <Settings text={instance.info} />}
            </div>
          </Tabs>
        </>
      )}
    </div>
  );
}

/** One word on whether everything that is needed works. */
function Overall({ instance }: { instance: Instance }): JSX.Element {
  const { trans } = useOrch();
  const loops = instance.daemonHealth.allDaemonStatuses;
  const sick = loops.filter(loop => loop.required && !loop.healthy && Private.hasBegun(loop)).length;
  return (
    <span role="status" aria-label={trans.__('State of the daemon')} className={`jp-orch-Head-status jp-orch-tone-${sick > 0 ? 'bad' : 'good'}`}>
      <span className="jp-orch-Status">
        <StatusGlyph status={sick > 0 ? 'FAILURE' : 'SUCCESS'} />
        <span>{sick > 0 ? trans._n('%1 loop is not well', '%1 loops are not well', sick) : trans.__('All loops are well')}</span>
      </span>
    </span>
  );
}

function Figures({ model }: { model: InstanceModel }): JSX.Element {
  const { open, trans } = useOrch();
  const { counts } = model;
  const instance = model.instance!;
  const figure = (count: number | null): string => (count === null ? '–' : count.toLocaleString());
  return (
    <Facts>
      <Fact name={trans.__('Queued')}>
        <button type="button" className="jp-orch-link" onClick={() => open.runs({ status: 'QUEUED' })}>
          {figure(counts.queued)}
        </button>
      </Fact>
      <Fact name={trans.__('Starting')}>{figure(counts.starting)}</Fact>
      <Fact name={trans.__('Running')}>
        <button type="button" className="jp-orch-link" onClick={() => open.runs({ status: 'STARTED' })}>
          {figure(counts.running)}
        </button>
      </Fact>
      <Fact name={trans.__('All runs')}>{figure(counts.all)}</Fact>
      <Fact name={trans.__('Coordinator')}>
        <Name text={instance.runCoordinator} />
      </Fact>
      <Fact name={trans.__('Launcher')}>
        <Name text={instance.runLauncher} />
      </Fact>
      <Fact name={trans.__('Version')}>{model.server === VERSION ? visible(model.server) : trans.__('server %1, panel %2', model.server, VERSION)}</Fact>
    </Facts>
  );
}

function Health({ instance }: { instance: Instance }): JSX.Element {
  const { trans } = useOrch();
  const now = useNow(true);
  const loops = instance.daemonHealth.allDaemonStatuses;
  return (
    <>
      <h3>{trans.__('Loops of the daemon')}</h3>
      {loops.length === 0 ? (
        <Empty>{trans.__('No daemon runs in this server; schedules fire only where one does.')}</Empty>
      ) : (
        <div className="jp-orch-Table-scroll">
          <table className="jp-orch-Table" aria-label={trans.__('Loops of the daemon')}>
            <thead>
              <tr>
                <th scope="col">{trans.__('Loop')}</th>
                <th scope="col">{trans.__('State')}</th>
                <th scope="col">{trans.__('Last heartbeat')}</th>
              </tr>
            </thead>
            <tbody>
              {loops.map(loop => (
                <tr key={loop.id}>
                  <th scope="row">{loop.daemonType}</th>
                  <td>
                    <span className={`jp-orch-Status jp-orch-tone-${loop.healthy ? 'good' : Private.hasBegun(loop) ? 'bad' : 'idle'}`}>
                      <StatusGlyph status={loop.healthy ? 'SUCCESS' : Private.hasBegun(loop) ? 'FAILURE' : 'WAITING'} />
                      {loop.healthy ? trans.__('Well') : Private.hasBegun(loop) ? trans.__('Not well') : trans.__('Has not begun')}
                    </span>
                  </td>
                  <td>{loop.lastHeartbeatTime === null ? '–' : agoText(loop.lastHeartbeatTime, Math.max(now, loop.lastHeartbeatTime), trans)}</td>
                </tr>
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
      <div className="jp-orch-Table-scroll">
        <table className="jp-orch-Table" aria-label={trans.__('Replicas')}>
          <thead>
            <tr>
              <th scope="col">{trans.__('Host')}</th>
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
                <td>{replica.pid}</td>
                <td>
                  <Ago instant={replica.startedAt} />
                </td>
                <td>
                  {replica.silentSince !== null && <span className="jp-orch-badge">{trans.__('silent')}</span>}{' '}
                  <Ago instant={replica.lastHeartbeatTime} />
                </td>
                <td>{visible(replica.version)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Settings({ text }: { text: string }): JSX.Element {
  const { trans } = useOrch();
  return text.trim() === '' ? (
    <Empty>{trans.__('Nothing is set: every setting has its default.')}</Empty>
  ) : (
    <pre className="jp-orch-pre" role="region" tabIndex={0} aria-label={trans.__('Settings of the instance')}>
      {text}
    </pre>
  );
}

namespace Private {
  type Loop = Instance['daemonHealth']['allDaemonStatuses'][number];

  /** A loop that has ended a turn, well or not; those that begin later are not ill. */
  export function hasBegun(loop: Loop): boolean {
    return loop.lastHeartbeatTime !== null || loop.lastHeartbeatErrors.length > 0;
  }
}
