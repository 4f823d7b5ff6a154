import { refreshIcon } from '@jupyterlab/ui-components';

import { Action, useRefusal } from './action';
import { FailureCard } from './failure_card';
import { Rows } from './rows';
import { Empty, Problem, Skeleton } from './states';
import { StatusGlyph, statusWord } from './status';
import { useModel, useOrch } from './surroundings';
import { Name } from './text';
import { clockText } from './time';
import { readFailure } from '../models/history';
import type { ILocation } from '../models/workspace';

/** Where code comes from, whether it loads, and why not. */
export function Locations({ matches, empty }: { matches: (name: string) => boolean; empty: string }): JSX.Element {
  const { workspace, trans } = useOrch();
  useModel(workspace);
  const shown = workspace.locations.filter(location => matches(location.name));
  return (
    <>
      {!workspace.loaded && <Skeleton rows={2} />}
      {workspace.problem && <Problem message={workspace.problem} />}
      {workspace.loaded && !workspace.problem && shown.length === 0 && <Empty>{empty}</Empty>}
      <Rows
        label={trans.__('Locations')}
        items={shown}
        keyOf={location => location.name}
        render={(location, tabIndex) => <LocationRow location={location} tabIndex={tabIndex} />}
      />
    </>
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
            {location.codeVersion && (
              <span className="jp-orch-Row-note">
                {trans._n('%1 pipeline', '%1 pipelines', location.pipelines.length)}
                <span title={location.codeVersion}> · {trans.__('code %1', location.codeVersion.slice(0, 8))}</span>
              </span>
            )}
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
