import { useEffect, useId, useState } from 'react';

import { useModel, useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import { messageOf } from '../../api/problem';
import type { LaunchpadModel } from './model';

/** Takes run config and tags of a partition; nothing where the pipeline has none. */
export function PartitionPicker({ model }: { model: LaunchpadModel }): JSX.Element | null {
  const { workspace, open, trans } = useOrch();
  useModel(workspace);
  const id = useId();
  const sets = model.partitionSets();
  const [setId, setSetId] = useState('');
  const [names, setNames] = useState<readonly string[]>([]);
  const set = sets.find(one => one.id === setId) ?? sets[0];
  useEffect(() => {
    if (set) {
      model.partitionNames(set).then(setNames, () => setNames([]));
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the set's id is all that matters of it
  }, [model, set?.id]);
  if (!set) {
    return null;
  }
  const held = model.draft.tags.find(tag => tag.key === 'dagster/partition')?.value ?? '';
  return (
    <div className="jp-orch-Field">
      <label htmlFor={id}>{trans.__('Partition')}</label>
      {sets.length > 1 && (
        <select className="jp-mod-styled" aria-label={trans.__('Partition set')} value={set.id} onChange={event => setSetId(event.target.value)}>
          {sets.map(one => (
            <option key={one.id} value={one.id}>
              {visible(one.name)}
            </option>
          ))}
        </select>
      )}
      <select
        id={id}
        className="jp-mod-styled"
        value={names.includes(held) ? held : ''}
        onChange={event => event.target.value && model.usePartition(set, event.target.value).catch((reason: unknown) => open.tell(messageOf(reason), 'error'))}
      >
        <option value="">{trans.__('(none)')}</option>
        {names.map(name => (
          <option key={name} value={name}>
            {visible(name)}
          </option>
        ))}
      </select>
    </div>
  );
}
