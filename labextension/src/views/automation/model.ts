import type { ScheduleDetailQuery, TickFieldsFragment } from '../../api/gql/graphql';
import { SCHEDULE_DETAIL } from '../../api/operations';
import { AskingModel } from '../../models/asking';
import type { IInstigatorAddress } from '../../models/instigators';
import type { IOrchestrator } from '../../tokens';

/** A schedule with its ticks. */
export type ScheduleDetail = Extract<ScheduleDetailQuery['scheduleOrError'], { __typename: 'Schedule' }>;

const EVERY = 5000;
const TICKS = 50;

/** All schedules, and the chosen one with its ticks. */
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

  get detail(): ScheduleDetail | null {
    return this._detail;
  }

  /** The tick that is looked at. */
  get tick(): TickFieldsFragment | null {
    return this._detail?.history.find(one => one.id === this._tickId) ?? null;
  }

  chooseTick(id: string): void {
    this._tickId = id === this._tickId ? '' : id;
    this.notify();
  }

  choose(address: IInstigatorAddress): void {
    this._address = address;
    this._detail = null;
    this._tickId = '';
    this.notify();
    void this.refetch();
  }

  protected async ask(current: () => boolean): Promise<string> {
    const chosen = this._address ?? Private.firstOf(this._orch);
    if (!chosen) {
      return '';
    }
    this._address = chosen;
    const selector = { repositoryLocationName: chosen.location, repositoryName: chosen.repository, scheduleName: chosen.name };
    const { scheduleOrError: answer } = await this._orch.client.send(SCHEDULE_DETAIL, { selector, ticks: TICKS });
    if (!current()) {
      return '';
    }
    this._detail = answer.__typename === 'Schedule' ? answer : null;
    return answer.__typename === 'Schedule' ? '' : answer.message;
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
  private _detail: ScheduleDetail | null = null;
  private _tickId = '';
}

namespace Private {
  export function firstOf({ workspace }: IOrchestrator): IInstigatorAddress | null {
    const [first] = workspace.locations.flatMap(location => location.schedules);
    return first ? { kind: 'schedule', location: first.repositoryLocationName, repository: first.repositoryName, name: first.name } : null;
  }
}
