import { addIcon, InputGroup, refreshIcon } from '@jupyterlab/ui-components';

import { Action, useRefusal } from '../../components/action';
import { ConnectionChip, DaemonChip } from '../../components/chips';
import { SetupCard } from '../../components/setup_card';
import { OfflineBanner } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Locations } from './locations';
import type { OrchestrateModel } from './model';
import { Pipelines } from './pipelines';
import { ActiveRuns, RecentRuns } from './runs';
import { Schedules, Sensors } from './schedules';

/** Header, filter and the sections. */
export function OrchestrateBody({ model }: { model: OrchestrateModel }): JSX.Element {
  const { setup } = useOrch();
  const { state } = useModel(setup);
  const usable = !['missing', 'forbidden', 'failed'].includes(state.kind);
  return (
    <div className="jp-orch-Panel-body">
      <Header model={model} />
      <OfflineBanner />
      <SetupCard />
      {usable && (
        <div className="jp-orch-Panel-sections">
          <ActiveRuns model={model} />
          <RecentRuns model={model} />
          <Pipelines model={model} />
          <Schedules model={model} />
          <Sensors model={model} />
          <Locations model={model} />
        </div>
      )}
    </div>
  );
}

/** Ways to the tabs that show everything of a kind. */
function Ways(): JSX.Element {
  const { open, trans } = useOrch();
  const ways: [string, () => void][] = [
    [trans.__('Runs'), () => open.runs()],
    [trans.__('Schedules'), () => open.automation()],
    [trans.__('Notebook jobs'), () => open.notebookJobs()],
    [trans.__('Backfills'), () => open.backfills()],
    [trans.__('Assets'), () => open.assets()],
    [trans.__('Instance'), () => open.instance()]
  ];
  return (
    <nav className="jp-orch-Ways" aria-label={trans.__('Tabs')}>
      {ways.map(([label, go]) => (
        <button key={label} type="button" className="jp-orch-link" aria-label={trans.__('Show %1', label)} onClick={go}>
          {label}
        </button>
      ))}
    </nav>
  );
}

function Header({ model }: { model: OrchestrateModel }): JSX.Element {
  const { live, setup, permissions, open, trans } = useOrch();
  useModel(model);
  const refusal = useRefusal('launch_pipeline_execution');
  const refresh = async (): Promise<void> => {
    await Promise.all([live.refresh(), setup.check(), permissions.refresh()]);
  };
  return (
    <header className="jp-orch-Panel-head">
      <div className="jp-orch-Panel-chips">
        <ConnectionChip />
        <DaemonChip />
      </div>
      <div className="jp-orch-Panel-actions">
        <Action label={trans.__('New run')} icon={addIcon} look="plain" refusal={refusal} onAct={() => open.launchpad()}>
          {trans.__('New run')}
        </Action>
        <span className="jp-orch-spring" />
        <Action label={trans.__('Refresh')} icon={refreshIcon} look="icon" onAct={refresh} />
      </div>
      <Ways />
      <InputGroup
        className="jp-orch-filter"
        type="search"
        aria-label={trans.__('Filter')}
        placeholder={trans.__('Filter')}
        rightIcon="ui-components:search"
        value={model.filter}
        onChange={event => {
          model.filter = event.currentTarget.value;
        }}
      />
    </header>
  );
}
