import { Fact, Facts } from '../../components/facts';
import { Locations } from '../../components/locations';
import { Empty, OfflineBanner, Problem, Skeleton } from '../../components/states';
import { StatusGlyph } from '../../components/status';
import { useModel, useOrch } from '../../components/surroundings';
import { Tabs } from '../../components/tabs';
import { Name, visible } from '../../components/text';
import { VERSION } from '../../version';
import { Health } from './health';
import { hasBegun } from './loops';
import type { Instance, InstanceModel } from './model';
import { Queue } from './queue';
import { Storage } from './storage';

/** Health, replicas, queue, code locations, storage and settings of the instance. */
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
              { id: 'queue', label: trans.__('Queue'), badge: model.counts.queued ? model.counts.queued.toLocaleString() : undefined },
              { id: 'locations', label: trans.__('Locations') },
              { id: 'storage', label: trans.__('Storage') },
              { id: 'settings', label: trans.__('Settings') }
            ]}
            current={model.tab}
            onChoose={id => (model.tab = id)}
          >
            <div className="jp-orch-Page">
              {model.tab === 'health' && <Health instance={instance} />}
              {model.tab === 'queue' && <Queue model={model} />}
              {model.tab === 'storage' && <Storage model={model} />}
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
  const sick = loops.filter(loop => loop.required && !loop.healthy && hasBegun(loop)).length;
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
