import type { ScheduleRowFragment, SensorRowFragment } from '../../api/gql/graphql';
import { useRefusal } from '../../components/action';
import { Rows } from '../../components/rows';
import { Section } from '../../components/section';
import { Empty, Problem, Skeleton } from '../../components/states';
import { useModel, useNow, useOrch } from '../../components/surroundings';
import { Switch } from '../../components/switch';
import { Name } from '../../components/text';
import { agoText, durationText, instantText } from '../../components/time';
import { addressOf } from '../../models/instigators';
import type { OrchestrateModel } from './model';

/** Schedules with a switch, their rule as a sentence and the next tick. */
export function Schedules({ model }: { model: OrchestrateModel }): JSX.Element {
  const { workspace, setup, trans } = useOrch();
  useModel(workspace);
  useModel(model);
  const { daemon } = useModel(setup);
  const all = workspace.locations.flatMap(location => location.schedules);
  const shown = all.filter(one => model.matches(one.title, one.name, one.pipelineName, one.sentence));
  const silent = daemon === 'off' || daemon === 'lost';
  return (
    <Section title={trans.__('Schedules')} count={workspace.loaded && !workspace.problem ? all.length : undefined}>
      {!workspace.loaded && <Skeleton rows={2} />}
      {silent && all.some(one => one.status === 'RUNNING') && (
        <div className="jp-orch-Note" role="status">
          {trans.__('Schedules will not fire: no daemon is running.')}
        </div>
      )}
      {workspace.problem && <Problem message={workspace.problem} />}
      {workspace.loaded && !workspace.problem && shown.length === 0 && (
        <Empty>{model.filter ? trans.__('No schedule fits the filter.') : trans.__('No location defines a schedule.')}</Empty>
      )}
      <Rows
        label={trans.__('Schedules')}
        items={shown}
        keyOf={one => one.id}
        render={(one, tabIndex) => <ScheduleRow schedule={one} tabIndex={tabIndex} />}
      />
    </Section>
  );
}

function ScheduleRow({ schedule, tabIndex }: { schedule: ScheduleRowFragment; tabIndex: number }): JSX.Element {
  const { workspace, open, trans } = useOrch();
  const on = schedule.status === 'RUNNING';
  const refusal = useRefusal(on ? 'stop_running_schedule' : 'start_schedule');
  const last = schedule.ticks[0];
  const address = {
    location: schedule.repositoryLocationName,
    repository: schedule.repositoryName,
    name: schedule.name,
    kind: 'schedule' as const
  };
  return (
    <>
      <button
        type="button"
        className="jp-orch-Row-main"
        tabIndex={tabIndex}
        aria-label={trans.__('Schedule %1, %2', schedule.title, schedule.sentence)}
        title={`${schedule.cronSchedule} ${schedule.executionTimezone}`}
        onClick={() => open.automation(address)}
      >
        <span className="jp-orch-Row-text">
          <span className="jp-orch-Row-title">
            <Name text={schedule.title} />
          </span>
          <span className="jp-orch-Row-note">{schedule.sentence}</span>
          <span className="jp-orch-Row-note">
            {on && schedule.nextTicks.length > 0 ? <NextTick due={schedule.nextTicks[0].timestamp} /> : trans.__('Switched off')}
            {last?.status === 'FAILURE' && <span className="jp-orch-tone-bad"> · {trans.__('last tick failed')}</span>}
          </span>
        </span>
      </button>
      <Switch
        label={trans.__('Schedule %1', schedule.title)}
        on={on}
        refusal={refusal}
        tabIndex={-1}
        onTurn={to => workspace.setSchedule(schedule, to)}
      />
    </>
  );
}

/** Sensors with a switch and how their last look ended. */
export function Sensors({ model }: { model: OrchestrateModel }): JSX.Element | null {
  const { workspace, trans } = useOrch();
  useModel(workspace);
  useModel(model);
  const all = workspace.locations.flatMap(location => location.sensors);
  const shown = all.filter(one => model.matches(one.name, one.description ?? ''));
  if (all.length === 0) {
    return null;
  }
  return (
    <Section title={trans.__('Sensors')} count={all.length}>
      {shown.length === 0 && <Empty>{trans.__('No sensor fits the filter.')}</Empty>}
      <Rows label={trans.__('Sensors')} items={shown} keyOf={one => one.id} render={(one, tabIndex) => <SensorRow sensor={one} tabIndex={tabIndex} />} />
    </Section>
  );
}

function SensorRow({ sensor, tabIndex }: { sensor: SensorRowFragment; tabIndex: number }): JSX.Element {
  const { workspace, automation, open, trans } = useOrch();
  const on = sensor.status === 'RUNNING';
  const refusal = useRefusal(on ? 'stop_sensor' : 'start_sensor');
  const turn = async (to: boolean): Promise<string> => {
    const refused = await automation.setSensor(sensor, to);
    await workspace.refetch();
    return refused;
  };
  return (
    <>
      <button
        type="button"
        className="jp-orch-Row-main"
        tabIndex={tabIndex}
        aria-label={trans.__('Show sensor %1', sensor.name)}
        onClick={() => open.automation(addressOf('sensor', sensor))}
      >
        <span className="jp-orch-Row-text">
          <span className="jp-orch-Row-title">
            <Name text={sensor.name} />
          </span>
          <span className="jp-orch-Row-note">
            {on ? trans.__('looks every %1', durationText(sensor.minIntervalSeconds)) : trans.__('Switched off')}
            {sensor.ticks[0]?.status === 'FAILURE' && <span className="jp-orch-tone-bad"> · {trans.__('last tick failed')}</span>}
          </span>
        </span>
      </button>
      <Switch label={trans.__('Sensor %1', sensor.name)} on={on} refusal={refusal} tabIndex={-1} onTurn={turn} />
    </>
  );
}

function NextTick({ due }: { due: number }): JSX.Element {
  const { trans } = useOrch();
  const now = useNow(true);
  return <span title={instantText(due)}>{trans.__('next %1', agoText(due, now, trans))}</span>;
}
