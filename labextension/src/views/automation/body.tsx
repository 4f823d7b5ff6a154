import { SilentDaemon } from '../../components/silent_daemon';
import { OfflineBanner, Problem, Skeleton } from '../../components/states';
import { useModel, useOrch } from '../../components/surroundings';
import { InstigatorLists } from './lists';
import type { AutomationModel } from './model';
import { ScheduleFacts } from './schedule';
import { SensorFacts } from './sensor';

/** Schedules and sensors on the left, the chosen one on the right. */
export function AutomationBody({ model }: { model: AutomationModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  const { detail } = model;
  return (
    <div className="jp-orch-View-body">
      <OfflineBanner />
      <SilentDaemon />
      <div className="jp-orch-Split">
        <nav className="jp-orch-Split-list" aria-label={trans.__('Schedules and sensors')}>
          <InstigatorLists model={model} />
        </nav>
        <div className="jp-orch-Split-detail">
          {model.problem && <Problem message={model.problem} />}
          {!model.problem && !detail && model.address && <Skeleton rows={6} />}
          {detail?.__typename === 'Schedule' && <ScheduleFacts model={model} detail={detail} />}
          {detail?.__typename === 'Sensor' && <SensorFacts model={model} detail={detail} />}
        </div>
      </div>
    </div>
  );
}
