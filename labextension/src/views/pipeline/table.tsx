import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';

import { useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import type { ISolid } from '../../models/graph';
import type { PipelineModel } from './model';

const ROW = 30;

/** All solids in rows that can be ordered by any column. */
export function SolidTable({ model }: { model: PipelineModel }): JSX.Element {
  const { trans } = useOrch();
  const scroller = useRef<HTMLDivElement>(null);
  const [order, setOrder] = useState<{ column: Private.Column; down: boolean }>({ column: 'place', down: false });
  const { graph, search, selected } = model;
  const rows = useMemo(() => Private.rows(graph.all(), search, order), [graph, search, order]);
  const at = rows.findIndex(solid => solid.handle === selected);
  const lines = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12 });
  useEffect(() => {
    if (at >= 0) {
      lines.scrollToIndex(at);
    }
  }, [at, lines]);
  const columns: [Private.Column, string][] = [
    ['place', trans.__('Solid')],
    ['kind', trans.__('Kind')],
    ['inputs', trans.__('Inputs')],
    ['outputs', trans.__('Outputs')],
    ['resources', trans.__('Resources')]
  ];
  return (
    <div ref={scroller} className="jp-orch-SolidTable" role="table" aria-label={trans.__('Solids of %1', model.address.pipeline)} aria-rowcount={rows.length + 1}>
      <div role="row" className="jp-orch-SolidTable-row jp-orch-SolidTable-head">
        {columns.map(([column, label]) => (
          <div key={column} role="columnheader" aria-sort={order.column !== column ? 'none' : order.down ? 'descending' : 'ascending'}>
            <button type="button" onClick={() => setOrder({ column, down: order.column === column && !order.down })}>
              {label}
              <span aria-hidden="true">{order.column === column ? (order.down ? ' ↓' : ' ↑') : ''}</span>
            </button>
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ height: lines.getTotalSize(), position: 'relative' }}>
        {lines.getVirtualItems().map(item => {
          const solid = rows[item.index];
          return (
            <div
              key={solid.handle}
              role="row"
              aria-rowindex={item.index + 2}
              className="jp-orch-SolidTable-row"
              data-chosen={solid.handle === selected}
              style={{ position: 'absolute', top: item.start, height: ROW }}
            >
              <div role="rowheader">
                <button type="button" className="jp-orch-link" aria-current={solid.handle === selected} onClick={() => model.select(solid.handle)}>
                  <Name text={solid.handle} />
                </button>
              </div>
              <div role="cell">{Private.kindWord(solid, trans)}</div>
              <div role="cell">{solid.inputs.map(input => visible(input.name)).join(', ')}</div>
              <div role="cell">{solid.outputs.map(output => visible(output.name)).join(', ')}</div>
              <div role="cell">{solid.definition.requiredResources.map(visible).join(', ')}</div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

namespace Private {
  export type Column = 'place' | 'kind' | 'inputs' | 'outputs' | 'resources';

  const KEYS: Record<Exclude<Column, 'place'>, (solid: ISolid) => string | number> = {
    kind: solid => solid.kind,
    inputs: solid => solid.inputs.length,
    outputs: solid => solid.outputs.length,
    resources: solid => solid.definition.requiredResources.length
  };

  export function rows(all: ISolid[], search: string, { column, down }: { column: Column; down: boolean }): ISolid[] {
    const text = search.trim().toLowerCase();
    const found = text ? all.filter(solid => solid.handle.toLowerCase().includes(text)) : [...all];
    if (column !== 'place') {
      const key = KEYS[column];
      found.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    }
    return down ? found.reverse() : found;
  }

  export function kindWord(solid: ISolid, trans: ReturnType<typeof useOrch>['trans']): string {
    switch (solid.kind) {
      case 'COMPOSITE':
        return trans.__('composite');
      case 'NOTEBOOK':
        return trans.__('notebook');
      case 'SOLID':
        return trans.__('solid');
    }
  }
}
