import { Dialog, showDialog } from '@jupyterlab/apputils';
import { deleteIcon, redoIcon, stopIcon } from '@jupyterlab/ui-components';

import type { RunRowFragment } from '../../api/gql/graphql';
import { Action, useRefusal } from '../../components/action';
import { Empty, OfflineBanner, Problem, Skeleton } from '../../components/states';
import { Status, statusWord } from '../../components/status';
import { useModel, useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import { Duration, instantText } from '../../components/time';
import { isActive, STATUSES } from '../../models/run_status';
import { NO_FILTER, readStatus, type RunsModel } from './model';

/** All runs: filters, table, pages. */
export function RunsBody({ model }: { model: RunsModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  const filtered = Object.values(model.filter).some(Boolean);
  return (
    <div className="jp-orch-View-body jp-orch-Runs">
      <OfflineBanner />
      <Filters model={model} />
      <Bulk model={model} />
      {model.problem && <Problem message={model.problem} />}
      {!model.loaded && <Skeleton rows={6} />}
      {model.loaded && !model.problem && model.results.length === 0 && (
        <Empty>
          {filtered ? trans.__('No run fits the filter.') : trans.__('There are no runs yet.')}{' '}
          {filtered && (
            <button type="button" className="jp-orch-link" onClick={() => model.setFilter(NO_FILTER)}>
              {trans.__('Clear the filter')}
            </button>
          )}
        </Empty>
      )}
      {model.results.length > 0 && (
        <div className="jp-orch-Table-frame">
          <table className="jp-orch-Table" aria-label={trans.__('Runs')}>
            <thead>
              <tr>
                <th scope="col" className="jp-orch-Table-mark">
                  <input
                    type="checkbox"
                    aria-label={trans.__('Choose all runs of this page')}
                    checked={model.chosen.length === model.results.length}
                    onChange={event => model.markAll(event.target.checked)}
                  />
                </th>
                <th scope="col">{trans.__('Status')}</th>
                <th scope="col">{trans.__('Pipeline')}</th>
                <th scope="col">{trans.__('Run')}</th>
                <th scope="col">{trans.__('Created by')}</th>
                <th scope="col">{trans.__('Created')}</th>
                <th scope="col" className="jp-orch-Table-wide">{trans.__('Ended')}</th>
                <th scope="col">{trans.__('Duration')}</th>
                <th scope="col">{trans.__('Actions')}</th>
              </tr>
            </thead>
            <tbody>
              {model.results.map(run => (
                <RunRow key={run.runId} run={run} model={model} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pages model={model} />
    </div>
  );
}

function Filters({ model }: { model: RunsModel }): JSX.Element {
  const { trans } = useOrch();
  const { filter } = model;
  return (
    <div className="jp-orch-Bar" role="search" aria-label={trans.__('Filter runs')}>
      <select
        className="jp-mod-styled"
        aria-label={trans.__('Status')}
        value={filter.status}
        onChange={event => model.setFilter({ status: readStatus(event.target.value) })}
      >
        <option value="">{trans.__('Any status')}</option>
        {STATUSES.map(status => (
          <option key={status} value={status}>
            {statusWord(status, trans)}
          </option>
        ))}
      </select>
      <input
        className="jp-mod-styled"
        type="search"
        aria-label={trans.__('Pipeline')}
        placeholder={trans.__('Pipeline')}
        value={filter.pipeline}
        onChange={event => model.setFilter({ pipeline: event.target.value })}
      />
      <input
        className="jp-mod-styled"
        type="search"
        aria-label={trans.__('Tag as key=value')}
        placeholder={trans.__('tag: key=value')}
        value={filter.tag}
        onChange={event => model.setFilter({ tag: event.target.value })}
      />
      <label>
        {trans.__('from')}
        <input className="jp-mod-styled" type="date" aria-label={trans.__('Created from')} value={filter.from} onChange={event => model.setFilter({ from: event.target.value })} />
      </label>
      <label>
        {trans.__('to')}
        <input className="jp-mod-styled" type="date" aria-label={trans.__('Created to')} value={filter.to} onChange={event => model.setFilter({ to: event.target.value })} />
      </label>
    </div>
  );
}

/** What can be done with all chosen runs at once. */
function Bulk({ model }: { model: RunsModel }): JSX.Element | null {
  const { actions, open, trans } = useOrch();
  const mayCancel = useRefusal('terminate_pipeline_execution');
  const mayRerun = useRefusal('launch_pipeline_reexecution');
  const mayDelete = useRefusal('delete_pipeline_run');
  const { chosen } = model;
  if (chosen.length === 0) {
    return null;
  }
  const active = chosen.filter(run => isActive(run.status));
  const finished = chosen.filter(run => !isActive(run.status));
  const act = async (runs: readonly RunRowFragment[], verb: (run: RunRowFragment) => Promise<unknown>): Promise<void> => {
    const problems = await model.forEach(runs, verb);
    if (problems.length > 0) {
      open.tell(problems.slice(0, 8).join('\n'), 'error');
    }
  };
  const remove = async (): Promise<void> => {
    const { button } = await showDialog({
      title: trans._n('Delete %1 run?', 'Delete %1 runs?', finished.length),
      body: trans.__('Their events, captured output and values will be removed; assets that they made stay in the catalog. This can not be undone.'),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })]
    });
    if (button.accept) {
      await act(finished, run => actions.remove(run.runId));
    }
  };
  const none = (runs: readonly unknown[], why: string): string => (runs.length === 0 ? why : '');
  return (
    <div className="jp-orch-Bar jp-orch-Bulk" role="group" aria-label={trans.__('Chosen runs')}>
      <span role="status">{trans._n('%1 run chosen', '%1 runs chosen', chosen.length)}</span>
      <Action label={trans.__('Cancel chosen runs')} icon={stopIcon} refusal={mayCancel || none(active, trans.__('None of them is on its way.'))} onAct={() => act(active, run => actions.cancel(run.runId, run.status))}>
        {trans.__('Cancel')}
      </Action>
      <Action label={trans.__('Re-run chosen runs')} icon={redoIcon} refusal={mayRerun || none(finished, trans.__('None of them has ended.'))} onAct={() => act(finished, run => actions.rerun(run.runId, 'ALL_STEPS'))}>
        {trans.__('Re-run')}
      </Action>
      <Action label={trans.__('Delete chosen runs')} icon={deleteIcon} look="warn" refusal={mayDelete || none(finished, trans.__('None of them has ended.'))} onAct={remove}>
        {trans.__('Delete')}
      </Action>
      <Action label={trans.__('Choose no run')} onAct={() => model.markAll(false)}>
        {trans.__('None')}
      </Action>
    </div>
  );
}

function RunRow({ run, model }: { run: RunRowFragment; model: RunsModel }): JSX.Element {
  const { open, trans } = useOrch();
  const active = isActive(run.status);
  return (
    <tr className={model.isChosen(run.runId) ? 'jp-orch-mod-chosen' : ''}>
      <td className="jp-orch-Table-mark">
        <input
          type="checkbox"
          aria-label={trans.__('Choose run %1', run.runId.slice(0, 8))}
          checked={model.isChosen(run.runId)}
          onChange={() => model.mark(run.runId)}
        />
      </td>
      <td>
        <Status status={run.status} />
      </td>
      <td>
        <button
          type="button"
          className="jp-orch-link"
          aria-label={trans.__('Open pipeline %1', run.pipelineName)}
          onClick={() => open.pipeline({ location: run.repositoryLocationName, repository: run.repositoryName, pipeline: run.pipelineName })}
        >
          <Name text={run.pipelineName} />
        </button>
      </td>
      <td>
        <button type="button" className="jp-orch-link" aria-label={trans.__('Open run %1', run.runId)} onClick={() => open.run(run.runId)}>
          <code>{run.runId.slice(0, 8)}</code>
        </button>
      </td>
      <td>
        <Name text={run.createdBy} />
      </td>
      <td>{instantText(run.createTime)}</td>
      <td className="jp-orch-Table-wide">{run.endTime === null ? '–' : instantText(run.endTime)}</td>
      <td>
        <Duration start={run.startTime} end={active ? null : (run.endTime ?? run.startTime)} />
      </td>
      <td className="jp-orch-Table-actions">{active ? <CancelAction run={run} /> : <FinishedActions run={run} model={model} />}</td>
    </tr>
  );
}

function CancelAction({ run }: { run: RunRowFragment }): JSX.Element {
  const { actions, trans } = useOrch();
  const refusal = useRefusal('terminate_pipeline_execution');
  return (
    <Action
      label={trans.__('Cancel run %1', run.runId.slice(0, 8))}
      icon={stopIcon}
      look="icon"
      refusal={refusal || (run.canTerminate ? '' : trans.__('This run can not be stopped.'))}
      onAct={() => actions.cancel(run.runId, run.status)}
    />
  );
}

function FinishedActions({ run, model }: { run: RunRowFragment; model: RunsModel }): JSX.Element {
  const { actions, open, trans } = useOrch();
  const mayRerun = useRefusal('launch_pipeline_reexecution');
  const mayDelete = useRefusal('delete_pipeline_run');
  const remove = async (): Promise<void> => {
    const { button } = await showDialog({
      title: trans.__('Delete this run?'),
      body: trans.__('Its events, captured output and values will be removed from %1. This can not be undone.', run.pipelineName),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })]
    });
    if (button.accept) {
      await actions.remove(run.runId);
      await model.refetch();
    }
  };
  return (
    <>
      <Action
        label={trans.__('Re-run %1', run.runId.slice(0, 8))}
        icon={redoIcon}
        look="icon"
        refusal={mayRerun}
        onAct={async () => open.run(await actions.rerun(run.runId, 'ALL_STEPS'))}
      />
      <Action label={trans.__('Delete run %1', run.runId.slice(0, 8))} icon={deleteIcon} look="icon" refusal={mayDelete} onAct={remove} />
    </>
  );
}

function Pages({ model }: { model: RunsModel }): JSX.Element | null {
  const { trans } = useOrch();
  if (model.count === 0) {
    return null;
  }
  return (
    <nav className="jp-orch-Bar" aria-label={trans.__('Pages')}>
      <Action label={trans.__('Newer runs')} refusal={model.page > 1 ? '' : trans.__('These are the newest.')} onAct={() => model.previous()}>
        {trans.__('Newer')}
      </Action>
      <span className="jp-orch-note">{trans.__('Page %1 of %2 · %3 runs', model.page, model.pages, model.count)}</span>
      <Action
        label={trans.__('Older runs')}
        refusal={model.page < model.pages ? '' : trans.__('There are no older runs.')}
        onAct={() => model.next()}
      >
        {trans.__('Older')}
      </Action>
    </nav>
  );
}
