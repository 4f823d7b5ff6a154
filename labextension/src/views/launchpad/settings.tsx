import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import { useId, useState } from 'react';

import { Action } from '../../components/action';
import { useModel, useOrch } from '../../components/surroundings';
import { visible } from '../../components/text';
import type { LaunchpadModel } from './model';
import { PartitionPicker } from './partition';
import { Plan } from './plan';

/** Preset, mode, selection and tags of the draft. */
export function Settings({ model }: { model: LaunchpadModel }): JSX.Element {
  const { trans } = useOrch();
  useModel(model);
  const id = useId();
  const { draft } = model;
  const detail = model.detail!;
  return (
    <div className="jp-orch-Settings" role="group" aria-label={trans.__('Settings of the run')}>
      {detail.presets.length > 0 && (
        <div className="jp-orch-Field">
          <label htmlFor={`${id}-preset`}>{trans.__('Preset')}</label>
          <select id={`${id}-preset`} className="jp-mod-styled" value={draft.preset} onChange={event => model.usePreset(event.target.value)}>
            <option value="">{trans.__('(none)')}</option>
            {detail.presets.map(preset => (
              <option key={preset.name}>{preset.name}</option>
            ))}
          </select>
        </div>
      )}
      <div className="jp-orch-Field">
        <label htmlFor={`${id}-mode`}>{trans.__('Mode')}</label>
        <select id={`${id}-mode`} className="jp-mod-styled" value={draft.mode} onChange={event => model.change({ mode: event.target.value })}>
          {detail.modes.map(mode => (
            <option key={mode.name}>{mode.name}</option>
          ))}
        </select>
      </div>
      <PartitionPicker model={model} />
      <Selection model={model} />
      <TagFields model={model} />
      <Plan model={model} />
    </div>
  );
}

/** Solids to run, separated by commas; `*` and `+` reach along the graph as everywhere in the project. */
function Selection({ model }: { model: LaunchpadModel }): JSX.Element {
  const { trans } = useOrch();
  const id = useId();
  const [text, setText] = useState(model.draft.selection.join(', '));
  const kept = model.draft.selection.join(', ');
  const shown = Private.parse(text).join(', ') === kept ? text : kept;
  return (
    <div className="jp-orch-Field">
      <label htmlFor={id}>{trans.__('Only these solids')}</label>
      <input
        id={id}
        className="jp-mod-styled"
        list={`${id}-names`}
        placeholder={trans.__('all')}
        title={trans.__('Names separated by commas; *name takes everything upstream, name+ what follows')}
        value={shown}
        onChange={event => {
          setText(event.target.value);
          model.change({ selection: Private.parse(event.target.value) });
        }}
      />
      <datalist id={`${id}-names`}>
        {model.detail!.solids.slice(0, 500).map(solid => (
          <option key={solid.name} value={solid.name} />
        ))}
      </datalist>
    </div>
  );
}

function TagFields({ model }: { model: LaunchpadModel }): JSX.Element {
  const { trans } = useOrch();
  const { tags } = model.draft;
  const set = (at: number, part: Partial<{ key: string; value: string }>): void =>
    model.change({ tags: tags.map((tag, i) => (i === at ? { ...tag, ...part } : tag)) });
  return (
    <fieldset className="jp-orch-Field">
      <legend>{trans.__('Tags')}</legend>
      {tags.map((tag, i) => (
        <div key={i} className="jp-orch-TagField">
          <input className="jp-mod-styled" aria-label={trans.__('Key of tag %1', i + 1)} value={tag.key} onChange={event => set(i, { key: event.target.value })} />
          <input className="jp-mod-styled" aria-label={trans.__('Value of tag %1', i + 1)} value={tag.value} onChange={event => set(i, { value: event.target.value })} />
          <Action
            label={trans.__('Remove tag %1', visible(tag.key))}
            icon={closeIcon}
            look="icon"
            onAct={() => model.change({ tags: tags.filter((_, at) => at !== i) })}
          />
        </div>
      ))}
      <Action label={trans.__('Add tag')} icon={addIcon} look="icon" onAct={() => model.change({ tags: [...tags, { key: '', value: '' }] })} />
    </fieldset>
  );
}

namespace Private {
  export function parse(text: string): string[] {
    return text
      .split(/[,\s]+/)
      .map(part => part.trim())
      .filter(Boolean);
  }
}
