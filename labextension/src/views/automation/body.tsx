import { Fact, Facts } from '../../components/facts';
import { useRefusal } from '../../components/action';
import { Rows } from '../../components/rows';
import { Empty, OfflineBanner, Problem, Skeleton } from '../../components/states';
import { useModel, useNow, useOrch } from '../../components/surroundings';
import { Switch } from '../../components/switch';
import { Name, visible } from '../../components/text';
import { agoText } from '../../components/time';
import type { ScheduleRowFragment } from '../../api/gql/graphql';
import { inZone } from '../../models/zones';
import type { AutomationModel, ScheduleDetail } from './model';
import { Ticks } from './ticks';

/** Schedules on the left, the chosen one on the right. */
export function AutomationBody({ model }: { model: AutomationModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  return (
    <div className="jp-orch-View-body">
      <OfflineBanner />
      <SilentDaemon />
      <div className="jp-orch-Split">
        <nav className="jp-orch-Split-list" aria-label={trans.__('Schedules and sensors')}>
          <ScheduleList model={model} />
        </nav>
        <div className="jp-orch-Split-detail">
          {model.problem && <Problem message={model.problem} />}
          {!model.problem && !model.detail && model.address && <Skeleton rows={6} />}
          {model.detail && <ScheduleFacts model={model} detail={model.detail} />}
        </div>
      </div>
    </div>
  );
}

/** Says that nothing will fire, where that is so. */
export function SilentDaemon(): JSX.Element | null {
  const { setup, trans } = useOrch();
  const { daemon } = useModel(setup);
  return daemon === 'off' || daemon === 'lost' ? (
    <div className="jp-orch-Banner" role="status">
      {trans.__('Schedules will not fire: no daemon is running.')}
    </div>
  ) : null;
}

function ScheduleList({ model }: { model: AutomationModel }): JSX.Element {
  const { workspace, trans } = useOrch();
  useModel(workspace);
  const all = workspace.locations.flatMap(location => location.schedules);
  return (
    <>
      <h3>{trans.__('Schedules')}</h3>
      {!workspace.loaded && <Skeleton rows={3} />}
      {workspace.loaded && all.length === 0 && <Empty>{trans.__('No location defines a schedule.')}</Empty>}
      <Rows
        label={trans.__('Schedules')}
        items={all}
        keyOf={one => one.id}
        render={(one, tabIndex) => <ScheduleLine schedule={one} model={model} tabIndex={tabIndex} />}
      />
    </>
  );
}

function ScheduleLine({ schedule, model, tabIndex }: { schedule: ScheduleRowFragment; model: AutomationModel; tabIndex: number }): JSX.Element {
  const { workspace, trans } = useOrch();
  const on = schedule.status === 'RUNNING';
  const refusal = useRefusal(on ? 'stop_running_schedule' : 'start_schedule');
  const { address } = model;
  const chosen =
    address?.kind === 'schedule' && address.name === schedule.name && address.location === schedule.repositoryLocationName && address.repository === schedule.repositoryName;
  return (
    <div className="jp-orch-Choice" data-chosen={chosen}>
      <button
        type="button"
        className="jp-orch-Row-main"
        aria-current={chosen}
        tabIndex={tabIndex}
        onClick={() =>
          model.choose({ kind: 'schedule', location: schedule.repositoryLocationName, repository: schedule.repositoryName, name: schedule.name })
        }
      >
        <span className="jp-orch-Row-text">
          <span className="jp-orch-Row-title">
            <Name text={schedule.name} />
          </span>
          <span className="jp-orch-Row-note">{schedule.sentence}</span>
        </span>
      </button>
      <Switch label={trans.__('Schedule %1', schedule.name)} on={on} refusal={refusal} tabIndex={-1} onTurn={to => workspace.setSchedule(schedule, to)} />
    </div>
  );
}

function ScheduleFacts({ model, detail }: { model: AutomationModel; detail: ScheduleDetail }): JSX.Element {
  const { open, trans } = useOrch();
  const on = detail.status === 'RUNNING';
  const address = { location: detail.repositoryLocationName, repository: detail.repositoryName, pipeline: detail.pipelineName };
  return (
    <>
      <header className="jp-orch-Head">
        <div className="jp-orch-Head-line">
          <h2>
            <Name text={detail.name} />
          </h2>
          <span className="jp-orch-note">{on ? trans.__('Switched on') : trans.__('Switched off')}</span>
        </div>
        {detail.description && <p className="jp-orch-pre">{visible(detail.description)}</p>}
        <Facts>
          <Fact name={trans.__('When')}>{visible(detail.sentence)}</Fact>
          <Fact name={trans.__('Cron')}>
            <code>{visible(detail.cronSchedule)}</code>
          </Fact>
          <Fact name={trans.__('Time zone')}>{visible(detail.executionTimezone)}</Fact>
          <Fact name={trans.__('Launches')}>
            <button type="button" className="jp-orch-link" onClick={() => open.pipeline(address)}>
              <Name text={detail.pipelineName} />
            </button>
          </Fact>
          <Fact name={trans.__('Mode')}>{visible(detail.mode)}</Fact>
        </Facts>
      </header>
      <div className="jp-orch-Page">
        <h3>{on ? trans.__('Next ticks') : trans.__('Next ticks, once switched on')}</h3>
        <NextTicks instants={detail.next} zone={detail.executionTimezone} />
        <h3>{trans.__('Ticks')}</h3>
        <Ticks model={model} ticks={detail.history} />
      </div>
    </>
  );
}

/** The next due times as the schedule's own clocks show them. */
function NextTicks({ instants, zone }: { instants: readonly number[]; zone: string }): JSX.Element {
  const { trans } = useOrch();
  const now = useNow(true);
  if (instants.length === 0) {
    return <Empty>{trans.__('It will never be due.')}</Empty>;
  }
  return (
    <ol className="jp-orch-Next" aria-label={trans.__('Next ticks')}>
      {inZone(instants, now, zone).map(tick => (
        <li key={tick.instant}>
          <time dateTime={new Date(tick.instant * 1000).toISOString()}>{tick.text}</time>
          <span className="jp-orch-note">{tick.offset}</span>
          <span className="jp-orch-note">{agoText(tick.instant, now, trans)}</span>
          {tick.changed && <strong className="jp-orch-Next-dst">{trans.__('the clocks change before this one')}</strong>}
        </li>
      ))}
    </ol>
  );
}
