import type { TranslationBundle } from '@jupyterlab/translation';
import { runIcon } from '@jupyterlab/ui-components';

import { Action, useRefusal } from '../../components/action';
import { Rows } from '../../components/rows';
import { Section } from '../../components/section';
import { Empty, Problem, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { orchIcon } from '../../icons';
import type { IPipelineRow, WorkspaceModel } from '../../models/workspace';
import type { OrchestrateModel } from './model';

/** Pipelines, grouped by the location that defines them. */
export function Pipelines({ model }: { model: OrchestrateModel }): JSX.Element {
  const { workspace, trans } = useOrch();
  useModel(workspace);
  useModel(model);
  const groups = workspace.locations
    .map(({ name, pipelines }) => ({ name, pipelines: pipelines.filter(one => model.matches(one.pipeline, name, one.description)) }))
    .filter(group => group.pipelines.length > 0);
  const count = workspace.locations.reduce((sum, location) => sum + location.pipelines.length, 0);
  return (
    <Section title={trans.__('Pipelines')} count={workspace.loaded && !workspace.problem ? count : undefined}>
      {!workspace.loaded && <Skeleton />}
      {workspace.problem && <Problem message={workspace.problem} />}
      {workspace.loaded && !workspace.problem && groups.length === 0 && (
        <Empty>
          {model.filter ? trans.__('No pipeline fits the filter.') : Private.nothing(workspace, trans)}
        </Empty>
      )}
      {groups.map(group => (
        <div key={group.name}>
          <div className="jp-orch-group">
            <Name text={group.name} />
          </div>
          <Rows
            label={trans.__('Pipelines of %1', group.name)}
            items={group.pipelines}
            keyOf={one => `${one.repository}/${one.pipeline}`}
            render={(one, tabIndex) => <PipelineRow row={one} tabIndex={tabIndex} />}
          />
        </div>
      ))}
    </Section>
  );
}

function PipelineRow({ row, tabIndex }: { row: IPipelineRow; tabIndex: number }): JSX.Element {
  const { open, trans } = useOrch();
  const refusal = useRefusal('launch_pipeline_execution');
  return (
    <>
      <button type="button" className="jp-orch-Row-main" tabIndex={tabIndex} aria-label={row.pipeline} onClick={() => open.pipeline(row)}>
        <orchIcon.react tag="span" className="jp-orch-icon" />
        <span className="jp-orch-Row-text">
          <span className="jp-orch-Row-title">
            <Name text={row.pipeline} />
          </span>
          <span className="jp-orch-Row-note">
            {trans._n('%1 solid', '%1 solids', row.solidCount)}
            {row.description && <span className="jp-orch-wide"> · {row.description.split('\n')[0]}</span>}
          </span>
        </span>
      </button>
      <Action
        label={trans.__('Open launchpad of %1', row.pipeline)}
        title={trans.__('Launchpad')}
        icon={runIcon}
        look="icon"
        tabIndex={-1}
        refusal={refusal}
        onAct={() => open.launchpad(row)}
      />
    </>
  );
}

namespace Private {
  /** Why there is no pipeline: nothing is named, it still loads, it does not load, or it defines none. */
  export function nothing({ locations, path }: WorkspaceModel, trans: TranslationBundle): string {
    if (locations.length === 0) {
      return trans.__('No pipelines yet. Name a Python file or notebook that defines some in %1.', path);
    }
    if (locations.some(location => location.status === 'LOADING')) {
      return trans.__('The code is still loading.');
    }
    return locations.some(location => location.error)
      ? trans.__('No code has loaded; see Locations below for the reason.')
      : trans.__('The loaded code defines no pipeline.');
  }
}
