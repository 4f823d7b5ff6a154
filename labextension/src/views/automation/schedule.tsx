import { Action, useRefusal } from '../../components/action';
import { Fact, Facts } from '../../components/facts';
import { Empty } from '../../components/states';
import { useNow, useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { agoText } from '../../components/time';
import { inZone } from '../../models/zones';
import type { AutomationModel, ScheduleDetail } from './model';
import { TestResult } from './test_result';
import { Ticks } from './ticks';

/** A schedule: its rule, when it is due next, what came of every tick. */
export function ScheduleFacts({ model, detail }: { model: AutomationModel; detail: ScheduleDetail }): JSX.Element {
  const { open, trans } = useOrch();
  const on = detail.status === 'RUNNING';
  const refusal = useRefusal('start_schedule');
  const address = { location: detail.repositoryLocationName, repository: detail.repositoryName, pipeline: detail.pipelineName };
  return (
    <>
      <header className="jp-orch-Head">
        <div className="jp-orch-Head-line">
          <h2>
            <Name text={detail.title} />
          </h2>
          <span className="jp-orch-note">{on ? trans.__('Switched on') : trans.__('Switched off')}</span>
          <span className="jp-orch-spring" />
          <Action label={trans.__('Test now')} title={trans.__('Evaluate it for this moment and show what it would launch')} refusal={refusal} onAct={() => model.test(null, null)}>
            {trans.__('Test now')}
          </Action>
        </div>
        {detail.description && detail.description !== detail.title && <p className="jp-orch-pre">{visible(detail.description)}</p>}
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
          {detail.partitionSetName && (
            <Fact name={trans.__('Partitions')}>
              <Name text={detail.partitionSetName} />
            </Fact>
          )}
        </Facts>
      </header>
      <div className="jp-orch-Page">
        {model.tested && <TestResult model={model} tested={model.tested} />}
        <h3>{on ? trans.__('Next ticks') : trans.__('Next ticks, once switched on')}</h3>
        <NextTicks ticks={detail.upcoming} zone={detail.executionTimezone} />
        <h3>{trans.__('Ticks')}</h3>
        <Ticks model={model} ticks={detail.history} />
      </div>
    </>
  );
}

/** The next due times as the schedule's own clocks show them. */
function NextTicks({ ticks, zone }: { ticks: ScheduleDetail['upcoming']; zone: string }): JSX.Element {
  const { trans } = useOrch();
  const now = useNow(true);
  if (ticks.length === 0) {
    return <Empty>{trans.__('It will never be due.')}</Empty>;
  }
  const instants = ticks.map(tick => tick.timestamp);
  return (
    <ol className="jp-orch-Next" aria-label={trans.__('Next ticks')}>
      {inZone(instants, now, zone).map((tick, i) => (
        <li key={tick.instant}>
          <time dateTime={new Date(tick.instant * 1000).toISOString()} title={ticks[i].localTime}>
            {tick.text}
          </time>
          <span className="jp-orch-note">{tick.offset}</span>
          <span className="jp-orch-note">{agoText(tick.instant, now, trans)}</span>
          {(ticks[i].note ?? (tick.changed ? trans.__('the clocks change before this one') : '')) && (
            <strong className="jp-orch-Next-dst">{ticks[i].note ? visible(ticks[i].note) : trans.__('the clocks change before this one')}</strong>
          )}
        </li>
      ))}
    </ol>
  );
}
