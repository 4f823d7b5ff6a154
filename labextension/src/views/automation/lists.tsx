import { useRefusal } from '../../components/action';
import { Rows } from '../../components/rows';
import { Empty, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Switch } from '../../components/switch';
import { Name } from '../../components/text';
import { durationText } from '../../components/time';
import { addressOf, type IInstigatorAddress, isSame } from '../../models/instigators';
import type { AutomationModel } from './model';

/** One schedule or sensor as a line with its switch. */
interface ILine {
  id: string;
  address: IInstigatorAddress;
  title: string;
  note: string;
  on: boolean;
  turn: (on: boolean) => Promise<string>;
}

/** All schedules and sensors; choosing one shows it. */
export function InstigatorLists({ model }: { model: AutomationModel }): JSX.Element {
  const { workspace, automation, trans } = useOrch();
  useModel(workspace);
  const schedules = workspace.locations.flatMap(location => location.schedules).map(
    (one): ILine => ({
      id: one.id,
      address: addressOf('schedule', one),
      title: one.title,
      note: one.sentence,
      on: one.status === 'RUNNING',
      turn: on => workspace.setSchedule(one, on)
    })
  );
  const sensors = workspace.locations.flatMap(location => location.sensors).map(
    (one): ILine => ({
      id: one.id,
      address: addressOf('sensor', one),
      title: one.name,
      note: trans.__('every %1', durationText(one.minIntervalSeconds)),
      on: one.status === 'RUNNING',
      turn: async on => {
        const refused = await automation.setSensor(one, on);
        await workspace.refetch();
        return refused;
      }
    })
  );
  return (
    <>
      <h3>{trans.__('Schedules')}</h3>
      {!workspace.loaded && <Skeleton rows={3} />}
      {workspace.loaded && schedules.length === 0 && <Empty>{trans.__('No location defines a schedule.')}</Empty>}
      <Rows label={trans.__('Schedules')} items={schedules} keyOf={one => one.id} render={(one, tabIndex) => <Line line={one} model={model} tabIndex={tabIndex} />} />
      <h3>{trans.__('Sensors')}</h3>
      {workspace.loaded && sensors.length === 0 && <Empty>{trans.__('No location defines a sensor.')}</Empty>}
      <Rows label={trans.__('Sensors')} items={sensors} keyOf={one => one.id} render={(one, tabIndex) => <Line line={one} model={model} tabIndex={tabIndex} />} />
    </>
  );
}

function Line({ line, model, tabIndex }: { line: ILine; model: AutomationModel; tabIndex: number }): JSX.Element {
  const { trans } = useOrch();
  const { title } = line;
  const { kind } = line.address;
  const refusal = useRefusal(kind === 'sensor' ? (line.on ? 'stop_sensor' : 'start_sensor') : line.on ? 'stop_running_schedule' : 'start_schedule');
  const chosen = isSame(model.address, line.address);
  return (
    <div className="jp-orch-Choice" data-chosen={chosen}>
      <button type="button" className="jp-orch-Row-main" aria-current={chosen} tabIndex={tabIndex} onClick={() => model.choose(line.address)}>
        <span className="jp-orch-Row-text">
          <span className="jp-orch-Row-title">
            <Name text={title} />
          </span>
          <span className="jp-orch-Row-note">{line.note}</span>
        </span>
      </button>
      <Switch
        label={kind === 'sensor' ? trans.__('Sensor %1', title) : trans.__('Schedule %1', title)}
        on={line.on}
        refusal={refusal}
        tabIndex={-1}
        onTurn={line.turn}
      />
    </div>
  );
}
