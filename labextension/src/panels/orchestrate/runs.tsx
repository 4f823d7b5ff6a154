import { redoIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';

import type { RunRowFragment } from '../../api/gql/graphql';
import { Action, confirmCancel, useRefusal } from '../../components/action';
import { Rows } from '../../components/rows';
import { Section } from '../../components/section';
import { Empty, Problem, Skeleton } from '../../components/states';
import { StatusGlyph, statusWord } from '../../components/status';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { Ago, Duration } from '../../components/time';
import type { IActiveRun } from '../../models/run_lists';
import type { OrchestrateModel } from './model';

/** Runs on their way, with steps counted and a stop button. */
export function ActiveRuns({ model }: { model: OrchestrateModel }): JSX.Element {
  const { runs, actions, preferences, trans } = useOrch();
  useModel(runs);
  useModel(model);
  const refusal = useRefusal('terminate_pipeline_execution');
  const shown = runs.active.filter(run => model.matches(run.pipelineName, run.runId, run.createdBy));
  return (
    <Section title={trans.__('Active runs')} count={runs.loaded && !runs.problem ? runs.activeCount : undefined}>
      <RunState listed={shown.length} filtered={model.filter !== ''} nothing={trans.__('Nothing is running.')}>
        <Rows
          label={trans.__('Active runs')}
          items={shown}
          keyOf={run => run.runId}
          render={(run, tabIndex) => (
            <>
              <RunButton run={run} tabIndex={tabIndex}>
                <Progress run={run} /> · <Duration start={run.startTime ?? run.createTime} end={null} />
              </RunButton>
              <Action
                label={trans.__('Cancel run of %1', run.pipelineName)}
                title={trans.__('Cancel run')}
                icon={stopIcon}
                look="icon"
                tabIndex={-1}
                refusal={refusal || (run.canTerminate ? '' : trans.__('This run can not be stopped.'))}
                onAct={async () => (await confirmCancel(preferences, trans)) && actions.cancel(run.runId, run.status)}
              />
            </>
          )}
        />
      </RunState>
    </Section>
  );
}

/** The newest finished runs. */
export function RecentRuns({ model }: { model: OrchestrateModel }): JSX.Element {
  const { runs, actions, open, trans } = useOrch();
  useModel(runs);
  useModel(model);
  const refusal = useRefusal('launch_pipeline_reexecution');
  const shown = runs.recent.filter(run => model.matches(run.pipelineName, run.runId, run.createdBy, run.status));
  const rerun = async (run: RunRowFragment): Promise<void> => open.run(await actions.rerun(run.runId, 'ALL_STEPS'));
  return (
    <Section title={trans.__('Recent runs')} count={runs.loaded && !runs.problem ? runs.recentCount : undefined}>
      <RunState listed={shown.length} filtered={model.filter !== ''} nothing={trans.__('No run has finished yet.')}>
        <Rows
          label={trans.__('Recent runs')}
          items={shown}
          keyOf={run => run.runId}
          render={(run, tabIndex) => (
            <>
              <RunButton run={run} tabIndex={tabIndex}>
                <Ago instant={run.endTime ?? run.createTime} />
                {run.startTime !== null && (
                  <>
                    {' · '}
                    <Duration start={run.startTime} end={run.endTime ?? run.startTime} />
                  </>
                )}
                <span className="jp-orch-wide"> · {run.createdBy}</span>
              </RunButton>
              <Action
                label={trans.__('Re-run %1', run.pipelineName)}
                title={trans.__('Re-run')}
                icon={redoIcon}
                look="icon"
                tabIndex={-1}
                refusal={refusal}
                onAct={() => rerun(run)}
              />
            </>
          )}
        />
      </RunState>
    </Section>
  );
}

function RunButton({ run, tabIndex, children }: { run: RunRowFragment; tabIndex: number; children: ReactNode }): JSX.Element {
  const { open, trans } = useOrch();
  const word = statusWord(run.status, trans);
  return (
    <button
      type="button"
      className="jp-orch-Row-main"
      tabIndex={tabIndex}
      aria-label={trans.__('Run of %1, %2, %3', run.pipelineName, word, run.runId.slice(0, 8))}
      onClick={() => open.run(run.runId)}
    >
      <StatusGlyph status={run.status} />
      <span className="jp-orch-Row-text">
        <span className="jp-orch-Row-title">
          <Name text={run.pipelineName} />
        </span>
        <span className="jp-orch-Row-note">
          {word} · {children}
        </span>
      </span>
    </button>
  );
}

function Progress({ run }: { run: IActiveRun }): JSX.Element {
  const { trans } = useOrch();
  if (run.status === 'QUEUED' && run.queuePosition !== null) {
    return <>{trans.__('place %1 in the queue', run.queuePosition)}</>;
  }
  return <>{run.stepsAll > 0 ? trans.__('step %1 of %2', run.stepsDone, run.stepsAll) : trans.__('no step yet')}</>;
}

function RunState({
  listed,
  filtered,
  nothing,
  children
}: {
  listed: number;
  filtered: boolean;
  nothing: string;
  children: ReactNode;
}): JSX.Element {
  const { runs, trans } = useOrch();
  if (!runs.loaded) {
    return <Skeleton />;
  }
  if (runs.problem) {
    return <Problem message={runs.problem} />;
  }
  if (listed === 0) {
    return <Empty>{filtered ? trans.__('No run fits the filter.') : nothing}</Empty>;
  }
  return <>{children}</>;
}
