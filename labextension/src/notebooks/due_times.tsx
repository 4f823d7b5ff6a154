import { useEffect } from 'react';

import type { OrchClient } from '../api/client';
import type { DueTimesQuery } from '../api/gql/graphql';
import { DUE_TIMES } from '../api/operations';
import { messageOf } from '../api/problem';
import { ChangingModel } from '../changing';
import { useModel, useTrans } from '../components/surroundings';
import { visible } from '../components/text';

const PAUSE = 250;

type Ticks = Extract<DueTimesQuery['dueTimesOrError'], { __typename: 'DueTimes' }>;

/** When a cron line would be due, as the server counts it. */
export class DueTimesModel extends ChangingModel {
  constructor(private readonly _client: OrchClient) {
    super();
  }

  /** Null while nothing is known. */
  found: Ticks | null = null;
  /** What is wrong with the line, or an empty string. */
  problem = '';

  /** Ask for a line, once it has rested for a moment. */
  ask(cronSchedule: string, executionTimezone: string): void {
    window.clearTimeout(this._timer);
    const asked = ++this._asked;
    this._timer = window.setTimeout(() => void this._send(cronSchedule, executionTimezone, asked), PAUSE);
  }

  override dispose(): void {
    window.clearTimeout(this._timer);
    super.dispose();
  }

  private async _send(cronSchedule: string, executionTimezone: string, asked: number): Promise<void> {
    let found: Ticks | null = null;
    let problem = '';
    try {
      const { dueTimesOrError: answer } = await this._client.send(DUE_TIMES, { cronSchedule, executionTimezone });
      found = answer.__typename === 'DueTimes' ? answer : null;
      problem = answer.__typename === 'DueTimes' ? '' : answer.message;
    } catch (reason) {
      problem = messageOf(reason);
    }
    if (asked === this._asked && !this.isDisposed) {
      Object.assign(this, { found, problem });
      this.notify();
    }
  }

  private _asked = 0;
  private _timer = 0;
}

/** The next due times of a choice, with what the clocks do to them. */
export function DueTimes({ model, cron, zone }: { model: DueTimesModel; cron: string; zone: string }): JSX.Element {
  const trans = useTrans();
  useModel(model);
  useEffect(() => model.ask(cron, zone), [model, cron, zone]);
  return (
    <div className="jp-orch-Notebook-due" role="status" aria-label={trans.__('Next due times')}>
      {model.problem && <span className="jp-orch-tone-bad">{visible(model.problem)}</span>}
      {model.found && <strong>{visible(model.found.sentence)}</strong>}
      {model.found?.nextTicks.map(({ timestamp, localTime, note }) => (
        <div key={timestamp}>
          {localTime} {note && <em>{visible(note)}</em>}
        </div>
      ))}
    </div>
  );
}
