import { FailureCard } from '../../components/failure_card';
import { Empty, OfflineBanner, Problem, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { Tabs } from '../../components/tabs';
import { visible } from '../../components/text';
import type { RunModel } from '../../models/run';
import { ArtifactsTab } from './artifacts';
import { ConfigTab } from './config';
import { Gantt } from './gantt';
import { RunHeader } from './header';
import { Log } from './log';
import type { RunTab, RunViewModel } from './model';
import { NotebookTab } from './notebook';
import { StepOutput } from './output';

/** One run: header, failure, Gantt, and the tabs below. */
export function RunBody({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  const { open, trans } = useOrch();
  useModel(run);
  useModel(view);
  if (!run.detail) {
    return (
      <div className="jp-orch-View-body">
        <OfflineBanner />
        {run.missing ? (
          <Empty>
            {trans.__('There is no run %1; it may have been deleted.', run.runId)}{' '}
            <button type="button" className="jp-orch-link" onClick={() => open.runs()}>
              {trans.__('Show all runs')}
            </button>
          </Empty>
        ) : run.problem ? (
          <Problem message={run.problem} />
        ) : (
          <Skeleton rows={6} />
        )}
      </div>
    );
  }
  const { failure } = run;
  const failed = run.history.failedStep;
  const failing = run.detail.status === 'FAILURE' || (failed !== null && run.detail.status === 'STARTED');
  return (
    <div className="jp-orch-View-body jp-orch-Run">
      <OfflineBanner />
      <RunHeader run={run} view={view} />
      {run.problem && <Problem message={run.problem} />}
      {failing && failure && (
        <FailureCard failure={failure} title={failed === null ? trans.__('The run failed') : trans.__('Step %1 failed', visible(failed))}>
          {failed !== null && (
            <div className="jp-orch-Failure-ways">
              {run.history.steps.get(failed)?.notebook && (
                <button type="button" className="jp-orch-link" onClick={() => open.notebook(run.runId, failed, 'failing')}>
                  {trans.__('Open at the failing cell')}
                </button>
              )}
              <button type="button" className="jp-orch-link" onClick={() => open.debugStep(run.runId, failed)}>
                {trans.__('Open failed step in notebook')}
              </button>
              <button type="button" className="jp-orch-link" onClick={() => (view.step = failed)}>
                {trans.__('Show this step only')}
              </button>
            </div>
          )}
        </FailureCard>
      )}
      <Gantt run={run} view={view} />
      <Tabs
        label={trans.__('Parts of the run')}
        tabs={[
          { id: 'log', label: trans.__('Log') },
          { id: 'stdout', label: trans.__('Stdout') },
          { id: 'stderr', label: trans.__('Stderr') },
          { id: 'notebook', label: trans.__('Notebook') },
          { id: 'artifacts', label: trans.__('Artifacts'), badge: Private.artifactCount(run) },
          { id: 'config', label: trans.__('Config') }
        ]}
        current={view.tab}
        onChoose={id => (view.tab = id as RunTab)}
      >
        <TabBody run={run} view={view} />
      </Tabs>
    </div>
  );
}

function TabBody({ run, view }: { run: RunModel; view: RunViewModel }): JSX.Element {
  switch (view.tab) {
    case 'log':
      return <Log run={run} view={view} />;
    case 'stdout':
    case 'stderr':
      return <StepOutput run={run} view={view} />;
    case 'notebook':
      return <NotebookTab run={run} view={view} />;
    case 'artifacts':
      return <ArtifactsTab run={run} view={view} />;
    case 'config':
      return <ConfigTab run={run} />;
  }
}

namespace Private {
  /** How many assets and checks there are to be seen. */
  export function artifactCount(run: RunModel): string | undefined {
    const count = run.history.artifacts.filter(one => one.kind !== 'value').length;
    return count > 0 ? String(count) : undefined;
  }
}
