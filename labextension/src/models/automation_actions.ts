import type { OrchClient } from '../api/client';
import type { DryRunFragment, SensorRowFragment } from '../api/gql/graphql';
import { SCHEDULE_DRY_RUN, SENSOR_DRY_RUN, SET_CURSOR, START_SENSOR, STOP_SENSOR, TRIGGER_SENSOR } from '../api/operations';
import { RequestProblem } from '../api/problem';
import type { IInstigatorAddress } from './instigators';

/** What can be done with a schedule or sensor besides switching it. Each rejects with a `RequestProblem` when refused. */
export class AutomationActions {
  constructor(private readonly _client: OrchClient) {}

  /** Switch a sensor on or off. @returns why that was refused, or an empty string. */
  async setSensor(sensor: SensorRowFragment, on: boolean): Promise<string> {
    const selector = { repositoryLocationName: sensor.repositoryLocationName, repositoryName: sensor.repositoryName, sensorName: sensor.name };
    const answer = on
      ? (await this._client.send(START_SENSOR, { selector })).startSensor
      : (await this._client.send(STOP_SENSOR, { selector })).stopSensor;
    return 'message' in answer ? answer.message : '';
  }

  /** Have a sensor evaluated at once. */
  async trigger(address: IInstigatorAddress): Promise<void> {
    Private.orThrow((await this._client.send(TRIGGER_SENSOR, { selector: Private.sensor(address) })).triggerSensor);
  }

  /** Let a sensor go on from another place; null forgets where it is. */
  async setCursor(address: IInstigatorAddress, cursor: string | null): Promise<void> {
    Private.orThrow((await this._client.send(SET_CURSOR, { selector: Private.sensor(address), cursor })).setSensorCursor);
  }

  /**
   * What an evaluation would lead to. Nothing is launched and nothing is kept; what is null is left to the server.
   *
   * @param at - of a schedule: the due time in seconds since the epoch, now when null.
   * @param cursor - of a sensor: where it would go on from, its own when null.
   */
  async test(address: IInstigatorAddress, at: number | null, cursor: string | null): Promise<DryRunFragment> {
    const answer =
      address.kind === 'schedule'
        ? (await this._client.send(SCHEDULE_DRY_RUN, { selector: Private.schedule(address), timestamp: at ?? undefined })).scheduleDryRun
        : (await this._client.send(SENSOR_DRY_RUN, { selector: Private.sensor(address), cursor: cursor ?? undefined })).sensorDryRun;
    if (answer.__typename !== 'DryRunInstigationTick') {
      throw new RequestProblem('server', answer.message);
    }
    return answer;
  }
}

namespace Private {
  export function sensor({ location, repository, name }: IInstigatorAddress): { repositoryLocationName: string; repositoryName: string; sensorName: string } {
    return { repositoryLocationName: location, repositoryName: repository, sensorName: name };
  }

  export function schedule({ location, repository, name }: IInstigatorAddress): { repositoryLocationName: string; repositoryName: string; scheduleName: string } {
    return { repositoryLocationName: location, repositoryName: repository, scheduleName: name };
  }

  export function orThrow(answer: object): void {
    if ('message' in answer) {
      throw new RequestProblem('server', String(answer.message));
    }
  }
}
