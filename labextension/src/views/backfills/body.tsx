import { runIcon } from '@jupyterlab/ui-components';
import { useId } from 'react';

import type { BackfillRowFragment, BulkActionStatus } from '../../api/gql/graphql';
import { Action, useRefusal } from '../../components/action';
import { FailureCard } from '../../components/failure_card';
import { Empty, OfflineBanner, Problem, Skeleton } from '../../components/states';
import { type AnyStatus, StatusGlyph, statusTone, statusWord } from '../../components/status';
import { useModel, useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { Duration, instantText } from '../../components/time';
import { readFailure } from '../../models/history';
import { PartitionMatrix } from './matrix';
import type { BackfillsModel } from './model';

/** Partitions of a set, to be chosen from, and all backfills. */
export function BackfillsBody({ model }: { model: BackfillsModel }): JSX.Element {
  const { workspace, trans } = useOrch();
  useModel(model);
  useModel(workspace);
  return (
    <div className="jp-orch-View-body">
      <OfflineBanner />
      {model.problem && <Problem message={model.problem} />}
      {!model.loaded && <Skeleton rows={6} />}
      {model.loaded && (
        <div className="jp-orch-Page">
          <Partitions model={model} />
          <h3>{trans.__('Backfills')}</h3>
          {model.backfills.length === 0 ? <Empty>{trans.__('There are no backfills yet.')}</Empty> : <BackfillTable model={model} />}
        </div>
      )}
    </div>
  );
}

function Partitions({ model }: { model: BackfillsModel }): JSX.Element {
  const { open, trans } = useOrch();
  const id = useId();
  const refusal = useRefusal('launch_partition_backfill');
  if (model.sets.length === 0) {
    return <Empty>{trans.__('No location defines partitions.')}</Empty>;
  }
  const none = model.chosen.size === 0 ? trans.__('Choose partitions first.') : '';
  return (
    <>
      <div className="jp-orch-Bar jp-orch-Backfill-tools">
        <label htmlFor={id}>{trans.__('Partitions of')}</label>
        <select id={id} className="jp-mod-styled" value={model.setId} onChange={event => (model.setId = event.target.value)}>
          {model.sets.map(set => (
            <option key={set.id} value={set.id}>
              {visible(`${set.name} (${set.pipeline})`)}
            </option>
          ))}
        </select>
        <span className="jp-orch-note">{trans.__('%1 of %2 chosen', model.chosen.size, model.partitions.length)}</span>
        <Action label={trans.__('Choose all')} onAct={() => model.choose('all')}>
          {trans.__('All')}
        </Action>
        <Action label={trans.__('Choose those without a run')} onAct={() => model.choose('missing')}>
          {trans.__('Missing')}
        </Action>
        <Action label={trans.__('Choose failed')} onAct={() => model.choose('failed')}>
          {trans.__('Failed')}
        </Action>
        <Action label={trans.__('Choose none')} onAct={() => model.choose('none')}>
          {trans.__('None')}
        </Action>
        <span className="jp-orch-spring" />
        <Action
          label={trans.__('Re-run failed from failure')}
          title={trans.__('Of the chosen partitions, those whose newest run has failed')}
          refusal={refusal || none}
          onAct={() => model.launch(true)}
        >
          {trans.__('From failure')}
        </Action>
        <Action label={trans.__('Launch backfill')} icon={runIcon} look="accept" refusal={refusal || none} onAct={() => model.launch(false)}>
          {trans.__('Launch backfill')}
        </Action>
      </div>
      <PartitionMatrix
        label={trans.__('Partitions of %1', model.set?.name ?? '')}
        partitions={model.partitions}
        chosen={model.chosen}
        onMark={(name, to) => (to ? model.markTo(name) : model.mark(name))}
        onOpen={runId => open.run(runId)}
      />
      {model.partitions.length === 0 && !model.problem && <Empty>{trans.__('This set has no partition.')}</Empty>}
    </>
  );
}

function BackfillTable({ model }: { model: BackfillsModel }): JSX.Element {
  const { trans } = useOrch();
  return (
    <div className="jp-orch-Table-scroll">
      <table className="jp-orch-Table" aria-label={trans.__('Backfills')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col">{trans.__('Partitions of')}</th>
            <th scope="col">{trans.__('Progress')}</th>
            <th scope="col">{trans.__('Asked for')}</th>
            <th scope="col">{trans.__('Took')}</th>
            <th scope="col">{trans.__('Actions')}</th>
          </tr>
        </thead>
        <tbody>
          {model.backfills.map(one => (
            <BackfillLine key={one.backfillId} backfill={one} model={model} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BackfillLine({ backfill, model }: { backfill: BackfillRowFragment; model: BackfillsModel }): JSX.Element {
  const { open, trans } = useOrch();
  const shown = model.backfillId === backfill.backfillId;
  return (
    <>
      <tr className={shown ? 'jp-orch-mod-chosen' : ''}>
        <td>
          <BackfillState status={backfill.status} />
        </td>
        <td>
          <button
            type="button"
            className="jp-orch-link"
            aria-expanded={shown}
            aria-label={trans.__('Backfill %1 of %2', backfill.backfillId, backfill.partitionSetName)}
            onClick={() => model.look(backfill.backfillId)}
          >
            <Name text={backfill.partitionSetName} />
          </button>
        </td>
        <td>
          <Progress backfill={backfill} />
        </td>
        <td title={visible(backfill.createdBy)}>{instantText(backfill.timestamp)}</td>
        <td>
          <Duration start={backfill.timestamp} end={Private.isOpen(backfill.status) ? null : (backfill.endTimestamp ?? backfill.timestamp)} />
        </td>
        <td className="jp-orch-Table-actions">
          <Steering backfill={backfill} model={model} />
        </td>
      </tr>
      {shown && model.detail && (
        <tr className="jp-orch-Tick-detail">
          <td colSpan={6}>
            {backfill.error && <FailureCard failure={readFailure(backfill.error)!} title={trans.__('The backfill failed')} />}
            <PartitionMatrix
              label={trans.__('Partitions of backfill %1', backfill.backfillId)}
              partitions={model.detail.partitionStatuses.results}
              onOpen={runId => open.run(runId)}
            />
            {backfill.passedOver.map(one => (
              <p key={one.partitionName} className="jp-orch-note">
                {visible(one.partitionName)}: {visible(one.reason)}
              </p>
            ))}
            <button type="button" className="jp-orch-link" onClick={() => open.runs({ tag: `dagster/backfill=${backfill.backfillId}` })}>
              {trans.__('Show its runs')}
            </button>
          </td>
        </tr>
      )}
    </>
  );
}

/** How many runs stand where, of all partitions. */
function Progress({ backfill }: { backfill: BackfillRowFragment }): JSX.Element {
  const { trans } = useOrch();
  const done = backfill.runStatusCounts.filter(one => ['SUCCESS', 'FAILURE', 'CANCELED'].includes(one.status)).reduce((sum, one) => sum + one.count, 0);
  const said = trans.__('%1 of %2', Math.min(done + backfill.passedOver.length, backfill.numPartitions), backfill.numPartitions);
  return (
    <span className="jp-orch-Backfill-progress">
      <span className="jp-orch-Backfill-bar" role="img" aria-label={said}>
        {backfill.runStatusCounts.map(one => (
          <span
            key={one.status}
            className={`jp-orch-tone-${statusTone(one.status)}`}
            title={`${statusWord(one.status, trans)} ${one.count}`}
            style={{ width: `${(one.count / Math.max(backfill.numPartitions, 1)) * 100}%` }}
          />
        ))}
      </span>
      <span>{said}</span>
    </span>
  );
}

function Steering({ backfill, model }: { backfill: BackfillRowFragment; model: BackfillsModel }): JSX.Element {
  const { trans } = useOrch();
  const mayCancel = useRefusal('cancel_partition_backfill');
  const mayLaunch = useRefusal('launch_partition_backfill');
  const { backfillId: id, status } = backfill;
  return (
    <>
      {status === 'REQUESTED' && (
        <Action label={trans.__('Pause backfill %1', id)} refusal={mayCancel} onAct={() => model.steer(id, 'pause')}>
          {trans.__('Pause')}
        </Action>
      )}
      {Private.isOpen(status) && (
        <Action label={trans.__('Cancel backfill %1', id)} refusal={mayCancel} onAct={() => model.steer(id, 'cancel')}>
          {trans.__('Cancel')}
        </Action>
      )}
      {['PAUSED', 'CANCELED', 'FAILED'].includes(status) && (
        <Action label={trans.__('Resume backfill %1', id)} refusal={mayLaunch} onAct={() => model.steer(id, 'resume')}>
          {trans.__('Resume')}
        </Action>
      )}
    </>
  );
}

function BackfillState({ status }: { status: BulkActionStatus }): JSX.Element {
  const { trans } = useOrch();
  const words: Record<BulkActionStatus, string> = {
    REQUESTED: trans.__('Under way'),
    PAUSED: trans.__('Paused'),
    COMPLETED: trans.__('Completed'),
    FAILED: trans.__('Failed'),
    CANCELED: trans.__('Canceled')
  };
  const look = Private.LOOKS[status];
  return (
    <span className={`jp-orch-Status jp-orch-tone-${statusTone(look)}`}>
      <StatusGlyph status={look} />
      {words[status]}
    </span>
  );
}

namespace Private {
  export const LOOKS: Record<BulkActionStatus, AnyStatus> = { REQUESTED: 'STARTED', PAUSED: 'QUEUED', COMPLETED: 'SUCCESS', FAILED: 'FAILURE', CANCELED: 'CANCELED' };

  /** More runs may come. */
  export function isOpen(status: BulkActionStatus): boolean {
    return status === 'REQUESTED' || status === 'PAUSED';
  }
}
