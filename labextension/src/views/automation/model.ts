import type { DryRunFragment, ScheduleDetailQuery, SensorDetailQuery, TickFieldsFragment } from '../../api/gql/graphql';
import { SCHEDULE_DETAIL, SENSOR_DETAIL } from '../../api/operations';
import { AskingModel } from '../../models/asking';
import { addressOf, type IInstigatorAddress } from '../../models/instigators';
import type { IOrchestrator } from '../../tokens';

/** A schedule with its ticks. */
export type ScheduleDetail = Extract<ScheduleDetailQuery['scheduleOrError'], { __typename: 'Schedule' }>;

/** A sensor with its ticks. */
export type SensorDetail = Extract<SensorDetailQuery['sensorOrError'], { __typename: 'Sensor' }>;

const EVERY = 5000;
const TICKS = 50;

/** All schedules and sensors, and the chosen one with its ticks. */
export class AutomationModel extends AskingModel {
  constructor(private readonly _orch: IOrchestrator) {
    super(_orch.live, EVERY);
    _orch.workspace.changed.connect(this._onWorkspace, this);
    _orch.runs.changed.connect(this._onRuns, this);
  }

  /** The chosen one, or null while none is. */
  get address(): IInstigatorAddress | null {
    return this._address;
  }

  get detail(): ScheduleDetail | SensorDetail | null {
    return this._detail;
  }

  /** The tick that is looked at. */
  get tick(): TickFieldsFragment | null {
    return this._detail?.history.find(one => one.id === this._tickId) ?? null;
  }

  /** What a test has led to, or null when none was made of the chosen one. */
  get tested(): DryRunFragment | null {
    return this._tested;
  }

  chooseTick(id: string): void {
    this._tickId = id === this._tickId ? '' : id;
    this.notify();
  }

  choose(address: IInstigatorAddress): void {
    this._address = address;
    this._detail = null;
    this._tested = null;
    this._tickId = '';
    this.notify();
    void this.refetch();
  }

  /** Evaluate the chosen one without launching anything. Rejects with a `RequestProblem`. */
  async test(at: number | null, cursor: string | null): Promise<void> {
    const address = this._address;
    if (address) {
      const tested = await this._orch.automation.test(address, at, cursor);
      if (address === this._address) {
        this._tested = tested;
        this.notify();
      }
    }
  }

  forgetTest(): void {
    this._tested = null;
    this.notify();
  }

  protected async ask(current: () => boolean): Promise<string> {
    const chosen = this._address ?? Private.firstOf(this._orch);
    if (!chosen) {
      return '';
    }
    this._address = chosen;
    const answer = await this._fetch(chosen);
    if (!current()) {
      return '';
    }
    const found = answer.__typename === 'Schedule' || answer.__typename === 'Sensor';
    this._detail = found ? answer : null;
    return found ? '' : answer.message;
  }

  private async _fetch({ kind, location, repository, name }: IInstigatorAddress): Promise<ScheduleDetailQuery['scheduleOrError'] | SensorDetailQuery['sensorOrError']> {
    const { client } = this._orch;
    const place = { repositoryLocationName: location, repositoryName: repository };
    return kind === 'schedule'
      ? (await client.send(SCHEDULE_DETAIL, { selector: { ...place, scheduleName: name }, ticks: TICKS })).scheduleOrError
      : (await client.send(SENSOR_DETAIL, { selector: { ...place, sensorName: name }, ticks: TICKS })).sensorOrError;
  }

  private _onWorkspace(): void {
    void this.refetch();
  }

  private _onRuns(): void {
    if (this._detail) {
      void this.refetch();
    }
  }

  private _address: IInstigatorAddress | null = null;
  private _detail: ScheduleDetail | SensorDetail | null = null;
  private _tested: DryRunFragment | null = null;
  private _tickId = '';
}

namespace Private {
  export function firstOf({ workspace }: IOrchestrator): IInstigatorAddress | null {
    const [schedule] = workspace.locations.flatMap(location => location.schedules);
    const [sensor] = workspace.locations.flatMap(location => location.sensors);
    return schedule ? addressOf('schedule', schedule) : sensor ? addressOf('sensor', sensor) : null;
  }
}
