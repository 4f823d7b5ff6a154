import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';

import type { IDrawing } from '../../models/graph';
import { useTrans } from '../surroundings';
import { GraphSolid } from './graph_solid';
import { paint } from './paint';
import { centre, fit, inView, type ISize, type IViewport, NEAR, readable, reveal, within, zoomAt } from './viewport';

const ARROWS = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];
const MOST_NODES = 600;

/** What is drawn, what is chosen in it, and what a reader does with it. */
export interface IGraphModel {
  readonly drawing: IDrawing;
  /** Handle of the chosen solid, or an empty string. */
  readonly selected: string;
  /** Grows each time the drawing is asked to bring the selection near. */
  readonly sought: number;
  select(handle: string): void;
  /** Move the selection along the drawing, from the given solid. */
  move(key: string, from: string): void;
  /** Show or hide the inside of a composite. */
  toggle(handle: string): void;
}

/**
 * A graph as a drawing: edges on a canvas, and of the solids only those in view as elements.
 *
 * @param label - its accessible name.
 * @param inPage - it stands among other things of a page that scrolls: the wheel alone stays the page's.
 */
export function Graph({ model, label, inPage = false }: { model: IGraphModel; label: string; inPage?: boolean }): JSX.Element {
  const trans = useTrans();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<ISize>({ width: 0, height: 0 });
  const [view, setView] = useState<IViewport | null>(null);
  const drag = useRef<{ x: number; y: number; from: IViewport; moved: boolean } | null>(null);
  const sought = useRef(model.sought);
  const { drawing, selected } = model;
  const home = inPage ? readable : fit;

  useLayoutEffect(() => {
    const node = frame.current!;
    const measure = (): void => setSize({ width: node.clientWidth, height: node.clientHeight });
    const watch = new ResizeObserver(measure);
    watch.observe(node);
    measure();
    return () => watch.disconnect();
  }, []);

  const seen: IViewport = view ?? home(drawing, size);
  useEffect(() => {
    if (canvas.current && size.width > 0) {
      paint(canvas.current, drawing, seen, size, selected);
    }
  });
  useThemeRepaint(() => canvas.current && paint(canvas.current, drawing, seen, size, selected));

  useEffect(() => {
    const box = drawing.byHandle.get(selected);
    if (box && size.width > 0) {
      const seek = model.sought !== sought.current;
      sought.current = model.sought;
      setView(current => (seek ? centre : reveal)(current ?? home(drawing, size), size, box));
      frame.current?.querySelector<HTMLElement>(`[data-handle="${CSS.escape(selected)}"]`)?.focus({ preventScroll: true });
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new selection or search moves the view
  }, [selected, model.sought]);

  useEffect(() => {
    const node = frame.current!;
    const onWheel = (event: WheelEvent): void => {
      if (inPage && !event.ctrlKey && !event.metaKey) {
        return;
      }
      event.preventDefault();
      const box = node.getBoundingClientRect();
      const pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
      setView(current => {
        const from = current ?? home(drawing, size);
        const to =
          event.ctrlKey || event.metaKey
            ? zoomAt(from, Math.exp(-event.deltaY / 200), pointer)
            : { ...from, x: from.x + event.deltaX / from.zoom, y: from.y + event.deltaY / from.zoom };
        return within(to, drawing, size);
      });
    };
    node.addEventListener('wheel', onWheel, { passive: false });
    return () => node.removeEventListener('wheel', onWheel);
  }, [drawing, size, home, inPage]);

  const zoom = (factor: number): void => {
    const box = drawing.byHandle.get(selected);
    const anchor = box
      ? { x: (box.x + box.width / 2 - seen.x) * seen.zoom, y: (box.y + box.height / 2 - seen.y) * seen.zoom }
      : { x: size.width / 2, y: size.height / 2 };
    setView(within(zoomAt(seen, factor, anchor), drawing, size));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const focused = (event.target as HTMLElement).dataset.handle ?? selected;
    const taken = Private.onKey(event.key, focused, model, { zoom, fit: () => setView(inPage ? fit(drawing, size) : null), find: () => Private.focusSearch(frame.current) });
    if (taken) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button === 0) {
      drag.current = { x: event.clientX, y: event.clientY, from: seen, moved: false };
    }
  };
  const onPointerMove = (event: PointerEvent): void => {
    const began = drag.current;
    if (!began) {
      return;
    }
    const dx = event.clientX - began.x;
    const dy = event.clientY - began.y;
    if (!began.moved && Math.hypot(dx, dy) > 4) {
      began.moved = true;
      frame.current?.setPointerCapture(event.pointerId);
    }
    if (began.moved) {
      const to = { ...began.from, x: began.from.x - dx / began.from.zoom, y: began.from.y - dy / began.from.zoom };
      setView(within(to, drawing, size));
    }
  };
  const onPointerUp = (event: PointerEvent): void => {
    const moved = drag.current?.moved;
    drag.current = null;
    if (!moved && seen.zoom < NEAR && frame.current) {
      const box = frame.current.getBoundingClientRect();
      const x = seen.x + (event.clientX - box.left) / seen.zoom;
      const y = seen.y + (event.clientY - box.top) / seen.zoom;
      const hit = drawing.solids.filter(one => x >= one.x && x <= one.x + one.width && y >= one.y && y <= one.y + one.height);
      if (hit.length > 0) {
        model.select(hit[hit.length - 1].solid.handle);
      }
    }
  };
  const near = seen.zoom >= NEAR;
  const shown = near ? inView(drawing, seen, size).slice(0, MOST_NODES) : [];
  const chosen = drawing.byHandle.get(selected);
  if (chosen && !shown.includes(chosen)) {
    shown.push(chosen);
  }
  const stop = selected || shown[0]?.solid.handle;
  return (
    <div className="jp-orch-Graph">
      <div
        ref={frame}
        className="jp-orch-Graph-frame"
        role="listbox"
        aria-label={label}
        tabIndex={shown.length > 0 ? -1 : 0}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <div
          className="jp-orch-Graph-solids"
          style={{ transform: `scale(${seen.zoom}) translate(${-seen.x}px, ${-seen.y}px)` }}
          role="presentation"
        >
          {shown.map(one => (
            <GraphSolid
              key={one.solid.handle}
              drawn={one}
              model={model}
              chosen={one.solid.handle === selected}
              stop={one.solid.handle === stop}
              near={near}
            />
          ))}
        </div>
      </div>
      <div className="jp-orch-Graph-tools" role="group" aria-label={trans.__('Zoom')}>
        <button type="button" aria-label={trans.__('Zoom in')} title={trans.__('Zoom in (+)')} onClick={() => zoom(1.25)}>
          +
        </button>
        <button type="button" aria-label={trans.__('Zoom out')} title={trans.__('Zoom out (-)')} onClick={() => zoom(0.8)}>
          −
        </button>
        <button type="button" aria-label={trans.__('Fit')} title={trans.__('Show everything (0)')} onClick={() => setView(inPage ? fit(drawing, size) : null)}>
          {trans.__('Fit')}
        </button>
      </div>
    </div>
  );
}

/** Paint again when the theme has changed; the canvas does not see CSS variables change. */
function useThemeRepaint(repaint: () => void): void {
  const latest = useRef(repaint);
  latest.current = repaint;
  useEffect(() => {
    const watch = new MutationObserver(() => window.setTimeout(() => latest.current(), 100));
    watch.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name'] });
    return () => watch.disconnect();
  }, []);
}

namespace Private {
  interface IMoves {
    zoom: (factor: number) => void;
    fit: () => void;
    find: () => void;
  }

  /** @returns whether the key means something here. */
  export function onKey(key: string, focused: string, model: IGraphModel, { zoom, fit, find }: IMoves): boolean {
    if (ARROWS.includes(key)) {
      model.move(key, focused);
      return true;
    }
    switch (key) {
      case 'Enter':
      case ' ':
        model.toggle(focused);
        return true;
      case '+':
      case '=':
        zoom(1.25);
        return true;
      case '-':
        zoom(0.8);
        return true;
      case '0':
        fit();
        return true;
      case '/':
        find();
        return true;
      case 'Escape':
        model.select('');
        return true;
      default:
        return false;
    }
  }

  export function focusSearch(frame: HTMLElement | null): void {
    frame?.closest('.jp-orch-Pipeline')?.querySelector<HTMLInputElement>('.jp-orch-search')?.focus();
  }
}
