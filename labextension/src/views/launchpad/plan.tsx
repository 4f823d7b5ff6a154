import { useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import type { LaunchpadModel } from './model';

const MOST = 200;

/** What a launch would run. */
export function Plan({ model }: { model: LaunchpadModel }): JSX.Element | null {
  const { trans } = useOrch();
  const { plan } = model.checks;
  if (plan === null) {
    return null;
  }
  return (
    <details className="jp-orch-Plan">
      <summary>{trans._n('Will run %1 step', 'Will run %1 steps', plan.length)}</summary>
      <ol>
        {plan.slice(0, MOST).map(step => (
          <li key={step.key}>{visible(step.key)}</li>
        ))}
      </ol>
      {plan.length > MOST && <p className="jp-orch-note">{trans.__('and %1 more', plan.length - MOST)}</p>}
    </details>
  );
}
