import { runIcon } from '@jupyterlab/ui-components';

import { Action, useRefusal } from '../../components/action';
import { Graph } from '../../components/graph/graph';
import { OfflineBanner, Problem, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { Inspector } from './inspector';
import type { PipelineFace, PipelineModel } from './model';
import { Outline } from './outline';
import { SolidTable } from './table';

/** One pipeline: header, graph or outline, inspector. */
export function PipelineBody({ model }: { model: PipelineModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  if (!model.detail) {
    return (
      <div className="jp-orch-View-body">
        <OfflineBanner />
        {model.problem ? <Problem message={model.problem} /> : <Skeleton rows={6} />}
      </div>
    );
  }
  return (
    <div className="jp-orch-View-body jp-orch-Pipeline">
      <OfflineBanner />
      <PipelineHeader model={model} />
      {model.problem && <Problem message={model.problem} />}
      <div className="jp-orch-Pipeline-split">
        {model.face === 'graph' && <Graph model={model} label={trans.__('Graph of %1', model.address.pipeline)} />}
        {model.face === 'outline' && <Outline model={model} />}
        {model.face === 'table' && <SolidTable model={model} />}
        <Inspector model={model} />
      </div>
    </div>
  );
}

function PipelineHeader({ model }: { model: PipelineModel }): JSX.Element {
  const { open, trans } = useOrch();
  const refusal = useRefusal('launch_pipeline_execution');
  const found = model.found();
  const faces: [PipelineFace, string][] = [
    ['graph', trans.__('Graph')],
    ['outline', trans.__('Outline')],
    ['table', trans.__('Table')]
  ];
  return (
    <header className="jp-orch-Head">
      <div className="jp-orch-Head-line">
        <h2>
          <Name text={model.address.pipeline} />
        </h2>
        <span className="jp-orch-note">
          <Name text={model.address.location} />
        </span>
        <span className="jp-orch-spring" />
        <div role="group" aria-label={trans.__('Shown as')} className="jp-orch-Toggle">
          {faces.map(([face, label]) => (
            <button key={face} type="button" aria-pressed={model.face === face} onClick={() => (model.face = face)}>
              {label}
            </button>
          ))}
        </div>
        <input
          className="jp-mod-styled jp-orch-search"
          type="search"
          aria-label={trans.__('Find a solid')}
          placeholder={trans.__('Find a solid')}
          value={model.search}
          onChange={event => (model.search = event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              model.seekNext();
            }
          }}
        />
        {model.search && <span className="jp-orch-note">{trans._n('%1 found', '%1 found', found.length)}</span>}
        <Action
          label={trans.__('Open launchpad')}
          icon={runIcon}
          look="accept"
          refusal={refusal}
          onAct={() => open.launchpad(model.address)}
        >
          {trans.__('Launchpad')}
        </Action>
      </div>
    </header>
  );
}
