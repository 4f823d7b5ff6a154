import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';

import { useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import type { ISolid } from '../../models/graph';
import type { PipelineModel } from './model';

const ROW = 28;

/** The pipeline as a tree of names, for reading in order and for screen readers. */
export function Outline({ model }: { model: PipelineModel }): JSX.Element {
  const { trans } = useOrch();
  const scroller = useRef<HTMLDivElement>(null);
  const { graph, opened, selected, search } = model;
  const lines = useMemo(() => Private.lines(model), [graph, opened, search]); // eslint-disable-line react-hooks/exhaustive-deps
  const at = lines.findIndex(line => line.solid.handle === selected);
  const rows = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12 });
  useEffect(() => {
    if (at >= 0) {
      rows.scrollToIndex(at);
    }
  }, [at, rows]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const line = lines[at];
    const go = (to: number): void => model.select(lines[Math.min(Math.max(to, 0), lines.length - 1)]?.solid.handle ?? '');
    const isOpen = line && opened.has(line.solid.handle);
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(lines.length - 1),
      ArrowRight: () => (line && !isOpen && line.solid.children.length > 0 ? model.toggle(line.solid.handle) : go(at + 1)),
      ArrowLeft: () => (isOpen ? model.toggle(line.solid.handle) : line?.solid.parent && model.select(line.solid.parent)),
      Enter: () => line && model.toggle(line.solid.handle),
      Escape: () => model.select('')
    };
    if (event.key in moves) {
      event.preventDefault();
      moves[event.key]();
    }
  };
  return (
    <div
      ref={scroller}
      className="jp-orch-Outline"
      role="tree"
      tabIndex={0}
      aria-label={trans.__('Solids of %1', model.address.pipeline)}
      aria-activedescendant={at >= 0 ? Private.idOf(selected) : undefined}
      onKeyDown={onKeyDown}
    >
      {lines.length === 0 && <div className="jp-orch-Empty">{trans.__('No solid fits the search.')}</div>}
      <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
        {rows.getVirtualItems().map(item => {
          const { solid, depth } = lines[item.index];
          const composite = solid.children.length > 0;
          const isOpen = opened.has(solid.handle);
          const Caret = isOpen ? caretDownIcon : caretRightIcon;
          const feeds = graph.upstream(solid.handle).map(one => graph.get(one)!.name);
          return (
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the tree takes the keys for its items
            <div
              key={solid.handle}
              id={Private.idOf(solid.handle)}
              role="treeitem"
              aria-level={depth + 1}
              aria-selected={solid.handle === selected}
              aria-expanded={composite ? isOpen : undefined}
              aria-label={solid.name}
              tabIndex={-1}
              className="jp-orch-Outline-row"
              style={{ top: item.start, height: ROW, paddingInlineStart: 8 + depth * 18 }}
              onClick={() => model.select(solid.handle)}
              onDoubleClick={() => model.toggle(solid.handle)}
            >
              <span className="jp-orch-Outline-caret">{composite && <Caret.react tag="span" className="jp-orch-icon" />}</span>
              <Name text={solid.name} />
              {feeds.length > 0 && <span className="jp-orch-note">← {feeds.map(visible).join(', ')}</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

namespace Private {
  export interface ILine {
    solid: ISolid;
    depth: number;
  }

  /** Lines in sight: the inside of open composites, or everything that fits the search. */
  export function lines({ graph, opened, search }: PipelineModel): ILine[] {
    const result: ILine[] = [];
    const text = search.trim().toLowerCase();
    const visit = (handle: string, depth: number): void => {
      const solid = graph.get(handle)!;
      if (!text || handle.toLowerCase().includes(text)) {
        result.push({ solid, depth: text ? 0 : depth });
      }
      if (text || opened.has(handle)) {
        solid.children.forEach(child => visit(child, depth + 1));
      }
    };
    graph.roots.forEach(root => visit(root, 0));
    return result;
  }

  export function idOf(handle: string): string {
    return `orch-outline-${encodeURIComponent(handle)}`;
  }
}
