import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import { InputDialog } from '@jupyterlab/apputils';

import { Action } from '../../components/action';
import { useOrch } from '../../components/surroundings';
import { Name } from '../../components/text';
import type { LaunchpadModel } from './model';

/** The drafts of this pipeline; one of them is worked on. */
export function DraftTabs({ model }: { model: LaunchpadModel }): JSX.Element {
  const { trans } = useOrch();
  const { drafts, current } = model.book;
  const nameOf = (at: number): string => drafts[at].name || trans.__('Draft %1', at + 1);
  const rename = async (): Promise<void> => {
    const { value } = await InputDialog.getText({ title: trans.__('Name of the draft'), text: nameOf(current) });
    if (value) {
      model.change({ name: value });
    }
  };
  return (
    <div className="jp-orch-Drafts" role="group" aria-label={trans.__('Drafts')}>
      {drafts.map((_, i) => (
        <span key={i} className="jp-orch-Draft" data-chosen={i === current}>
          <button
            type="button"
            aria-pressed={i === current}
            title={i === current ? trans.__('Double-click to rename') : undefined}
            onClick={() => i !== current && model.choose(i)}
            onDoubleClick={() => void rename()}
            onKeyDown={event => event.key === 'F2' && void rename()}
          >
            <Name text={nameOf(i)} />
          </button>
          {drafts.length > 1 && <Action label={trans.__('Close %1', nameOf(i))} icon={closeIcon} look="icon" onAct={() => model.drop(i)} />}
        </span>
      ))}
      <Action label={trans.__('New draft')} title={trans.__('New draft, beginning as a copy of this one')} icon={addIcon} look="icon" onAct={() => model.add()} />
    </div>
  );
}
