import type { TickFieldsFragment } from '../../api/gql/graphql';
import { AnsiText } from '../../components/ansi';
import { FailureCard } from '../../components/failure_card';
import { Empty } from '../../components/states';
import { statusTone } from '../../components/status';
import { useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import { TickStatus, tickLook, tickWord } from '../../components/tick_status';
import { durationText, instantText } from '../../components/time';
import { readFailure } from '../../models/history';
import type { AutomationModel } from './model';

/** Every evaluation so far: a strip to see the pattern, a table to read, one tick in full. */
export function Ticks({ model, ticks }: { model: AutomationModel; ticks: readonly TickFieldsFragment[] }): JSX.Element {
  const { trans } = useOrch();
  if (ticks.length === 0) {
    return <Empty>{trans.__('No tick yet.')}</Empty>;
  }
  return (
    <>
      <Strip model={model} ticks={ticks} />
      <div className="jp-orch-Table-scroll">
        <table className="jp-orch-Table" aria-label={trans.__('Ticks')}>
          <thead>
            <tr>
              <th scope="col">{trans.__('Result')}</th>
              <th scope="col">{trans.__('Due')}</th>
              <th scope="col">{trans.__('Took')}</th>
              <th scope="col">{trans.__('What came of it')}</th>
            </tr>
          </thead>
          <tbody>
            {ticks.map(tick => (
              <TickRow key={tick.id} tick={tick} model={model} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The newest ticks as bars from old to new; height tells how long the evaluation took. */
function Strip({ model, ticks }: { model: AutomationModel; ticks: readonly TickFieldsFragment[] }): JSX.Element {
  const { trans } = useOrch();
  const took = (tick: TickFieldsFragment): number => Math.max(0, (tick.endTimestamp ?? 0) - (tick.startTimestamp ?? tick.endTimestamp ?? 0));
  const longest = Math.max(...ticks.map(took), 0.001);
  return (
    <div className="jp-orch-Strip" role="group" aria-label={trans.__('Timeline of ticks, newest on the right')}>
      {ticks.map(tick => {
        const words = `${instantText(tick.timestamp)}, ${tick.isMissed ? trans.__('Missed') : tickWord(tick.status, trans)}`;
        const part = took(tick) / longest;
        return (
          <button
            key={tick.id}
            type="button"
            className={`jp-orch-Strip-tick jp-orch-tone-${statusTone(tickLook(tick.status))}`}
            data-status={tick.isMissed ? 'MISSED' : tick.status}
            aria-label={words}
            title={words}
            aria-pressed={model.tick?.id === tick.id}
            tabIndex={-1}
            onClick={() => model.chooseTick(tick.id)}
          >
            <span style={{ height: `${30 + part * 70}%` }} />
          </button>
        );
      })}
    </div>
  );
}

function TickRow({ tick, model }: { tick: TickFieldsFragment; model: AutomationModel }): JSX.Element {
  const { trans } = useOrch();
  const chosen = model.tick?.id === tick.id;
  return (
    <>
      <tr aria-selected={chosen} className={chosen ? 'jp-orch-mod-chosen' : ''}>
        <td>
          <TickStatus status={tick.status} trans={trans} />
          {tick.isMissed && <span className="jp-orch-badge jp-orch-Tick-missed">{trans.__('missed')}</span>}
        </td>
        <td>
          <button
            type="button"
            className="jp-orch-link"
            aria-expanded={chosen}
            aria-label={trans.__('Tick of %1', instantText(tick.timestamp))}
            onClick={() => model.chooseTick(tick.id)}
          >
            {instantText(tick.timestamp)}
          </button>
          {(tick.lateSeconds ?? 0) >= 60 && <span className="jp-orch-note"> {trans.__('%1 late', durationText(tick.lateSeconds ?? 0))}</span>}
        </td>
        <td>{tick.endTimestamp === null || tick.startTimestamp === null ? '–' : durationText(tick.endTimestamp - tick.startTimestamp)}</td>
        <td>
          <Outcome tick={tick} />
        </td>
      </tr>
      {chosen && (
        <tr className="jp-orch-Tick-detail">
          <td colSpan={4}>
            <TickDetail tick={tick} />
          </td>
        </tr>
      )}
    </>
  );
}

/** In one line: the runs, why there are none, or what went wrong. */
function Outcome({ tick }: { tick: TickFieldsFragment }): JSX.Element {
  const { open, trans } = useOrch();
  if (tick.error) {
    return <span className="jp-orch-Tick-reason">{visible(tick.error.message.split('\n')[0])}</span>;
  }
  if (tick.runIds.length === 0) {
    return <span className="jp-orch-Tick-reason">{visible(tick.skipReason ?? '') || (tick.status === 'SKIPPED' ? trans.__('no reason was given') : '–')}</span>;
  }
  return (
    <span className="jp-orch-Tick-runs">
      {tick.runIds.slice(0, 5).map(runId => (
        <button key={runId} type="button" className="jp-orch-link" aria-label={trans.__('Open run %1', runId)} onClick={() => open.run(runId)}>
          <code>{runId.slice(0, 8)}</code>
        </button>
      ))}
      {tick.runIds.length > 5 && <span className="jp-orch-note">{trans._n('and %1 more', 'and %1 more', tick.runIds.length - 5)}</span>}
    </span>
  );
}

function TickDetail({ tick }: { tick: TickFieldsFragment }): JSX.Element {
  const { open, trans } = useOrch();
  return (
    <div className="jp-orch-Tick">
      {tick.skipReason && <p className="jp-orch-pre">{visible(tick.skipReason)}</p>}
      {tick.runIds.length > 0 && (
        <p>
          {trans._n('%1 run:', '%1 runs:', tick.runIds.length)}{' '}
          {tick.runIds.map(runId => (
            <button key={runId} type="button" className="jp-orch-link" onClick={() => open.run(runId)}>
              <code>{runId}</code>
            </button>
          ))}
        </p>
      )}
      {tick.skippedRunKeys.length > 0 && (
        <p>
          {trans.__('These keys had a run already:')} {tick.skippedRunKeys.map(visible).join(', ')}
        </p>
      )}
      {tick.error && <FailureCard failure={readFailure(tick.error)!} title={trans.__('The evaluation failed')} />}
      {tick.output && (
        <pre className="jp-orch-pre" role="region" tabIndex={0} aria-label={trans.__('Output of the evaluation')}>
          <AnsiText text={tick.output} />
        </pre>
      )}
      {!tick.output && tick.skippedRunKeys.length === 0 && !tick.skipReason && tick.runIds.length === 0 && !tick.error && <p>{trans.__('Nothing more is known of this tick.')}</p>}
    </div>
  );
}
