import { useEffect, useMemo, useState } from 'react';

import { RUN_OUTPUT } from '../../api/operations';
import { Graph } from '../../components/graph/graph';
import { useModel, useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { DrawnGraphModel, type IDrawnGraph } from './graph_model';

const TALLEST = 440;
const EDGES = 56;

/** A pipeline, or the result of one, as the last value of a cell. */
export function GraphOutput({ graph }: { graph: IDrawnGraph }): JSX.Element {
  const { trans } = useOrch();
  const model = useMemo(() => new DrawnGraphModel(graph), [graph]);
  useModel(model);
  const title = `${graph.kind} ${graph.name}`.trim();
  return (
    <section className="jp-orch-Shown" aria-label={visible(title)}>
      <header className="jp-orch-Shown-head">
        <strong>
          <Name text={title} />
        </strong>
        <span className="jp-orch-note">{trans._n('%1 solid', '%1 solids', graph.solids.length)}</span>
        <span className="jp-orch-spring" />
        <PipelineLinks name={graph.pipeline} />
        {graph.runId && <RunLink runId={graph.runId} />}
      </header>
      {graph.solids.length > 0 && (
        <div className="jp-orch-Shown-graph" style={{ height: Math.min(model.drawing.height + EDGES, TALLEST) }}>
          <Graph model={model} label={trans.__('Graph of %1', visible(graph.name))} inPage />
        </div>
      )}
    </section>
  );
}

/** Ways to the pipelines of that name that the server knows; a notebook may hold one that no location has. */
function PipelineLinks({ name }: { name: string }): JSX.Element {
  const { open, trans, workspace } = useOrch();
  useModel(workspace);
  const known = name ? workspace.locations.flatMap(location => location.pipelines).filter(one => one.pipeline === name) : [];
  return (
    <>
      {known.map(one => (
        <button key={one.id} type="button" className="jp-orch-link" title={trans.__('Pipeline %1 of %2', one.pipeline, one.location)} onClick={() => open.pipeline(one)}>
          {known.length > 1 ? trans.__('Open pipeline of %1', one.location) : trans.__('Open pipeline')}
        </button>
      ))}
    </>
  );
}

/** The way to the run, once the server has said that it has it. */
function RunLink({ runId }: { runId: string }): JSX.Element | null {
  const { client, open, trans } = useOrch();
  const [known, setKnown] = useState(false);
  useEffect(() => {
    let wanted = true;
    client
      .send(RUN_OUTPUT, { runId })
      .then(({ pipelineRunOrError: answer }) => wanted && setKnown(answer.__typename === 'PipelineRun'))
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [client, runId]);
  return known ? (
    <button type="button" className="jp-orch-link" onClick={() => open.run(runId)}>
      {trans.__('Open run')}
    </button>
  ) : null;
}
