import { redoIcon, stopIcon } from '@jupyterlab/ui-components';

import type { ReexecutionStrategy } from '../../api/gql/graphql';
import { Action, confirmCancel, useRefusal } from '../../components/action';
import { Fact, Facts } from '../../components/facts';
import { Status, StatusGlyph, statusWord } from '../../components/status';
import { useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { Duration, instantText } from '../../components/time';
import type { RunModel } from '../../models/run';
import type { RunViewModel } from './model';
import { isActive } from '../../models/run_status';

/** Who, what, when, how long, and what can be done. */
export function RunHeader({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { open, trans } = useOrch();
  const detail = run.detail!;
  const { status } = detail;
  const active = isActive(status);
  return (
    <header className="jp-orch-Head">
      <div className="jp-orch-Head-line">
        <span role="status" aria-live="polite" aria-label={trans.__('Run status')} className="jp-orch-Head-status">
          <Status status={status} />
        </span>
        <h2>
          <button
            type="button"
            className="jp-orch-link"
            aria-label={trans.__('Open pipeline %1', detail.pipelineName)}
            onClick={() =>
              open.pipeline({
                location: detail.repositoryLocationName,
                repository: detail.repositoryName,
                pipeline: detail.pipelineName
              })
            }
          >
            <Name text={detail.pipelineName} />
          </button>
        </h2>
        <code title={detail.runId}>{detail.runId.slice(0, 8)}</code>
        <span className="jp-orch-spring" />
        <RunButtons run={run} />
      </div>
      <Facts>
        <Fact name={trans.__('Created by')}>
          <Name text={detail.createdBy} />
        </Fact>
        <Fact name={detail.startTime === null ? trans.__('Created') : trans.__('Started')}>
          {instantText(detail.startTime ?? detail.createTime)}
        </Fact>
        <Fact name={trans.__('Duration')}>
          <Duration start={detail.startTime} end={active ? null : (detail.endTime ?? detail.startTime)} />
        </Fact>
        <Fact name={trans.__('Mode')}>{detail.mode}</Fact>
        {status === 'QUEUED' && detail.queuePosition !== null && (
          <Fact name={trans.__('Place in the queue')}>{detail.queuePosition}</Fact>
        )}
        {detail.parentRunId && (
          <Fact name={trans.__('Re-run of')}>
            <button type="button" className="jp-orch-link" onClick={() => open.run(detail.parentRunId!)}>
              <code>{detail.parentRunId.slice(0, 8)}</code>
            </button>
          </Fact>
        )}
      </Facts>
      <Family run={run} view={view} />
    </header>
  );
}

function RunButtons({ run }: { run: RunModel }): JSX.Element {
  const { actions, open, preferences, trans } = useOrch();
  const detail = run.detail!;
  const mayCancel = useRefusal('terminate_pipeline_execution');
  const mayRerun = useRefusal('launch_pipeline_reexecution');
  const rerun = async (strategy: ReexecutionStrategy): Promise<void> => open.run(await actions.rerun(run.runId, strategy));
  if (isActive(detail.status)) {
    const again = detail.status === 'CANCELING';
    return (
      <Action
        label={again ? trans.__('Mark as canceled') : trans.__('Cancel run')}
        icon={stopIcon}
        look="warn"
        refusal={mayCancel || (detail.canTerminate || again ? '' : trans.__('This run can not be stopped.'))}
        onAct={async () => (await confirmCancel(preferences, trans)) && actions.cancel(run.runId, detail.status)}
      >
        {again ? trans.__('Mark as canceled') : trans.__('Cancel run')}
      </Action>
    );
  }
  return (
    <>
      <Action
        label={trans.__('Open in launchpad')}
        title={trans.__('Begin a draft with what this run was asked to do')}
        onAct={() =>
          open.launchpad({ location: detail.repositoryLocationName, repository: detail.repositoryName, pipeline: detail.pipelineName }, run.runId)
        }
      >
        {trans.__('Launchpad')}
      </Action>
      <Action label={trans.__('Re-run')} icon={redoIcon} refusal={mayRerun} onAct={() => rerun('ALL_STEPS')}>
        {trans.__('Re-run')}
      </Action>
      {detail.status !== 'SUCCESS' && (
        <Action
          label={trans.__('Re-run from failure')}
          title={trans.__('Keep what succeeded, run the rest again')}
          refusal={mayRerun}
          onAct={() => rerun('FROM_FAILURE')}
        >
          {trans.__('Re-run from failure')}
        </Action>
      )}
    </>
  );
}

/** The run among those that were made from it or that it was made from. */
function Family({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element | null {
  const { open, trans } = useOrch();
  if (view.family.length < 2) {
    return null;
  }
  return (
    <ol className="jp-orch-Family" aria-label={trans.__('Attempts')}>
      {view.family.map((one, i) => (
        <li key={one.runId}>
          <button
            type="button"
            className="jp-orch-Family-run"
            aria-current={one.runId === run.runId}
            aria-label={trans.__('Attempt %1, %2', i + 1, statusWord(one.status, trans))}
            title={instantText(one.createTime)}
            onClick={() => open.run(one.runId)}
          >
            <StatusGlyph status={one.status} />
            <code>{one.runId.slice(0, 8)}</code>
          </button>
        </li>
      ))}
    </ol>
  );
}
