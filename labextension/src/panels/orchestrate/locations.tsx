import { refreshIcon } from '@jupyterlab/ui-components';

import { Action, useRefusal } from '../../components/action';
import { Locations as LocationList } from '../../components/locations';
import { Section } from '../../components/section';
import { useModel, useOrch } from '../../components/surroundings';
import type { OrchestrateModel } from './model';

/** Where code comes from, whether it loads, and why not. */
export function Locations({ model }: { model: OrchestrateModel }): JSX.Element {
  const { workspace, open, trans } = useOrch();
  useModel(workspace);
  useModel(model);
  const refusal = useRefusal('reload_workspace');
  const reloadAll = async (): Promise<void> => {
    const refused = await workspace.reloadAll();
    if (refused) {
      open.tell(refused, 'error');
    }
  };
  const actions = (
    <Action label={trans.__('Reload workspace')} icon={refreshIcon} look="icon" refusal={refusal} onAct={reloadAll} />
  );
  return (
    <Section title={trans.__('Locations')} count={workspace.loaded && !workspace.problem ? workspace.locations.length : undefined} actions={actions}>
      <LocationList
        matches={name => model.matches(name)}
        empty={model.filter ? trans.__('No location fits the filter.') : trans.__('No locations. Add one to %1.', workspace.path)}
      />
    </Section>
  );
}
