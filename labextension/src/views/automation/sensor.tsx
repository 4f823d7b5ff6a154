import { InputDialog } from '@jupyterlab/apputils';

import { Action, useRefusal } from '../../components/action';
import { Fact, Facts } from '../../components/facts';
import { statusWord } from '../../components/status';
import { useNow, useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { agoText, durationText } from '../../components/time';
import type { AutomationModel, SensorDetail } from './model';
import { TestResult } from './test_result';
import { Ticks } from './ticks';

/** A sensor: what it looks at, where it stands, what came of every evaluation. */
export function SensorFacts({ model, detail }: { model: AutomationModel; detail: SensorDetail }): JSX.Element {
  const { open, trans } = useOrch();
  const on = detail.status === 'RUNNING';
  const now = useNow(on);
  return (
    <>
      <header className="jp-orch-Head">
        <div className="jp-orch-Head-line">
          <h2>
            <Name text={detail.name} />
          </h2>
          <span className="jp-orch-note">{on ? trans.__('Switched on') : trans.__('Switched off')}</span>
          <span className="jp-orch-spring" />
          <SensorButtons model={model} detail={detail} />
        </div>
        {detail.description && <p className="jp-orch-pre">{visible(detail.description)}</p>}
        <Facts>
          <Fact name={trans.__('Looks')}>{trans.__('every %1', durationText(detail.minIntervalSeconds))}</Fact>
          {detail.nextEvaluation !== null && <Fact name={trans.__('Next')}>{agoText(detail.nextEvaluation, now, trans)}</Fact>}
          {detail.assetKey && (
            <Fact name={trans.__('Asset')}>
              <button type="button" className="jp-orch-link" onClick={() => open.assets(detail.assetKey ?? undefined)}>
                <Name text={detail.assetKey.join(' / ')} />
              </button>
            </Fact>
          )}
          {detail.runStatus && (
            <Fact name={trans.__('Runs that are')}>
              {statusWord(detail.runStatus, trans)}
              {detail.monitoredPipelines && ` (${detail.monitoredPipelines.map(visible).join(', ')})`}
            </Fact>
          )}
          {detail.targets.map(target => (
            <Fact key={target.pipelineName} name={trans.__('Launches')}>
              <button
                type="button"
                className="jp-orch-link"
                onClick={() => open.pipeline({ location: detail.repositoryLocationName, repository: detail.repositoryName, pipeline: target.pipelineName })}
              >
                <Name text={target.pipelineName} />
              </button>
            </Fact>
          ))}
          <Fact name={trans.__('Cursor')}>{detail.cursor === null ? trans.__('none') : <code className="jp-orch-cursor">{visible(detail.cursor)}</code>}</Fact>
          {detail.lastRunKey && (
            <Fact name={trans.__('Last run key')}>
              <Name text={detail.lastRunKey} />
            </Fact>
          )}
        </Facts>
      </header>
      <div className="jp-orch-Page">
        {model.tested && <TestResult model={model} tested={model.tested} />}
        <h3>{trans.__('Ticks')}</h3>
        <Ticks model={model} ticks={detail.history} />
      </div>
    </>
  );
}

function SensorButtons({ model, detail }: { model: AutomationModel; detail: SensorDetail }): JSX.Element {
  const { automation, trans } = useOrch();
  const mayTest = useRefusal('start_sensor');
  const mayEdit = useRefusal('edit_sensor_cursor');
  const mayStart = useRefusal('start_sensor');
  const off = detail.status === 'RUNNING' ? '' : trans.__('Switch it on first.');
  const trigger = async (): Promise<void> => {
    await automation.trigger(model.address!);
    await model.refetch();
  };
  const edit = async (): Promise<void> => {
    const { button, value } = await InputDialog.getText({
      title: trans.__('Cursor of %1', detail.name),
      label: trans.__('The sensor goes on from here; empty forgets where it is.'),
      text: detail.cursor ?? '',
      okLabel: trans.__('Set')
    });
    if (button.accept) {
      await automation.setCursor(model.address!, value || null);
      await model.refetch();
    }
  };
  return (
    <>
      <Action label={trans.__('Test now')} title={trans.__('Evaluate it and show what it would launch')} refusal={mayTest} onAct={() => model.test(null, null)}>
        {trans.__('Test now')}
      </Action>
      <Action label={trans.__('Look now')} title={trans.__('Evaluate it at once and launch what it asks for')} refusal={mayStart || off} onAct={trigger}>
        {trans.__('Look now')}
      </Action>
      <Action label={trans.__('Edit cursor')} refusal={mayEdit} onAct={edit}>
        {trans.__('Edit cursor')}
      </Action>
    </>
  );
}
