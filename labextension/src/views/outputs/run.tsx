import { stopIcon } from '@jupyterlab/ui-components';
import { useEffect, useMemo } from 'react';

import { Action, confirmCancel, useRefusal } from '../../components/action';
import { type AnyStatus, Status, StatusGlyph, statusWord } from '../../components/status';
import { useModel, useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { Duration, durationText } from '../../components/time';
import { isActive, STATUSES } from '../../models/run_status';
import { RunOutputModel, type RunSummary } from './run_model';

const MOST_STEPS = 30;

/** A run as Python hands it to the notebook: how it stood when the cell ended. */
export interface ISaidRun {
  runId: string;
  pipelineName: string;
  status: string;
}

/** A run as the last value of a cell, live while it is on its way. */
export function RunOutput({ said }: { said: ISaidRun }): JSX.Element {
  const orch = useOrch();
  const { open, trans } = orch;
  const model = useMemo(() => new RunOutputModel(orch, said.runId), [orch, said.runId]);
  useEffect(() => {
    model.begin();
    return () => model.dispose();
  }, [model]);
  useModel(model);
  const { run } = model;
  const status: AnyStatus = run?.status ?? STATUSES.find(one => one === said.status) ?? 'UNKNOWN';
  return (
    <section className="jp-orch-Shown" aria-label={trans.__('Run of %1', visible(said.pipelineName))}>
      <header className="jp-orch-Shown-head">
        <span role="status" aria-live="polite" aria-label={trans.__('Run status')}>
          <Status status={status} />
        </span>
        <strong>
          <Name text={said.pipelineName} />
        </strong>
        <code title={said.runId}>{said.runId.slice(0, 8)}</code>
        {run && <Duration start={run.startTime} end={isActive(run.status) ? null : (run.endTime ?? run.startTime)} />}
        <span className="jp-orch-spring" />
        {run && isActive(run.status) && <Cancel run={run} />}
        {run && (
          <button type="button" className="jp-orch-link" onClick={() => open.run(run.runId)}>
            {trans.__('Open run')}
          </button>
        )}
      </header>
      {run?.failure && (
        <p className="jp-orch-Shown-failure">
          {run.failure.className && <strong>{visible(run.failure.className)}: </strong>}
          {visible(run.failure.message.split('\n')[0])}
        </p>
      )}
      {run && <Steps run={run} />}
      {!run && model.loaded && <p className="jp-orch-note">{trans.__('This is how it stood when the cell ended; the server does not know the run any more.')}</p>}
    </section>
  );
}

function Cancel({ run }: { run: RunSummary }): JSX.Element {
  const { actions, preferences, trans } = useOrch();
  const refusal = useRefusal('terminate_pipeline_execution');
  return (
    <Action
      label={trans.__('Cancel run')}
      icon={stopIcon}
      look="icon"
      refusal={refusal || (run.canTerminate ? '' : trans.__('This run can not be stopped.'))}
      onAct={async () => (await confirmCancel(preferences, trans)) && actions.cancel(run.runId, run.status)}
    />
  );
}

/** What has become of each step of the plan; of many only those that have something to tell. */
function Steps({ run }: { run: RunSummary }): JSX.Element | null {
  const { trans } = useOrch();
  const told = new Map(run.stepStats.map(step => [step.stepKey, step]));
  const keys = [...new Set([...(run.executionPlan?.steps.map(step => step.key) ?? []), ...told.keys()])];
  if (keys.length === 0) {
    return null;
  }
  const done = run.stepStats.filter(step => step.status === 'SUCCESS').length;
  const telling = keys.length > MOST_STEPS ? keys.filter(key => told.has(key) && told.get(key)!.status !== 'SUCCESS') : keys;
  return (
    <>
      <div className="jp-orch-Shown-progress">
        <progress max={keys.length} value={done} aria-label={trans.__('Steps done')} />
        <span className="jp-orch-note">{trans.__('%1 of %2 steps', done, keys.length)}</span>
      </div>
      <ul className="jp-orch-Shown-steps" role="list" aria-label={trans.__('Steps')}>
        {telling.slice(0, MOST_STEPS).map(key => {
          const step = told.get(key);
          const status = (step?.status ?? 'WAITING') as AnyStatus;
          const { startTime = null, endTime = null } = step ?? {};
          const took = startTime !== null && endTime !== null ? durationText(endTime - startTime) : '';
          return (
            <li key={key} title={statusWord(status, trans)}>
              <StatusGlyph status={status} />
              <span className="jp-orch-hidden">{statusWord(status, trans)}</span>
              <Name text={key} />
              <span className="jp-orch-note">{took}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
