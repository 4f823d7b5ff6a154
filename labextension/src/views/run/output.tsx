import { useLayoutEffect, useRef } from 'react';

import { AnsiText } from '../../components/ansi';
import { Empty, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import type { RunModel } from '../../models/run';
import type { StepOutputModel } from '../../models/step_output';
import type { RunViewModel } from './model';

/** What a step writes to stdout or stderr. */
export function StepOutput({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { client, trans } = useOrch();
  const stream = view.tab === 'stdout' ? 'stdout' : 'stderr';
  return (
    <div className="jp-orch-Output">
      <div className="jp-orch-Bar">
        <select className="jp-mod-styled" aria-label={trans.__('Step')} value={view.outputStep} onChange={event => (view.step = event.target.value)}>
          {view.stepsWithOutput().map(key => (
            <option key={key} value={key}>
              {visible(key)}
            </option>
          ))}
        </select>
        <span className="jp-orch-spring" />
        {view.outputStep && (
          <a className="jp-orch-link" href={client.outputUrl(run.runId, view.outputStep, stream)} download>
            {trans.__('Download')}
          </a>
        )}
      </div>
      {view.output ? <OutputText key={`${view.output.stepKey}/${stream}`} output={view.output} /> : <Empty>{trans.__('No step has begun.')}</Empty>}
    </div>
  );
}

function OutputText({ output }: { output: StepOutputModel }): JSX.Element {
  const { trans } = useOrch();
  const node = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useModel(output);
  useLayoutEffect(() => {
    if (atEnd.current && node.current) {
      node.current.scrollTop = node.current.scrollHeight;
    }
  });
  if (!output.loaded) {
    return <Skeleton rows={5} />;
  }
  if (!output.text) {
    return <Empty>{trans.__('Nothing was written.')}</Empty>;
  }
  return (
    <>
      {output.cut && <div className="jp-orch-Note">{trans.__('The beginning is left out; download the file to see all of it.')}</div>}
      <pre
        role="region"
        ref={node}
        className="jp-orch-Output-text"
        tabIndex={0}
        aria-label={output.ioType === 'STDOUT' ? trans.__('Standard output') : trans.__('Standard error')}
        onScroll={event => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          atEnd.current = scrollHeight - scrollTop - clientHeight < 30;
        }}
      >
        <AnsiText text={output.text} />
      </pre>
    </>
  );
}
