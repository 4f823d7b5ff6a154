import { caretDownIcon, caretRightIcon, notebookIcon } from '@jupyterlab/ui-components';
import { memo } from 'react';

import type { IDrawnSolid } from '../../models/graph';
import { StatusGlyph, statusWord } from '../status';
import { useTrans } from '../surroundings';
import { visible } from '../text';
import type { IGraphModel } from './graph';

/** One solid as an element of the drawing. */
export const GraphSolid = memo(function GraphSolid({
  drawn,
  model,
  chosen,
  stop,
  near
}: {
  drawn: IDrawnSolid;
  model: IGraphModel;
  chosen: boolean;
  /** The one that the Tab key reaches. */
  stop: boolean;
  near: boolean;
}): JSX.Element {
  const trans = useTrans();
  const { solid, open } = drawn;
  const composite = solid.children.length > 0;
  const Caret = open ? caretDownIcon : caretRightIcon;
  const note = solid.note ?? (composite
    ? trans._n('%1 solid inside', '%1 solids inside', solid.children.length)
    : solid.kind === 'NOTEBOOK'
      ? trans.__('notebook')
      : solid.outputs.map(output => output.type).join(', '));
  const name = composite ? trans.__('%1, composite, %2', solid.name, open ? trans.__('open') : trans.__('closed')) : solid.name;
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the drawing takes the keys for its solids
    <div
      role="option"
      aria-selected={chosen}
      aria-label={solid.status ? `${name}, ${statusWord(solid.status, trans)}` : name}
      tabIndex={stop ? 0 : -1}
      data-handle={solid.handle}
      data-kind={solid.kind}
      className={`jp-orch-Solid${open ? ' jp-orch-mod-open' : ''}${near ? '' : ' jp-orch-mod-far'}`}
      style={{ left: drawn.x, top: drawn.y, width: drawn.width, height: drawn.height }}
      onClick={() => model.select(solid.handle)}
      onDoubleClick={() => model.toggle(solid.handle)}
    >
      <div className="jp-orch-Solid-head">
        {composite && (
          <span
            className="jp-orch-Solid-caret"
            aria-hidden="true"
            onClick={event => {
              event.stopPropagation();
              model.toggle(solid.handle);
            }}
          >
            <Caret.react tag="span" className="jp-orch-icon" />
          </span>
        )}
        {solid.status && <StatusGlyph status={solid.status} />}
        {solid.kind === 'NOTEBOOK' && <notebookIcon.react tag="span" className="jp-orch-icon" />}
        <bdi className="jp-orch-Solid-name" title={visible(solid.handle)}>
          {visible(solid.name)}
        </bdi>
      </div>
      {!open && <div className="jp-orch-Solid-note">{visible(note)}</div>}
    </div>
  );
});
