import { useModel, useOrch } from './surroundings';

/** Says that nothing will fire, where that is so. */
export function SilentDaemon(): JSX.Element | null {
  const { setup, trans } = useOrch();
  const { daemon } = useModel(setup);
  return daemon === 'off' || daemon === 'lost' ? (
    <div className="jp-orch-Banner" role="status">
      {trans.__('Nothing will fire: no daemon is running.')}
    </div>
  ) : null;
}
