/* eslint-disable jsx-a11y/no-interactive-element-to-noninteractive-role -- said again, for a narrow table is drawn as something else */
import { closeIcon, editIcon, runIcon } from '@jupyterlab/ui-components';

import type { NotebookJobFieldsFragment } from '../../api/gql/graphql';
import { Action, useRefusal } from '../../components/action';
import { SilentDaemon } from '../../components/silent_daemon';
import { Empty, OfflineBanner, Problem, Skeleton } from '../../components/states';
import { StatusGlyph, statusWord } from '../../components/status';
import { useModel, useNow, useOrch } from '../../components/surroundings';
import { Switch } from '../../components/switch';
import { visible } from '../../components/text';
import { agoText, instantText } from '../../components/time';
import type { NotebookJobsModel } from './model';

/** A table of all jobs. */
export function NotebookJobsBody({ model }: { model: NotebookJobsModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  return (
    <div className="jp-orch-View-body">
      <OfflineBanner />
      <SilentDaemon />
      <div className="jp-orch-Page">
        <h3>{trans.__('Notebook jobs')}</h3>
        {model.problem && <Problem message={model.problem} />}
        {!model.loaded && <Skeleton rows={4} />}
        {model.loaded && !model.problem && model.jobs.length === 0 && (
          <Empty>{trans.__('No notebook is scheduled. Open one and choose “Schedule…” in its toolbar, or right-click it in the file browser.')}</Empty>
        )}
        {model.jobs.length > 0 && <Table model={model} />}
      </div>
    </div>
  );
}

function Table({ model }: { model: NotebookJobsModel }): JSX.Element {
  const { trans } = useOrch();
  const heads = [trans.__('On'), trans.__('Job'), trans.__('When'), trans.__('Next'), trans.__('Last runs'), trans.__('Actions')];
  return (
    <div className="jp-orch-Table-scroll">
      <table className="jp-orch-Table jp-orch-Jobs" role="table" aria-label={trans.__('Notebook jobs')}>
        <thead>
          <tr role="row">
            {heads.map(head => (
              <th key={head} scope="col" role="columnheader">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {model.jobs.map(job => (
            <Job key={job.jobId} job={job} model={model} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Job({ job, model }: { job: NotebookJobFieldsFragment; model: NotebookJobsModel }): JSX.Element {
  const { workspace, open, trans } = useOrch();
  const { schedule } = job;
  const on = schedule?.status === 'RUNNING';
  const launching = useRefusal('launch_pipeline_execution');
  const turning = useRefusal(on ? 'stop_running_schedule' : 'start_schedule');
  return (
    <tr role="row">
      <td role="cell">
        {schedule && (
          <Switch
            label={trans.__('Job %1', job.name)}
            on={on}
            refusal={turning}
            onTurn={async to => {
              const refused = await workspace.setSchedule(schedule, to);
              await model.refetch();
              return refused;
            }}
          />
        )}
      </td>
      <th scope="row" role="rowheader">
        {job.name}
        <div>
          <button type="button" className="jp-orch-link" aria-label={trans.__('Open the notebook %1', job.path)} onClick={() => open.file(job.path)}>
            {job.path}
          </button>
          {job.isPinned && (
            <span className="jp-orch-note">
              {' '}
              {job.hasDrifted ? trans.__('pinned; the notebook has changed since') : trans.__('pinned')}
            </span>
          )}
        </div>
        {job.mailTo.length > 0 && <MailedTo addresses={job.mailTo} canMail={model.canMail} />}
      </th>
      <td role="cell" title={`${job.cronSchedule} ${job.executionTimezone}`}>{schedule?.sentence ?? job.cronSchedule}</td>
      <td role="cell">{on && schedule?.nextTicks[0] !== undefined ? <Due instant={schedule.nextTicks[0].timestamp} /> : trans.__('switched off')}</td>
      <td role="cell">
        {job.runs.length === 0 && trans.__('none yet')}
        {job.runs.map(run => (
          <button
            key={run.runId}
            type="button"
            className="jp-orch-link"
            aria-label={trans.__('Run of %1, %2', instantText(run.createTime), statusWord(run.status, trans))}
            onClick={() => open.run(run.runId)}
          >
            <StatusGlyph status={run.status} />
          </button>
        ))}
      </td>
      <td role="cell" className="jp-orch-Notebook-actions">
        <Action label={trans.__('Run %1 now', job.name)} look="icon" icon={runIcon} refusal={launching} onAct={() => model.run(job)} />
        <Action label={trans.__('Change %1', job.name)} look="icon" icon={editIcon} refusal={turning} onAct={() => model.edit(job)} />
        <Action label={trans.__('Remove %1', job.name)} look="icon" icon={closeIcon} refusal={turning} onAct={() => model.remove(job)} />
      </td>
    </tr>
  );
}

/** Who is mailed, in one line; in full when it is pointed at. */
function MailedTo({ addresses, canMail }: { addresses: readonly string[]; canMail: boolean }): JSX.Element {
  const { trans } = useOrch();
  const [first] = addresses;
  const told = addresses.length === 1 ? visible(first) : trans.__('%1 and %2 more', visible(first), addresses.length - 1);
  return (
    <div className="jp-orch-note" title={addresses.map(visible).join('\n')}>
      {trans.__('mails %1', told)}
      {!canMail && <span className="jp-orch-tone-bad"> · {trans.__('no mail server is set')}</span>}
    </div>
  );
}

function Due({ instant }: { instant: number }): JSX.Element {
  const { trans } = useOrch();
  return <span title={instantText(instant)}>{agoText(instant, useNow(true), trans)}</span>;
}
