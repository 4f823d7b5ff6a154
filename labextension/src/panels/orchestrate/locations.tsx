import { refreshIcon } from '@jupyterlab/ui-components';

import { Action, useRefusal } from '../../components/action';
import { FailureCard } from '../../components/failure_card';
import { Rows } from '../../components/rows';
import { Section } from '../../components/section';
import { Empty, Problem, Skeleton } from '../../components/states';
import { StatusGlyph, statusWord } from '../../components/status';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { clockText } from '../../components/time';
import { readFailure } from '../../models/history';
import type { ILocation } from '../../models/workspace';
import type { OrchestrateModel } from './model';

/** Where code comes from, whether it loads, and why not. */
export function Locations({ model }: { model: OrchestrateModel }): JSX.Element {
  const { workspace, open, trans } = useOrch();
  useModel(workspace);
  useModel(model);
  const refusal = useRefusal('reload_workspace');
  const shown = workspace.locations.filter(location => model.matches(location.name));
  const reloadAll = async (): Promise<void> => {
    const refused = await workspace.reloadAll();
    if (refused) {
      open.tell(refused, 'error');
    }
  };
  const actions = (
    <Action label={trans.__('Reload workspace')} icon={refreshIcon} look="icon" refusal={refusal} onAct={reloadAll} />
  );
  return (
    <Section title={trans.__('Locations')} count={workspace.loaded ? workspace.locations.length : undefined} actions={actions}>
      {!workspace.loaded && <Skeleton rows={2} />}
      {workspace.problem && <Problem message={workspace.problem} />}
      {workspace.loaded && !workspace.problem && shown.length === 0 && (
        <Empty>{model.filter ? trans.__('No location fits the filter.') : trans.__('No locations. Add one to %1.', workspace.path)}</Empty>
      )}
      <Rows
        label={trans.__('Locations')}
        items={shown}
        keyOf={location => location.name}
        render={(location, tabIndex) => <LocationRow location={location} tabIndex={tabIndex} />}
      />
    </Section>
  );
}

function LocationRow({ location, tabIndex }: { location: ILocation; tabIndex: number }): JSX.Element {
  const { workspace, open, trans } = useOrch();
  const refusal = useRefusal('reload_repository_location');
  const word = statusWord(location.status, trans);
  const reload = async (): Promise<void> => {
    const refused = await workspace.reload(location.name);
    if (refused) {
      open.tell(refused, 'error');
    }
  };
  const failure = readFailure(location.error);
  return (
    <div className="jp-orch-Location">
      <div className="jp-orch-Location-head">
        <div className="jp-orch-Row-main">
          <StatusGlyph status={location.status} />
          <span className="jp-orch-Row-text">
            <span className="jp-orch-Row-title">
              <Name text={location.name} />
            </span>
            <span className="jp-orch-Row-note" role="status" aria-label={trans.__('State of %1', location.name)}>
              {word} {clockText(location.updated)}
              {location.stale && <strong className="jp-orch-tone-wait"> · {trans.__('stale')}</strong>}
            </span>
            {location.status === 'LOADING' && location.progress && <span className="jp-orch-Row-note">{location.progress}</span>}
            {location.metadata.map(entry => (
              <span key={entry.key} className="jp-orch-Row-note jp-orch-wide">
                {entry.key}: <Name text={entry.value} />
              </span>
            ))}
          </span>
        </div>
        <Action
          label={trans.__('Reload %1', location.name)}
          icon={refreshIcon}
          look="icon"
          tabIndex={tabIndex}
          refusal={refusal}
          onAct={reload}
        />
      </div>
      {failure && <FailureCard failure={failure} title={trans.__('The code does not load')} />}
    </div>
  );
}
