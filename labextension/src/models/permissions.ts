import type { OrchClient } from '../api/client';
import { PERMISSIONS } from '../api/operations';
import { ChangingModel } from '../changing';

/** What a button does, in the words of the permission list. */
export type Permit =
  | 'launch_pipeline_execution'
  | 'launch_pipeline_reexecution'
  | 'terminate_pipeline_execution'
  | 'delete_pipeline_run'
  | 'start_schedule'
  | 'stop_running_schedule'
  | 'start_sensor'
  | 'stop_sensor'
  | 'edit_sensor_cursor'
  | 'launch_partition_backfill'
  | 'cancel_partition_backfill'
  | 'wipe_assets'
  | 'reload_repository_location'
  | 'reload_workspace';

/** What the caller may do; everything until the server has said otherwise, since the server decides in any case. */
export class PermissionsModel extends ChangingModel {
  constructor(private readonly _client: OrchClient) {
    super();
  }

  /** Why the caller may not, or an empty string when they may. */
  refusal(permit: Permit): string {
    return this._refusals.get(permit) ?? '';
  }

  /** Ask the server. Rejects with a `RequestProblem`. */
  async refresh(): Promise<void> {
    const { permissions } = await this._client.send(PERMISSIONS, {});
    this._refusals = new Map(
      permissions
        .filter(one => !one.value)
        .map(one => [one.permission, one.disabledReason || `Needs the permission ${one.permission}.`])
    );
    this.notify();
  }

  private _refusals: ReadonlyMap<string, string> = new Map();
}
