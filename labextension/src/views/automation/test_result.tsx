import { closeIcon } from '@jupyterlab/ui-components';

import type { DryRunFragment } from '../../api/gql/graphql';
import { Action } from '../../components/action';
import { AnsiText } from '../../components/ansi';
import { FailureCard } from '../../components/failure_card';
import { StatusGlyph } from '../../components/status';
import { useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { readFailure } from '../../models/history';
import { pathText } from '../../models/config_places';
import type { AutomationModel } from './model';

/** What an evaluation would have led to. */
export function TestResult({ model, tested }: { model: AutomationModel; tested: DryRunFragment }): JSX.Element {
  const { trans } = useOrch();
  const count = tested.runRequests.filter(one => !one.isUsed && one.errors.length === 0).length;
  return (
    <section className="jp-orch-Test" aria-label={trans.__('Result of the test')}>
      <div className="jp-orch-Test-head">
        <strong role="status">
          {tested.error
            ? trans.__('The evaluation fails.')
            : tested.runRequests.length === 0
              ? trans.__('It would skip.')
              : trans._n('It would launch %1 run.', 'It would launch %1 runs.', count)}
        </strong>
        <span className="jp-orch-note">{trans.__('Nothing was launched.')}</span>
        <span className="jp-orch-spring" />
        <Action label={trans.__('Close the result')} icon={closeIcon} look="icon" onAct={() => model.forgetTest()} />
      </div>
      {tested.skipReason && <p className="jp-orch-pre">{visible(tested.skipReason)}</p>}
      {tested.error && <FailureCard failure={readFailure(tested.error)!} title={trans.__('The evaluation failed')} />}
      <ul role="list" aria-label={trans.__('Runs that it would launch')}>
        {tested.runRequests.map((request, i) => (
          <li key={i} className="jp-orch-Artifact">
            <div className="jp-orch-Artifact-head">
              {request.errors.length > 0 && <StatusGlyph status="FAILURE" />}
              <strong>
                <Name text={request.pipelineName ?? trans.__('(its own pipeline)')} />
              </strong>
              {request.runKey && (
                <span className="jp-orch-note">
                  {trans.__('run key')} <Name text={request.runKey} />
                </span>
              )}
              {request.isUsed && <span className="jp-orch-badge">{trans.__('has run already')}</span>}
            </div>
            {request.tags.length > 0 && (
              <ul className="jp-orch-Tags" aria-label={trans.__('Tags')}>
                {request.tags.map(tag => (
                  <li key={tag.key}>
                    <Name text={tag.key} />: <Name text={tag.value} />
                  </li>
                ))}
              </ul>
            )}
            {request.runConfigYaml.trim() !== '' && (
              <pre className="jp-orch-pre" role="region" tabIndex={0} aria-label={trans.__('Run config')}>
                {request.runConfigYaml}
              </pre>
            )}
            {request.errors.length > 0 && (
              <ul className="jp-orch-Form-problems" aria-label={trans.__('Mistakes')}>
                {request.errors.map((error, at) => (
                  <li key={at}>
                    {visible(pathText(error.path, trans.__('(top level)')))}: {visible(error.message)}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
      {tested.cursor !== null && (
        <p>
          {trans.__('The cursor would be')} <code>{visible(tested.cursor)}</code>
        </p>
      )}
      {tested.output && (
        <pre className="jp-orch-pre" role="region" tabIndex={0} aria-label={trans.__('Output of the evaluation')}>
          <AnsiText text={tested.output} />
        </pre>
      )}
    </section>
  );
}
